// SPDX-License-Identifier: MIT
#include "abi/check/harness/given_calls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/given_form.h"
#include "abi/check/harness/input_check.h"
#include "abi/check/harness/parent.h"
#include "abi/check/harness/requester.h"
#include "abi/check/harness/synthesis.h"
#include "abi/host/schema/schema_document.h"

__attribute__((format(printf, 3, 4))) static bool mistake(struct session *session,
                                                          const struct given *given,
                                                          const char *format, ...)
{
    char what[INPUT_CHECK_TEXT * 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    check_mistake(session->run, "%s: call %zu, %s%s%s: %s", session->run->options->calls_name,
                  given->index, given->load != NULL ? given->load : given->type,
                  given->load != NULL ? "" : ".", given->load != NULL ? "" : given->field, what);
    return false;
}

static bool find_target(struct session *session, const struct given *given,
                        struct plan_target *target)
{
    const gql_schema *schema = session->plugin->schema;
    if (given->field != NULL)
        target->resolver = schema_find_resolver(schema, given->type, given->field);
    for (uint32_t i = 0; given->load != NULL && i < schema->loader_count; i++)
        if (strcmp(schema->loaders[i]->type, given->load) == 0)
            target->loader = schema->loaders[i];
    return target->resolver != NULL || target->loader != NULL;
}

static json_t *arguments_of(struct session *session, const struct given *given)
{
    if (given->load != NULL)
        return json_pack("{s:O}", "ids", given->ids);
    json_t *arguments = given->arguments == NULL ? json_object() : json_deep_copy(given->arguments);
    synthesis_fill_in(session->document, given->type, given->field, arguments);
    return arguments;
}

/*
 * What a host passes as the parent: `__typename` and the fields that the resolver requires. NULL
 * after check_mistake.
 */
static json_t *parent_of(struct session *session, const struct given *given,
                         const gql_resolver *resolver)
{
    json_t *parent = json_pack("{s:s}", "__typename", given->type);
    for (uint32_t i = 0; parent != NULL && i < resolver->required_field_count; i++) {
        const char *name = resolver->required_fields[i];
        json_t *value = json_object_get(given->parent, name);
        const struct sdl_field *field = sdl_find_field(session->document, given->type, name);
        char detail[INPUT_CHECK_TEXT];
        if (value == NULL)
            mistake(session, given, "`parent` needs `%s`, which the resolver requires", name);
        else if (field != NULL &&
                 !input_check_value(session->document, field->type, value, name, detail))
            mistake(session, given, "in `parent`, %s", detail);
        else if (json_object_set(parent, name, value) == 0)
            continue;
        json_decref(parent);
        parent = NULL;
    }
    return parent;
}

/* Generates the parent if --calls has none. False after check_mistake. */
static bool set_parent(struct session *session, const struct given *given, struct plan_call *call)
{
    json_t *parent = NULL;
    if (!parent_is_due(session, call->resolver))
        parent = json_incref(given->parent);
    else if (given->parent == NULL)
        parent = parent_make(session, call->resolver, false);
    else
        parent = parent_of(session, given, call->resolver);
    if (parent != NULL)
        call->parent = json_dumps(parent, JSON_COMPACT | JSON_ENCODE_ANY);
    else if (parent_is_due(session, call->resolver))
        mistake(session, given, "needs a `parent`: an object with the fields that it requires");
    json_decref(parent);
    return !check_ended(session->run);
}

/* Sets what is called. False after check_mistake. */
static bool choose_target(struct session *session, const struct given *given, char *list_type,
                          size_t size, struct plan_target *target)
{
    snprintf(list_type, size, "[%s]!", given->load == NULL ? "" : given->load);
    target->type = given->load != NULL ? list_type
                                       : gql_schema_document_field_type(session->document,
                                                                        given->type, given->field);
    if (target->type == NULL)
        return mistake(session, given, "the schema has no such field");
    return find_target(session, given, target) ||
           mistake(session, given, "the plugin has no %s for it",
                   given->load != NULL ? "loader" : "resolver");
}

/* NULL after check_mistake or check_skip. */
static struct plan_call *add_target(struct session *session, struct plan *plan,
                                    const struct given *given, const struct plan_target *target)
{
    char detail[INPUT_CHECK_TEXT];
    struct plan_call *call = NULL;
    json_t *arguments = arguments_of(session, given);
    if (given->load == NULL &&
        !input_check_arguments(session->document, given->type, given->field, arguments, detail))
        mistake(session, given, "in `arguments`, %s", detail);
    else
        call = plan_add(session, plan, target, arguments);
    json_decref(arguments);
    return call;
}

/* False after check_mistake or check_skip. */
static bool select_given(struct session *session, const struct given *given, struct plan_call *call)
{
    char detail[INPUT_CHECK_TEXT];
    if (given->selection == NULL)
        return true;
    if (!plan_select(session, call, given->selection))
        return false;
    char *type = synthesis_base_name(call->type);
    const bool right = type == NULL ||
                       input_check_selection(session->document, type, call->selection, detail);
    free(type);
    return right || mistake(session, given, "in `selection`, %s", detail);
}

/* A call that nobody expects to fail is listed to be resolved. */
static const char *expectation_of(const struct given *given)
{
    if (given->expect == NULL)
        return PLAN_RESOLVED;
    return strcmp(given->expect, PLAN_ANY) == 0 ? NULL : given->expect;
}

/* False after check_mistake or check_skip. */
static bool add_call(struct session *session, struct plan *plan, const struct given *given)
{
    char list_type[256];
    struct plan_target target = {0};
    if (!choose_target(session, given, list_type, sizeof list_type, &target))
        return false;
    struct plan_call *call = add_target(session, plan, given, &target);
    if (call == NULL || (call->resolver != NULL && !set_parent(session, given, call)))
        return false;
    if (given->as != NULL)
        requester_set(&call->request, given->as);
    call->usual = call->request.actor != NULL;
    call->expect = expectation_of(given);
    return select_given(session, given, call);
}

static bool is_planned(const struct plan *plan, const gql_resolver *resolver,
                       const gql_loader *loader)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->calls[i].resolver == resolver && plan->calls[i].loader == loader)
            return true;
    return false;
}

static void note_uncalled(const gql_schema *schema, struct plan *plan)
{
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (!is_planned(plan, schema->resolvers[i], NULL))
            plan_note_uncalled(plan, schema->resolvers[i]->type, schema->resolvers[i]->field);
    for (uint32_t i = 0; i < schema->loader_count; i++)
        if (!is_planned(plan, NULL, schema->loaders[i]))
            plan_note_uncalled(plan, schema->loaders[i]->type, NULL);
}

/* The variants follow all given calls, which may depend on each other. */
void given_calls_add(struct session *session, struct plan *plan)
{
    size_t index;
    json_t *json;
    bool added = true;
    json_array_foreach(session->run->options->calls, index, json) {
        struct given given;
        json_error_t error;
        added = added && given_read(json, &given, &error);
        given.index = index;
        added = added && add_call(session, plan, &given);
    }
    plan->given = plan->count;
    for (size_t i = 0; added && i < plan->given; i++)
        added = plan_add_variants(session, plan, i);
    note_uncalled(session->plugin->schema, plan);
}
