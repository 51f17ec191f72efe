// SPDX-License-Identifier: MIT
#include "abi/check/harness/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/given_calls.h"
#include "abi/check/harness/parent.h"
#include "abi/check/harness/synthesis.h"
#include "abi/host/schema/schema_document.h"

static bool select_all(struct session *session, struct plan_call *call)
{
    char *name = synthesis_base_name(call->type);
    char *text = name == NULL ? NULL : synthesis_selection(session->document, name);
    if (text == NULL)
        check_skip(session->run, "the tool is out of memory");
    const bool done = text != NULL && plan_select(session, call, text);
    free(text);
    free(name);
    return done;
}

/* Calls one target under every condition. `more` are richer arguments, or NULL. */
static void add_all(struct session *session, struct plan *plan, const struct plan_target *target,
                    const json_t *least, const json_t *more)
{
    struct plan_call *call = plan_add(session, plan, target, least);
    if (call == NULL)
        return;
    call = plan_add(session, plan, target, least);
    const size_t selected = plan->count - 1;
    if (call == NULL || !select_all(session, call))
        return;
    if (more != NULL && !json_equal(least, more)) {
        call = plan_add(session, plan, target, more);
        if (call == NULL || !select_all(session, call))
            return;
    }
    plan_add_variants(session, plan, selected);
}

/* Sets the parent of all calls from `first` on. */
static void set_parents(struct session *session, struct plan *plan, size_t first,
                        const json_t *parent)
{
    for (size_t i = first; i < plan->count; i++) {
        plan->calls[i].parent = json_dumps(parent, JSON_COMPACT);
        if (plan->calls[i].parent == NULL)
            check_skip(session->run, "the tool is out of memory");
    }
}

bool planner_add(struct session *session, struct plan *plan, const gql_resolver *resolver,
                 const json_t *parent)
{
    const char *type = gql_schema_document_field_type(session->document, resolver->type,
                                                      resolver->field);
    const struct plan_target target = {.resolver = resolver, .type = type};
    const size_t first = plan->count;
    json_t *least = synthesis_arguments(session->document, resolver->type, resolver->field, false);
    json_t *more = synthesis_arguments(session->document, resolver->type, resolver->field, true);
    const bool callable = type != NULL && least != NULL;
    if (callable)
        add_all(session, plan, &target, least, more);
    if (callable && parent != NULL)
        set_parents(session, plan, first, parent);
    json_decref(least);
    json_decref(more);
    return callable;
}

/* False if the resolver can't be called without --calls, or may not. */
static bool add_resolver(struct session *session, struct plan *plan, const gql_resolver *resolver)
{
    const bool is_field = parent_is_due(session, resolver);
    if ((resolver->flags & GQL_RESOLVER_WRITES) != 0 ||
        (!is_field && strcmp(resolver->type, sdl_root_name(session->document, "query")) != 0))
        return false;
    if (!is_field)
        return planner_add(session, plan, resolver, NULL);
    /* Until this check has passed, a crash is not to be blamed on the others. */
    if (!check_passed(session->run, "required-fields"))
        return true;
    json_t *parent = parent_make(session, resolver, false);
    const bool added = parent != NULL && planner_add(session, plan, resolver, parent);
    json_decref(parent);
    return added;
}

static void add_loader(struct session *session, struct plan *plan, const gql_loader *loader)
{
    char *type = NULL;
    json_t *none = json_pack("{s:[]}", "ids");
    json_t *some = json_pack("{s:[s,s]}", "ids", "gql-plugin-check", "");
    if (asprintf(&type, "[%s]!", loader->type) >= 0) {
        const struct plan_target target = {.loader = loader, .type = type};
        add_all(session, plan, &target, some, none);
        free(type);
    }
    json_decref(none);
    json_decref(some);
}

/* Leaves out mutations: they are called only if --calls lists them. */
static void generate_calls(struct session *session, struct plan *plan)
{
    const gql_schema *schema = session->plugin->schema;
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (!add_resolver(session, plan, schema->resolvers[i]))
            plan_note_uncalled(plan, schema->resolvers[i]->type, schema->resolvers[i]->field);
    for (uint32_t i = 0; i < schema->loader_count; i++)
        add_loader(session, plan, schema->loaders[i]);
    if (plan->count == 0)
        check_skip(
            session->run,
            "needs --calls: the plugin has no loader and no field of Query that can be called");
}

bool plan_make(struct session *session, struct plan *plan)
{
    *plan = (struct plan){0};
    if (!session_bind(session))
        return false;
    if (session->run->options->calls != NULL)
        given_calls_add(session, plan);
    else
        generate_calls(session, plan);
    return !check_ended(session->run);
}
