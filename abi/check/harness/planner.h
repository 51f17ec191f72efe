// SPDX-License-Identifier: MIT
/* Chooses the calls that the checks make: those of --calls, or calls made from the schema. */
#ifndef GQL_CHECK_PLANNER_H
#define GQL_CHECK_PLANNER_H

#include "abi/check/harness/plan.h"

/*
 * Binds the schema and fills the plan. False after check_skip (the schema does not bind, or has
 * nothing to call) or check_fail (--calls names something that the plugin does not have).
 */
bool plan_make(struct session *session, struct plan *plan);

/*
 * Whether the resolver is for a field of a type other than the root types, so that it has a parent.
 */
bool planner_is_field_resolver(const struct session *session, const gql_resolver *resolver);

/*
 * A value for gql_call.parent: exactly what the resolver requires or, with `all`, all fields that
 * have no resolver. NULL if there is no such value.
 */
json_t *planner_parent(const struct session *session, const gql_resolver *resolver, bool all);

/*
 * Adds calls of a resolver under every condition. False if a required argument has no value that
 * can be made.
 */
bool planner_add(struct session *session, struct plan *plan, const gql_resolver *resolver,
                 const json_t *parent);

#endif
