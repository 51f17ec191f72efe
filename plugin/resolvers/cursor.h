// SPDX-License-Identifier: MIT
/*
 * Cursors: positions in an order, opaque to clients. A cursor is the base64url (RFC 4648, section
 * 5, without padding) of
 *
 *     order (1 byte) | ID (16 bytes) | title | SipHash-2-4 of the former (8 bytes)
 *
 * with the store's secret as the key of the hash. It marks a place, not a row: it stays valid when
 * rows change or disappear.
 */
#ifndef PLUGIN_RESOLVERS_CURSOR_H
#define PLUGIN_RESOLVERS_CURSOR_H

#include <stdint.h>

#include "plugin/base/identifier.h"
#include "plugin/base/limits.h"
#include "plugin/base/text.h"
#include "plugin/store/store.h"

enum cursor_order { CURSOR_TITLE_ASC = 1, CURSOR_TITLE_DESC = 2 };

enum {
    CURSOR_BYTES = 1 + IDENTIFIER_SIZE + TITLE_BYTES_MAX + 8,
    CURSOR_TEXT_SIZE = (CURSOR_BYTES + 2) / 3 * 4 + 1, /* With a NUL. */
};

/* Returns the length of the text. The title has at most TITLE_BYTES_MAX bytes. */
size_t cursor_write(const uint8_t secret[16], enum cursor_order order,
                    const struct store_position *position, char text[CURSOR_TEXT_SIZE]);

/* A position with the bytes that its title points into. */
struct cursor {
    uint8_t bytes[CURSOR_BYTES];
    struct store_position position;
};

enum cursor_verdict { CURSOR_GOOD, CURSOR_FOREIGN, CURSOR_OTHER_ORDER };

/*
 * CURSOR_FOREIGN: this store did not make it. Do not move the cursor while its position is in use.
 */
enum cursor_verdict cursor_read(const uint8_t secret[16], enum cursor_order order, struct text text,
                                struct cursor *cursor);

#endif
