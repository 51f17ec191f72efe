// SPDX-License-Identifier: MIT
/* Judges answers that several checks look at. For perform_all; both call check_fail. */
#ifndef GQL_CHECK_JUDGE_H
#define GQL_CHECK_JUDGE_H

#include "abi/check/harness/perform.h"

/* A value must match the schema and the selection, a loader's list the number of IDs. */
void judge_value(struct session *session, struct performed *performed);

/* The loader's objects must be those of the IDs, in their order, if `id` is selected. */
void judge_order(struct session *session, struct performed *performed);

#endif
