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
 * deployment; 67-74: upper 8 bits of the organization tag (organization.h); 75-79: region; 80-111:
 * type, in ASCII; 112-127: lower 16 bits of the tag. Older IDs have no tag: there are other bits
 * in its place.
 */
struct identifier {
    uint8_t bytes[IDENTIFIER_SIZE];
};

/* Mints rising IDs. Used by one thread at a time. */
struct identifier_mint {
    bool on_premise;
    uint8_t region; /* 0 to 31 */
    int64_t milliseconds;
    uint16_t counter;
};

void identifier_mint_init(struct identifier_mint *mint, bool on_premise, uint8_t region);

/*
 * The next ID, with an organization's tag. Within one millisecond the counter keeps IDs distinct
 * and rising, whatever their tags; it starts at a random value, so that two mints seldom make one
 * ID. If the counter overflows or the clock goes back, the time in the ID runs ahead of `now` (Unix
 * milliseconds). A clock before 1970 counts as 1970, one after the year 9999 as its end.
 */
struct identifier identifier_next(struct identifier_mint *mint, uint32_t tag, int64_t now);

/* What is minted is below. IDs above were made by a clock before 1970, which once was possible. */
extern const struct identifier identifier_limit;

/* The IDs that follow are higher than this one, which is below the limit. */
void identifier_rise(struct identifier_mint *mint, const struct identifier *above);

/* The organization tag; of an ID that has none, anything. */
uint32_t identifier_tag(const struct identifier *identifier);

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
