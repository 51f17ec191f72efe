// SPDX-License-Identifier: MIT
/* The calls of --calls: a list of {"type", "field", "arguments", …} and {"load", "ids", …}. */
#ifndef GQL_CHECK_GIVEN_CALLS_H
#define GQL_CHECK_GIVEN_CALLS_H

#include "abi/check/harness/plan.h"

/*
 * Whether `calls` is a list of well-formed calls; if not, `detail` says why. given_calls_add finds
 * out whether the plugin has their resolvers and loaders.
 */
bool given_calls_check(json_t *calls, char *detail, size_t detail_size);

/* Adds the calls of --calls to the plan. Calls check_fail if the plugin can't serve one. */
void given_calls_add(struct session *session, struct plan *plan);

#endif
