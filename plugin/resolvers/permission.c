// SPDX-License-Identifier: MIT
#include "plugin/resolvers/permission.h"

static bool covers(const gql_grant *grant, struct text organization_id)
{
    if (grant->organization_id == NULL)
        return true;
    return text_equal((struct text){grant->organization_id, grant->organization_id_size},
                      organization_id);
}

uint32_t permitted_actions(const gql_instance *instance, const gql_request *request,
                           struct text organization_id)
{
    const struct text bound_to = instance->config.organization;
    uint32_t actions = 0;
    if (bound_to.data != NULL && !text_equal(bound_to, organization_id))
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
