// SPDX-License-Identifier: MIT
/* The answer of a rejected call. The thread that has taken the reply uses it. */
#ifndef GQL_HOST_REJECTION_H
#define GQL_HOST_REJECTION_H

#include "abi/host/reply_table.h"

/* `code` and `message` must outlive the answer. */
void rejection_set_static(struct reply_slot *slot, const char *code, const char *message);

/*
 * Copies a complete error, which is valid only until reply_reject returns. If its texts are larger
 * than the limit, or memory has run out, the code remains and the message says so.
 */
void rejection_set(struct reply_slot *slot, const gql_error *error, size_t limit);

#endif
