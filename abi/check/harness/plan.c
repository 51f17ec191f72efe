// SPDX-License-Identifier: MIT
#include "abi/check/harness/plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/requester.h"

#define ALL_ACTIONS (GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE)

/* A test actor that may do everything in every organization. */
static const struct plan_request all_granted = {
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
        .resolver = target->resolver,
        .loader = target->loader,
        .arguments = json_dumps(arguments, JSON_COMPACT),
        .type = strdup(target->type),
        .resolve = loads ? target->loader->load : target->resolver->resolve,
        .flags = loads ? target->loader->flags : target->resolver->flags,
        .list_size = loads ? json_array_size(json_object_get(arguments, "ids")) : SIZE_MAX,
        .request = all_granted,
    };
    if (session->run->options->actor != NULL)
        requester_set(&call->request, session->run->options->actor);
    call->usual = call->request.actor != NULL;
    if (call->arguments != NULL && call->type != NULL) {
        name_call(call, target);
        return call;
    }
    check_skip(session->run, "the tool is out of memory");
    return NULL;
}

bool plan_select(struct session *session, struct plan_call *call, const char *text)
{
    call->selection_text = strdup(text);
    if (call->selection_text != NULL &&
        gql_selection_parse(text, strlen(text), &call->selection, NULL) == GQL_OK)
        return true;
    check_skip(session->run, "the tool is out of memory");
    return false;
}

/* ---- Variants ---- */

/* NULL after check_skip. */
static struct plan_call *repeat(struct session *session, struct plan *plan, size_t index,
                                const char *condition)
{
    struct plan_call *call = make_room(plan);
    if (call == NULL) {
        check_skip(session->run, "the tool is out of memory");
        return NULL;
    }
    const struct plan_call *other = &plan->calls[index];
    *call = *other;
    call->usual = false;
    call->expect = NULL;
    call->selection_text = NULL;
    call->selection = NULL;
    call->type = strdup(other->type);
    call->arguments = strdup(other->arguments);
    call->parent = other->parent == NULL ? NULL : strdup(other->parent);
    snprintf(call->label, sizeof call->label, "%.120s (%s)", other->label, condition);
    if (call->type == NULL || call->arguments == NULL ||
        (call->parent == NULL) != (other->parent == NULL))
        check_skip(session->run, "the tool is out of memory");
    else if (other->selection_text == NULL || plan_select(session, call, other->selection_text))
        return call;
    return NULL;
}

bool plan_add_variants(struct session *session, struct plan *plan, size_t index)
{
    struct plan_call *call = NULL;
    if (plan->calls[index].request.actor != NULL) {
        if ((call = repeat(session, plan, index, "nobody authenticated")) == NULL)
            return false;
        call->request = (struct plan_request){.actor = NULL};
    }
    if ((call = repeat(session, plan, index, "cancelled")) == NULL)
        return false;
    call->request.cancelled = true;
    if ((call = repeat(session, plan, index, "past its deadline")) == NULL)
        return false;
    call->request.late = true;
    return true;
}

void plan_note_uncalled(struct plan *plan, const char *type, const char *field)
{
    const size_t used = strlen(plan->uncalled);
    snprintf(plan->uncalled + used, sizeof plan->uncalled - used, "%s%s%s%s", used == 0 ? "" : ", ",
             type, field == NULL ? "" : ".", field == NULL ? "" : field);
}

void plan_finish(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->calls[i].type);
        free(plan->calls[i].arguments);
        free(plan->calls[i].parent);
        free(plan->calls[i].selection_text);
        gql_selection_destroy(&plan->calls[i].selection);
    }
    free(plan->calls);
    *plan = (struct plan){0};
}
