// SPDX-License-Identifier: MIT
#include "plugin/resolvers/cursor.h"

#include <sodium.h>
#include <string.h>

#include "vault/base64url.h"

enum { TITLE_OFFSET = 1 + IDENTIFIER_SIZE, TAG_SIZE = crypto_shorthash_BYTES };

_Static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "SipHash-2-4");

size_t cursor_write(const uint8_t secret[16], enum cursor_order order,
                    const struct store_position *position, char text[CURSOR_TEXT_SIZE])
{
    uint8_t bytes[CURSOR_BYTES];
    const size_t title_size = position->title.size > TITLE_BYTES_MAX ? TITLE_BYTES_MAX
                                                                     : position->title.size;
    const size_t size = TITLE_OFFSET + title_size;
    bytes[0] = (uint8_t)order;
    memcpy(bytes + 1, position->id.bytes, IDENTIFIER_SIZE);
    memcpy(bytes + TITLE_OFFSET, position->title.data, title_size);
    crypto_shorthash(bytes + size, bytes, size, secret);
    vault_base64url_encode(bytes, size + TAG_SIZE, text);
    return strlen(text);
}

enum cursor_verdict cursor_read(const uint8_t secret[16], enum cursor_order order, struct text text,
                                struct cursor *cursor)
{
    uint8_t tag[TAG_SIZE];
    size_t size = 0;
    if (text.size >= CURSOR_TEXT_SIZE ||
        !vault_base64url_decode(text.data, text.size, cursor->bytes, sizeof cursor->bytes, &size) ||
        size < TITLE_OFFSET + TAG_SIZE)
        return CURSOR_FOREIGN;
    const size_t signed_size = size - TAG_SIZE;
    crypto_shorthash(tag, cursor->bytes, signed_size, secret);
    if (sodium_memcmp(tag, cursor->bytes + signed_size, TAG_SIZE) != 0)
        return CURSOR_FOREIGN;
    if (cursor->bytes[0] != order)
        return CURSOR_OTHER_ORDER;
    memcpy(cursor->position.id.bytes, cursor->bytes + 1, IDENTIFIER_SIZE);
    cursor->position.title = (struct text){(const char *)cursor->bytes + TITLE_OFFSET,
                                           signed_size - TITLE_OFFSET};
    return CURSOR_GOOD;
}
