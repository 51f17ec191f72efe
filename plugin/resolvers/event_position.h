// SPDX-License-Identifier: MIT
/*
 * The place of an event among those of its organization, opaque to hosts: the base64url (RFC 4648,
 * section 5, without padding) of
 *
 *     1 (1 byte) | organization tag (3 bytes) | sequence (8 bytes)
 *
 * with the highest byte first. It does not depend on the database: it stays valid when the
 * organization is moved.
 */
#ifndef PLUGIN_RESOLVERS_EVENT_POSITION_H
#define PLUGIN_RESOLVERS_EVENT_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/text.h"

enum { EVENT_POSITION_SIZE = 17 }; /* With a NUL. */

void event_position_write(struct text organization_id, int64_t sequence,
                          char ret_text[EVENT_POSITION_SIZE]);

/* False if it is no position, or that of another organization. */
bool event_position_read(struct text organization_id, struct text text, int64_t *ret_sequence);

#endif
