// SPDX-License-Identifier: MIT
#include "abi/check/harness/requester.h"

#include <string.h>

static uint32_t action_named(const char *name)
{
    static const struct {
        const char *name;
        uint32_t action;
    } actions[] = {{"READ", GQL_ACTION_READ},
                   {"CREATE", GQL_ACTION_CREATE},
                   {"UPDATE", GQL_ACTION_UPDATE},
                   {"DELETE", GQL_ACTION_DELETE}};
    for (size_t i = 0; name != NULL && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(name, actions[i].name) == 0)
            return actions[i].action;
    return 0;
}

/* The actions of a grant; 0 if `json` is not a grant. */
static uint32_t read_grant(json_t *json, const char **ret_organization)
{
    json_t *actions = NULL;
    uint32_t set = 0;
    *ret_organization = NULL;
    if (json_unpack_ex(json, NULL, JSON_STRICT, "{s:s, s:o}", "organizationId", ret_organization,
                       "actions", &actions) != 0)
        return 0;
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const uint32_t action = action_named(json_string_value(json_array_get(actions, i)));
        if (action == 0)
            return 0;
        set |= action;
    }
    return set;
}

bool requester_is_valid(json_t *json)
{
    const char *actor;
    const char *organization;
    json_t *grants = NULL;
    if (json_is_string(json))
        return strcmp(json_string_value(json), "nobody") == 0;
    if (json_unpack_ex(json, NULL, JSON_STRICT, "{s:s, s?o}", "actor", &actor, "grants", &grants) !=
            0 ||
        (grants != NULL && !json_is_array(grants)) || json_array_size(grants) > PLAN_GRANTS)
        return false;
    for (size_t i = 0; i < json_array_size(grants); i++)
        if (read_grant(json_array_get(grants, i), &organization) == 0)
            return false;
    return true;
}

void requester_set(struct plan_request *request, json_t *json)
{
    json_t *grants = json_object_get(json, "grants");
    *request = (struct plan_request){.actor = json_string_value(json_object_get(json, "actor"))};
    for (size_t i = 0; i < json_array_size(grants); i++) {
        gql_grant *grant = &request->grants[request->grant_count++];
        *grant = (gql_grant){.struct_size = sizeof *grant};
        grant->actions = read_grant(json_array_get(grants, i), &grant->organization_id);
        if (strcmp(grant->organization_id, "*") == 0)
            grant->organization_id = NULL;
        else
            grant->organization_id_size = strlen(grant->organization_id);
    }
}
