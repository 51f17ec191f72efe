// SPDX-License-Identifier: MIT
/* The client's idempotency key of a create: what is kept of it, and what is wrong with one. */
#ifndef PLUGIN_RESOLVERS_IDEMPOTENCY_H
#define PLUGIN_RESOLVERS_IDEMPOTENCY_H

#include "plugin/resolvers/operation.h"

/* False if the request's key can't be one; then the operation is rejected. True: or has none. */
bool idempotency_accepts(struct operation *operation);

/* From the request's key, actor and response name; NO_TEXT in `token` is none. */
void idempotency_hash(const struct operation *operation, struct text title, struct text token,
                      struct store_key *ret_key);

/* For STORE_KEY_USED. Completes the operation: see operation.h. */
int32_t idempotency_reject_used(struct operation *operation);

#endif
