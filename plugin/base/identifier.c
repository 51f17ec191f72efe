// SPDX-License-Identifier: MIT
#include "plugin/base/identifier.h"

#include <sodium.h>
#include <string.h>

/* A millisecond's first counter is in the lower half, so that there is room for as many more. */
enum { COUNTER_LIMIT = 0x1000, COUNTER_START_LIMIT = 0x800 };

/* The end of the year 9999. */
static const int64_t latest_ms = 253402300799999;

/* Some 300 years after latest_ms, some 500 before what a clock before 1970 once made. */
const struct identifier identifier_limit = {{0xF0}};

static const uint8_t entity_type[4] = {'I', 'N', 'T', 'G'};

void identifier_mint_init(struct identifier_mint *mint, bool on_premise, uint8_t region)
{
    *mint = (struct identifier_mint){.on_premise = on_premise,
                                     .region = region & 31,
                                     .milliseconds = -1};
}

static void start(struct identifier_mint *mint, int64_t milliseconds)
{
    mint->milliseconds = milliseconds;
    mint->counter = (uint16_t)randombytes_uniform(COUNTER_START_LIMIT);
}

static void advance(struct identifier_mint *mint, int64_t clock)
{
    const int64_t now = clock < 0 ? 0 : clock > latest_ms ? latest_ms : clock;
    if (now > mint->milliseconds)
        start(mint, now);
    else if (++mint->counter == COUNTER_LIMIT)
        start(mint, mint->milliseconds + 1);
}

struct identifier identifier_next(struct identifier_mint *mint, uint32_t tag, int64_t now)
{
    advance(mint, now);
    const uint64_t time = (uint64_t)mint->milliseconds;
    const uint16_t place = (uint16_t)(0x8000U | (uint32_t)mint->on_premise << 13 |
                                      (tag >> 16 & 255) << 5 | mint->region);
    struct identifier identifier = {{
        (uint8_t)(time >> 40),
        (uint8_t)(time >> 32),
        (uint8_t)(time >> 24),
        (uint8_t)(time >> 16),
        (uint8_t)(time >> 8),
        (uint8_t)time,
        (uint8_t)(0x80 | mint->counter >> 8),
        (uint8_t)mint->counter,
        (uint8_t)(place >> 8),
        (uint8_t)place,
    }};
    memcpy(identifier.bytes + 10, entity_type, sizeof entity_type);
    identifier.bytes[14] = (uint8_t)(tag >> 8);
    identifier.bytes[15] = (uint8_t)tag;
    return identifier;
}

void identifier_rise(struct identifier_mint *mint, const struct identifier *above)
{
    const uint8_t *bytes = above->bytes;
    const uint16_t counter = (uint16_t)((bytes[6] & 15) << 8 | bytes[7]);
    int64_t milliseconds = 0;
    for (int i = 0; i < 6; i++)
        milliseconds = milliseconds << 8 | bytes[i];
    if (milliseconds > mint->milliseconds ||
        (milliseconds == mint->milliseconds && counter > mint->counter)) {
        mint->milliseconds = milliseconds;
        mint->counter = counter;
    }
}

uint32_t identifier_tag(const struct identifier *identifier)
{
    const uint8_t *bytes = identifier->bytes;
    const uint32_t upper = (uint32_t)(bytes[8] << 8 | bytes[9]) >> 5 & 255;
    return upper << 16 | (uint32_t)bytes[14] << 8 | bytes[15];
}

static bool is_dash_position(size_t position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

void identifier_write(const struct identifier *identifier, char text[IDENTIFIER_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < IDENTIFIER_SIZE; i++) {
        if (is_dash_position(at))
            text[at++] = '-';
        text[at++] = digits[identifier->bytes[i] >> 4];
        text[at++] = digits[identifier->bytes[i] & 15];
    }
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse(struct text text, struct identifier *ret_identifier)
{
    struct identifier identifier;
    size_t digits = 0;
    if (text.size != IDENTIFIER_TEXT_SIZE)
        return false;
    for (size_t at = 0; at < text.size; at++) {
        if (is_dash_position(at)) {
            if (text.data[at] != '-')
                return false;
            continue;
        }
        const int value = digit_value(text.data[at]);
        if (value < 0)
            return false;
        uint8_t *byte = &identifier.bytes[digits / 2];
        *byte = (uint8_t)(digits++ % 2 == 0 ? value << 4 : *byte | value);
    }
    if (identifier.bytes[6] >> 4 != 8 || identifier.bytes[8] >> 6 != 2 ||
        memcmp(identifier.bytes + 10, entity_type, sizeof entity_type) != 0)
        return false;
    *ret_identifier = identifier;
    return true;
}

bool identifier_parse(struct text text, struct identifier *ret_identifier)
{
    *ret_identifier = (struct identifier){0};
    return parse(text, ret_identifier);
}
