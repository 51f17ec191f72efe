// SPDX-License-Identifier: MIT
#include "abi/check/harness/plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_ACTIONS (GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE)

const struct plan_request plan_all_granted = {
    .actor = "gql-plugin-check",
    .grants = {{.struct_size = sizeof(gql_grant), .actions = ALL_ACTIONS}},
    .grant_count = 1,
};

static struct plan_call *make_room(struct plan *plan)
{
    if (plan->count == plan->room) {
        const size_t room = plan->room * 2 + 16;
        struct plan_call *calls = realloc(plan->calls, room * sizeof *calls);
        if (calls == NULL)
            return NULL;
        plan->calls = calls;
        plan->room = room;
    }
    return &plan->calls[plan->count++];
}

static void name_call(struct plan_call *call, const struct plan_target *target)
{
    if (target->loader != NULL)
        snprintf(call->label, sizeof call->label, "the loader of %s %.100s", target->loader->type,
                 call->arguments);
    else
        snprintf(call->label, sizeof call->label, "%s.%s %.100s", target->resolver->type,
                 target->resolver->field, call->arguments);
}

struct plan_call *plan_add(struct session *session, struct plan *plan,
                           const struct plan_target *target, const json_t *arguments)
{
    struct plan_call *call = make_room(plan);
    if (call == NULL) {
        check_skip(session->run, "the tool is out of memory");
        return NULL;
    }
    const bool loads = target->loader != NULL;
    *call = (struct plan_call){
        .arguments = json_dumps(arguments, JSON_COMPACT),
        .type = strdup(target->type),
        .resolve = loads ? target->loader->load : target->resolver->resolve,
        .flags = loads ? target->loader->flags : target->resolver->flags,
        .list_size = loads ? json_array_size(json_object_get(arguments, "ids")) : SIZE_MAX,
        .request = plan_all_granted,
    };
    if (call->arguments != NULL && call->type != NULL) {
        name_call(call, target);
        return call;
    }
    check_skip(session->run, "the tool is out of memory");
    return NULL;
}

void plan_finish(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->calls[i].type);
        free(plan->calls[i].arguments);
        free(plan->calls[i].parent);
        gql_selection_destroy(&plan->calls[i].selection);
    }
    free(plan->calls);
    *plan = (struct plan){0};
}
