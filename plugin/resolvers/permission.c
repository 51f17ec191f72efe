// SPDX-License-Identifier: MIT
#include "plugin/resolvers/permission.h"

static bool covers(const gql_grant *grant, struct text organization_id)
{
    if (grant->organization_id == NULL)
        return true;
    return text_equal((struct text){grant->organization_id, grant->organization_id_size},
                      organization_id);
}

struct text excluding_organization(const gql_instance *instance, const gql_request *request,
                                   struct text organization_id, bool *ret_is_bound)
{
    const struct text bound_to = instance->config.organization;
    const struct text about = {request->organization_id, request->organization_id_size};
    *ret_is_bound = bound_to.data != NULL && !text_equal(bound_to, organization_id);
    if (*ret_is_bound)
        return bound_to;
    return about.data != NULL && !text_equal(about, organization_id) ? about : NO_TEXT;
}

static bool is_excluded(const gql_instance *instance, const gql_request *request,
                        struct text organization_id)
{
    bool is_bound;
    return excluding_organization(instance, request, organization_id, &is_bound).data != NULL;
}

uint32_t permitted_actions(const gql_instance *instance, const gql_request *request,
                           struct text organization_id)
{
    uint32_t actions = 0;
    if (is_excluded(instance, request, organization_id))
        return 0;
    for (uint32_t i = 0; i < request->grant_count; i++) {
        if (covers(request->grants[i], organization_id))
            actions |= request->grants[i]->actions;
    }
    return actions;
}

bool may_read(const gql_instance *instance, const gql_request *request, struct text organization_id)
{
    return (permitted_actions(instance, request, organization_id) & GQL_ACTION_READ) != 0;
}

bool may_read_all(const gql_instance *instance, const gql_request *request)
{
    const struct text bound_to = instance->config.organization;
    if (bound_to.data != NULL)
        return may_read(instance, request, bound_to);
    if (request->organization_id != NULL)
        return false;
    for (uint32_t i = 0; i < request->grant_count; i++) {
        const gql_grant *grant = request->grants[i];
        if (grant->organization_id == NULL && (grant->actions & GQL_ACTION_READ) != 0)
            return true;
    }
    return false;
}
