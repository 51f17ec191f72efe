// SPDX-License-Identifier: MIT
#include "abi/check/plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/plan_given.h"
#include "abi/check/synthesis.h"
#include "abi/host/schema/schema_document.h"

#define ALL_ACTIONS (GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE)

static const struct plan_request everybody = {
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
        .request = everybody,
    };
    if (call->arguments != NULL && call->type != NULL) {
        name_call(call, target);
        return call;
    }
    check_skip(session->run, "the tool is out of memory");
    return NULL;
}

static bool select_all(struct session *session, const char *type, gql_selection **ret_selection)
{
    char *name = synthesis_base_name(type);
    char *text = name == NULL ? NULL : synthesis_selection(session->document, name);
    const bool done = text != NULL &&
                      gql_selection_parse(text, strlen(text), ret_selection, NULL) == GQL_OK;
    free(text);
    free(name);
    return done;
}

static struct plan_call *add_call(struct session *session, struct plan *plan,
                                  const struct plan_target *target, const json_t *arguments,
                                  bool select)
{
    struct plan_call *call = plan_add(session, plan, target, arguments);
    if (call == NULL || !select || select_all(session, call->type, &call->selection))
        return call;
    check_skip(session->run, "the tool is out of memory");
    return NULL;
}

static void set_condition(struct plan_call *call, const char *name, struct plan_request request)
{
    if (call == NULL)
        return;
    const size_t size = strlen(call->label);
    snprintf(call->label + size, sizeof call->label - size, " (%s)", name);
    call->request = request;
}

/* One target under every condition; `more` are richer arguments, or NULL. */
static void add_variants(struct session *session, struct plan *plan,
                         const struct plan_target *target, const json_t *least, const json_t *more)
{
    struct plan_request cancelled = everybody;
    struct plan_request late = everybody;
    cancelled.cancelled = true;
    late.late = true;
    add_call(session, plan, target, least, false);
    add_call(session, plan, target, least, true);
    if (more != NULL && !json_equal(least, more))
        add_call(session, plan, target, more, true);
    set_condition(add_call(session, plan, target, least, true), "nobody asks",
                  (struct plan_request){.actor = NULL});
    set_condition(add_call(session, plan, target, least, true), "cancelled", cancelled);
    set_condition(add_call(session, plan, target, least, true), "past its deadline", late);
}

static void add_resolver(struct session *session, struct plan *plan, const gql_resolver *resolver)
{
    const char *type = gql_schema_document_field_type(session->document, resolver->type,
                                                      resolver->field);
    const struct plan_target target = {.resolver = resolver, .type = type};
    json_t *least = synthesis_arguments(session->document, resolver->type, resolver->field, false);
    json_t *more = synthesis_arguments(session->document, resolver->type, resolver->field, true);
    if (type != NULL && least != NULL)
        add_variants(session, plan, &target, least, more);
    json_decref(least);
    json_decref(more);
}

static void add_loader(struct session *session, struct plan *plan, const gql_loader *loader)
{
    char *type = NULL;
    json_t *none = json_pack("{s:[]}", "ids");
    json_t *some = json_pack("{s:[s,s]}", "ids", "gql-plugin-check", "");
    if (asprintf(&type, "[%s]!", loader->type) >= 0) {
        const struct plan_target target = {.loader = loader, .type = type};
        add_variants(session, plan, &target, some, none);
        free(type);
    }
    json_decref(none);
    json_decref(some);
}

/* Mutations are left alone: who wants them called has to say so. */
static void make_calls(struct session *session, struct plan *plan)
{
    const gql_schema *schema = session->plugin->schema;
    const char *query = sdl_root_name(session->document, "query");
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (strcmp(schema->resolvers[i]->type, query) == 0 &&
            (schema->resolvers[i]->flags & GQL_RESOLVER_WRITES) == 0)
            add_resolver(session, plan, schema->resolvers[i]);
    for (uint32_t i = 0; i < schema->loader_count; i++)
        add_loader(session, plan, schema->loaders[i]);
    if (plan->count == 0)
        check_skip(
            session->run,
            "needs --calls: there is neither a field of Query that can be called nor a loader");
}

bool plan_make(struct session *session, struct plan *plan)
{
    *plan = (struct plan){0};
    if (!session_bind(session))
        return false;
    if (session->run->options->calls != NULL)
        plan_take_given(session, plan);
    else
        make_calls(session, plan);
    return !check_failed(session->run);
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
