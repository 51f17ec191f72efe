// SPDX-License-Identifier: MIT
/* Values for gql_call.parent. */
#ifndef GQL_CHECK_PARENT_H
#define GQL_CHECK_PARENT_H

#include "abi/check/harness/session.h"

/* Whether the resolver is for a field of a type other than the root types. */
bool parent_is_due(const struct session *session, const gql_resolver *resolver);

/*
 * A parent with exactly what the resolver requires or, with `all`, with all fields that have no
 * resolver. NULL if there is no such value.
 */
json_t *parent_make(const struct session *session, const gql_resolver *resolver, bool all);

#endif
