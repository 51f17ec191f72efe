// SPDX-License-Identifier: MIT
/*
 * Cursors: a position in an order, opaque to clients, written as base64url (RFC 4648, section 5)
 * without padding of
 *
 *     order (1 byte) | ID (16 bytes) | title | SipHash-2-4 of all before (8 bytes), keyed with the
 *     store's secret
 *
 * They mark a place, not a row: they stay good when rows change or go.
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

/* Returns the length of the text. The title is at most TITLE_BYTES_MAX long. */
size_t cursor_write(const uint8_t secret[16], enum cursor_order order,
                    const struct store_position *position, char text[CURSOR_TEXT_SIZE]);

/* A position with the bytes that its title lies in. */
struct cursor {
    uint8_t bytes[CURSOR_BYTES];
    struct store_position position;
};

enum cursor_verdict { CURSOR_GOOD, CURSOR_FOREIGN, CURSOR_OTHER_ORDER };

/*
 * CURSOR_FOREIGN: this store did not make it. The cursor must stay where it is while its position
 * is in use.
 */
enum cursor_verdict cursor_read(const uint8_t secret[16], enum cursor_order order, struct text text,
                                struct cursor *cursor);

#endif
