// SPDX-License-Identifier: MIT
#include "abi/check/harness/given_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/parent.h"
#include "abi/check/harness/synthesis.h"
#include "abi/check/inspect/notation.h"
#include "abi/host/schema/schema_document.h"

/* One call as --calls lists it; absent members are NULL. */
struct given {
    const char *type, *field, *load, *selection, *expect;
    json_t *arguments, *parent, *ids, *as;
};

static bool fail(char *detail, size_t detail_size, size_t index, const char *what)
{
    snprintf(detail, detail_size, "call %zu: %s", index, what);
    return false;
}

static bool read(json_t *json, struct given *given, json_error_t *error)
{
    *given = (struct given){0};
    return json_unpack_ex(json, error, JSON_STRICT, "{s?s, s?s, s?o, s?o, s?s, s?o, s?s, s?o, s?s}",
                          "type", &given->type, "field", &given->field, "arguments",
                          &given->arguments, "parent", &given->parent, "load", &given->load, "ids",
                          &given->ids, "selection", &given->selection, "as", &given->as, "expect",
                          &given->expect) == 0;
}

/* ---- The form ---- */

static bool is_strings(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_is_array(list);
}

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

static bool is_requester(json_t *as)
{
    const char *actor;
    const char *organization;
    json_t *grants = NULL;
    if (json_is_string(as))
        return strcmp(json_string_value(as), "nobody") == 0;
    if (json_unpack_ex(as, NULL, JSON_STRICT, "{s:s, s?o}", "actor", &actor, "grants", &grants) !=
            0 ||
        (grants != NULL && !json_is_array(grants)) || json_array_size(grants) > PLAN_GRANTS)
        return false;
    for (size_t i = 0; i < json_array_size(grants); i++)
        if (read_grant(json_array_get(grants, i), &organization) == 0)
            return false;
    return true;
}

static const char *find_mistake(const struct given *given)
{
    const bool loads = given->load != NULL;
    gql_selection *selection = NULL;
    if (loads ? given->type != NULL || given->field != NULL || given->arguments != NULL ||
                    given->parent != NULL
              : given->ids != NULL || given->type == NULL || given->field == NULL)
        return "needs either `type` and `field`, or `load` and `ids`";
    if (loads && !is_strings(given->ids))
        return "`ids` must be a list of strings";
    if (given->arguments != NULL && !json_is_object(given->arguments))
        return "`arguments` must be an object";
    if (given->as != NULL && !is_requester(given->as))
        return "`as` must be \"nobody\" or {\"actor\": \"…\", \"grants\": [{\"organizationId\": "
               "\"…\" or \"*\", \"actions\": [\"READ\", \"CREATE\", \"UPDATE\", \"DELETE\"]}]}";
    if (given->expect != NULL && strcmp(given->expect, PLAN_RESOLVED) != 0 &&
        !notation_is_error_code(given->expect))
        return "`expect` must be \"" PLAN_RESOLVED "\" or a code such as \"NOT_FOUND\"";
    if (given->selection != NULL &&
        gql_selection_parse(given->selection, strlen(given->selection), &selection, NULL) != GQL_OK)
        return "`selection` must be fields and braces, such as `edges { node { id } }`";
    gql_selection_destroy(&selection);
    return NULL;
}

bool given_calls_check(json_t *calls, char *detail, size_t detail_size)
{
    size_t index;
    json_t *json;
    if (!json_is_array(calls) || json_array_size(calls) == 0) {
        snprintf(detail, detail_size, "not a list of calls");
        return false;
    }
    json_array_foreach(calls, index, json) {
        struct given given;
        json_error_t error;
        if (!read(json, &given, &error))
            return fail(detail, detail_size, index, error.text);
        const char *mistake = find_mistake(&given);
        if (mistake != NULL)
            return fail(detail, detail_size, index, mistake);
    }
    return true;
}

/* ---- The plan; the form is checked already ---- */

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

static void set_requester(struct plan_request *request, json_t *as)
{
    json_t *grants = json_object_get(as, "grants");
    *request = (struct plan_request){.actor = json_string_value(json_object_get(as, "actor"))};
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
 * after check_fail.
 */
static json_t *parent_of(struct session *session, const struct given *given,
                         const gql_resolver *resolver)
{
    json_t *parent = json_pack("{s:s}", "__typename", given->type);
    for (uint32_t i = 0; parent != NULL && i < resolver->required_field_count; i++) {
        const char *name = resolver->required_fields[i];
        json_t *value = json_object_get(given->parent, name);
        if (value != NULL) {
            json_object_set(parent, name, value);
            continue;
        }
        check_fail(session->run,
                   "--calls: `parent` of %s.%s needs `%s`, which the resolver requires",
                   given->type, given->field, name);
        json_decref(parent);
        parent = NULL;
    }
    return parent;
}

/* Generates the parent if --calls has none. False after check_fail. */
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
        check_fail(session->run, "--calls: %s.%s needs a `parent`", given->type, given->field);
    json_decref(parent);
    return !check_ended(session->run);
}

/* False after check_fail or check_skip. */
static bool add_call(struct session *session, struct plan *plan, const struct given *given)
{
    char list_type[256];
    struct plan_target target = {.type = list_type};
    if (given->load != NULL)
        snprintf(list_type, sizeof list_type, "[%s]!", given->load);
    else
        target.type = gql_schema_document_field_type(session->document, given->type, given->field);
    if (target.type == NULL || !find_target(session, given, &target)) {
        check_fail(session->run, "--calls: the plugin has no %s%s%s%s",
                   given->load != NULL ? "loader for " : "resolver for ",
                   given->load != NULL ? given->load : given->type, given->load != NULL ? "" : ".",
                   given->load != NULL ? "" : given->field);
        return false;
    }
    json_t *arguments = arguments_of(session, given);
    struct plan_call *call = plan_add(session, plan, &target, arguments);
    json_decref(arguments);
    if (call == NULL || (call->resolver != NULL && !set_parent(session, given, call)))
        return false;
    if (given->as != NULL)
        set_requester(&call->request, given->as);
    call->usual = call->request.actor != NULL;
    call->expect = given->expect;
    return given->selection == NULL || plan_select(session, call, given->selection);
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
        added = added && read(json, &given, &error) && add_call(session, plan, &given);
    }
    plan->given = plan->count;
    for (size_t i = 0; added && i < plan->given; i++)
        added = plan_add_variants(session, plan, i);
    note_uncalled(session->plugin->schema, plan);
}
