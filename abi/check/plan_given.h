// SPDX-License-Identifier: MIT
/* What the two sources of a plan share. */
#ifndef GQL_CHECK_PLAN_GIVEN_H
#define GQL_CHECK_PLAN_GIVEN_H

#include "abi/check/plan.h"

/* What is called: a resolver or a loader. */
struct plan_target {
    const gql_resolver *resolver;
    const gql_loader *loader;
    const char *type; /* Of the value, as in SDL. */
};

/*
 * Adds a call on behalf of one who may do everything, with nothing known of the selection. NULL
 * after check_fail.
 */
struct plan_call *plan_add(struct session *session, struct plan *plan,
                           const struct plan_target *target, const json_t *arguments);

/* Adds the calls of --calls. */
void plan_take_given(struct session *session, struct plan *plan);

#endif
