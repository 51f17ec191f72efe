// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/actor.h"

#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

struct grant {
    gql_grant grant;
    char *organization_id;
};

void actor_release(struct actor *actor)
{
    if (actor == NULL || --actor->references > 0)
        return;
    for (uint32_t i = 0; i < actor->grant_count; i++)
        free(actor->grants[i].organization_id);
    free(actor->grants);
    free((void *)actor->grant_list);
    free(actor->id);
    free(actor);
}

static void drop_actor(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    actor_release(data);
}

static bool read_grant(napi_env env, napi_value entry, struct grant *grant)
{
    bool failed = false;
    size_t size = 0;
    double actions = 0;
    grant->organization_id = take_optional_string(env, member(env, entry, "organizationId"),
                                                  "organizationId", &size, &failed);
    if (failed || !take_number(env, member(env, entry, "actions"), "actions", &actions))
        return false;
    grant->grant = (gql_grant){.struct_size = sizeof(gql_grant),
                               .actions = (uint32_t)actions,
                               .organization_id = grant->organization_id,
                               .organization_id_size = size};
    return true;
}

static bool read_grants(napi_env env, napi_value list, struct actor *actor)
{
    uint32_t count = 0;
    if (list == NULL || napi_get_array_length(env, list, &count) != napi_ok) {
        throw_type(env, "grants", "an array");
        return false;
    }
    actor->grants = calloc(count + 1u, sizeof *actor->grants);
    actor->grant_list = calloc(count + 1u, sizeof *actor->grant_list);
    if (actor->grants == NULL || actor->grant_list == NULL) {
        throw_no_memory(env);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        napi_value entry;
        actor->grant_count = i + 1;
        if (napi_get_element(env, list, i, &entry) != napi_ok)
            entry = NULL; /* read_grant throws. */
        if (!read_grant(env, entry, &actor->grants[i]))
            return false;
        actor->grant_list[i] = &actor->grants[i].grant;
    }
    return true;
}

/* makeActor(id or null, kind, grants: [{organizationId or null, actions}]) → actor */
napi_value make_actor(napi_env env, napi_callback_info info)
{
    napi_value arguments[3], result = NULL;
    bool failed = false;
    double kind = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct actor *actor = calloc(1, sizeof *actor);
    if (actor == NULL)
        return throw_no_memory(env);
    actor->kind = HANDLE_ACTOR;
    actor->references = 1;
    actor->id = take_optional_string(env, arguments[0], "actor.id", &actor->id_size, &failed);
    if (!failed && take_number(env, arguments[1], "kind", &kind) &&
        read_grants(env, arguments[2], actor))
        result = handle_value(env, actor, drop_actor);
    actor->actor_kind = (uint32_t)kind;
    if (result == NULL)
        actor_release(actor);
    return result;
}
