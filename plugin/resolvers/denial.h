// SPDX-License-Identifier: MIT
/* What an actor is not permitted to do: the answer, the log, and, if configured, the audit trail. */
#ifndef PLUGIN_RESOLVERS_DENIAL_H
#define PLUGIN_RESOLVERS_DENIAL_H

#include "plugin/resolvers/operation.h"

/*
 * Rejects the operation with PERMISSION_DENIED, for want of `action` in `organization_id`. `id` is
 * the integration that it is about, as the client wrote it, or no text. The texts live as long as
 * the operation. Returns what the resolver returns: GQL_PENDING if the answer waits until the
 * refusal is recorded.
 */
int32_t denial_answer(struct operation *operation, struct text organization_id, struct text id,
                      const char *action);

#endif
