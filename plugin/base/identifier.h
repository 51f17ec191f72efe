// SPDX-License-Identifier: MIT
/* IDs of integrations: UUID version 8 (RFC 9562, section 5.8) with a layout of our own. */
#ifndef PLUGIN_BASE_IDENTIFIER_H
#define PLUGIN_BASE_IDENTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/text.h"

#define IDENTIFIER_SIZE 16
#define IDENTIFIER_TEXT_SIZE 36

/*
 * Bits 0-47: Unix milliseconds; 48-51: version, 8; 52-63: counter; 64-65: variant, binary 10; 66:
 * deployment; 67-74: shard; 75-79: region; 80-111: type, in ASCII; 112-127: random.
 */
struct identifier {
    uint8_t bytes[IDENTIFIER_SIZE];
};

/* Mints rising IDs. Used by one thread at a time. */
struct identifier_mint {
    bool on_premise;
    uint8_t shard;
    uint8_t region; /* 0 to 31 */
    int64_t milliseconds;
    uint16_t counter;
};

void identifier_mint_init(struct identifier_mint *mint, bool on_premise, uint8_t shard,
                          uint8_t region);

/*
 * The next ID. Within one millisecond the counter keeps IDs distinct and rising. If the counter
 * overflows or the clock goes back, the time in the ID runs ahead of `now` (Unix milliseconds).
 * A clock before 1970 counts as 1970, one after the year 9999 as its end.
 */
struct identifier identifier_next(struct identifier_mint *mint, int64_t now);

static inline bool identifier_equal(const struct identifier *a, const struct identifier *b)
{
    return memcmp(a->bytes, b->bytes, IDENTIFIER_SIZE) == 0;
}

/* Writes 8-4-4-4-12 lower-case hexadecimal digits, without a NUL. */
void identifier_write(const struct identifier *identifier, char text[IDENTIFIER_TEXT_SIZE]);

/*
 * False unless the text is the ID of an integration in exactly the form of identifier_write;
 * *ret_identifier is then all zeros, which is no integration's.
 */
bool identifier_parse(struct text text, struct identifier *ret_identifier);

#endif
