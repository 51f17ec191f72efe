// SPDX-License-Identifier: MIT
/* Chooses the calls that the checks make: those of --calls, or calls made from the schema. */
#ifndef GQL_CHECK_PLANNER_H
#define GQL_CHECK_PLANNER_H

#include "abi/check/harness/plan.h"

/*
 * Binds the schema and fills the plan. False after check_skip (the schema does not bind, or has
 * nothing to call) or check_mistake (a call of --calls that no host makes of the plugin).
 */
bool plan_make(struct session *session, struct plan *plan);

/*
 * Adds calls of a resolver under every condition. False if a required argument has no value that
 * can be made.
 */
bool planner_add(struct session *session, struct plan *plan, const gql_resolver *resolver,
                 const json_t *parent);

#endif
