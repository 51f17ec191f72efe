// SPDX-License-Identifier: MIT
/* Finds an integration for an actor. What the actor may not read does not exist. */
#ifndef PLUGIN_RESOLVERS_READABLE_H
#define PLUGIN_RESOLVERS_READABLE_H

#include "plugin/resolvers/operation.h"

/*
 * As store_get, but STORE_NOT_FOUND also if the actor may not read it. Both take the same work, and
 * so does a malformed ID (identifier_parse), so that time does not tell what exists.
 *
 * `seen`: another database of the read has the ID, so it is STORE_DAMAGED that this one has it too.
 */
enum store_status readable_get(struct operation *operation, struct store_reader *reader,
                               const struct identifier *id, bool seen,
                               struct integration *ret_integration);

/* For operation_read: looks for one ID, which stays where it is until the read is done. */
struct store_route route_to(const struct identifier *id);

#endif
