// SPDX-License-Identifier: MIT
#include "abi/check/harness/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/given_calls.h"
#include "abi/check/harness/synthesis.h"
#include "abi/host/schema/schema_document.h"

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

/* Calls one target under every condition. `more` are richer arguments, or NULL. */
static void add_variants(struct session *session, struct plan *plan,
                         const struct plan_target *target, const json_t *least, const json_t *more)
{
    struct plan_request cancelled = plan_all_granted;
    struct plan_request late = plan_all_granted;
    cancelled.cancelled = true;
    late.late = true;
    add_call(session, plan, target, least, false);
    add_call(session, plan, target, least, true);
    if (more != NULL && !json_equal(least, more))
        add_call(session, plan, target, more, true);
    set_condition(add_call(session, plan, target, least, true), "nobody authenticated",
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

/* Leaves out mutations: they are called only if --calls lists them. */
static void generate_calls(struct session *session, struct plan *plan)
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
