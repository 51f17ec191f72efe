// SPDX-License-Identifier: MIT
/* Plans the calls of --calls, whose form is checked already: see given_form.h. */
#ifndef GQL_CHECK_GIVEN_CALLS_H
#define GQL_CHECK_GIVEN_CALLS_H

#include "abi/check/harness/plan.h"

/*
 * Adds the calls of --calls to the plan. Calls check_mistake if the plugin does not have what a
 * call names, or if no host would make the call.
 */
void given_calls_add(struct session *session, struct plan *plan);

#endif
