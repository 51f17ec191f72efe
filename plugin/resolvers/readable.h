// SPDX-License-Identifier: MIT
/* Finds an integration for an actor. What the actor may not read does not exist. */
#ifndef PLUGIN_RESOLVERS_READABLE_H
#define PLUGIN_RESOLVERS_READABLE_H

#include "plugin/resolvers/operation.h"

/*
 * As store_get, but STORE_NOT_FOUND also if the actor may not read it. Both take the same work, and
 * so does a malformed ID (identifier_parse), so that time does not tell what exists.
 */
enum store_status readable_get(const struct operation *operation, struct store_reader *reader,
                               const struct identifier *id, struct integration *ret_integration);

#endif
