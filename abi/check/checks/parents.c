// SPDX-License-Identifier: MIT
/* Field resolvers, with what they require of the value that has the field. */
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/parent.h"
#include "abi/check/harness/planner.h"

static unsigned resolved;
static unsigned rejected;

static void judge(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    if (performed->returned < 0)
        check_fail(session->run, "%s returned %d, with the parent %.300s", planned->label,
                   (int)performed->returned, planned->parent);
    resolved += performed->resolved;
    rejected += !performed->resolved;
}

/* Makes the usual calls of a plan. Whether the others are answered is up to the check `answers`. */
static bool call_usual(struct session *session, gql_instance *instance, const struct plan *plan)
{
    bool done = !check_ended(session->run);
    for (size_t i = 0; done && i < plan->count; i++) {
        const struct plan one = {.calls = &plan->calls[i], .count = 1};
        if (plan->calls[i].usual)
            done = perform_all(session, instance, &one, NULL, judge);
    }
    return done;
}

/* Counts the calls with such a parent that are resolved and rejected. */
static bool call_with(struct session *session, gql_instance *instance, const gql_resolver *resolver,
                      bool all, json_t **ret_parent)
{
    struct plan plan = {0};
    resolved = rejected = 0;
    *ret_parent = parent_make(session, resolver, all);
    if (*ret_parent == NULL)
        return true;
    planner_add(session, &plan, resolver, *ret_parent);
    if (!call_usual(session, instance, &plan))
        return false;
    plan_finish(&plan);
    return true;
}

/*
 * A resolver that needs more than it requires fails with what it requires and works with all. False
 * after check_fail.
 */
static bool try_resolver(struct session *session, gql_instance *instance,
                         const gql_resolver *resolver)
{
    json_t *required = NULL;
    json_t *all = NULL;
    bool right = call_with(session, instance, resolver, false, &required);
    const bool failed = right && required != NULL && rejected > 0 && resolved == 0;
    if (right && required == NULL)
        check_note(session->run,
                   "%s.%s was not called: no value of a type that it requires can be made up",
                   resolver->type, resolver->field);
    if (failed)
        right = call_with(session, instance, resolver, true, &all);
    if (right && failed && resolved > 0)
        check_fail(session->run,
                   "%s.%s is rejected with exactly what it requires, but resolved if `parent` has "
                   "more fields",
                   resolver->type, resolver->field);
    json_decref(required);
    json_decref(all);
    return right && !check_ended(session->run);
}

static bool try_all(struct session *session, gql_instance *instance)
{
    const gql_schema *schema = session->plugin->schema;
    bool right = true;
    for (uint32_t i = 0; right && i < schema->resolver_count; i++)
        if (parent_is_due(session, schema->resolvers[i]) &&
            (schema->resolvers[i]->flags & GQL_RESOLVER_WRITES) == 0)
            right = try_resolver(session, instance, schema->resolvers[i]);
    return right;
}

void check_required_fields(struct check_run *run)
{
    struct session session;
    gql_instance *instance = NULL;
    check_cure(run,
               "list in required_fields every field that the resolver reads of `parent`, which "
               "has nothing else but `__typename`");
    if (!session_open(run, 0, &session) || !session_configure(&session) ||
        !session_bind(&session) || !session_create(&session, 0, &instance) ||
        !try_all(&session, instance))
        return;
    session_destroy(&session, &instance);
    perform_forget();
    session_close(&session, false);
}
