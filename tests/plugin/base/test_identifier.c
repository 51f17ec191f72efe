// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <inttypes.h>

#include "plugin/base/identifier.h"

static struct text written(const struct identifier *identifier)
{
    static char text[IDENTIFIER_TEXT_SIZE];
    identifier_write(identifier, text);
    return (struct text){text, sizeof text};
}

Test(identifier, what_is_no_id_is_refused)
{
    static const char *const bad[] = {
        "",
        "018bcfe5-6800-8000-81ff-494e54470000 ",
        "018bcfe5-6800-8000-81ff-494e5447000",
        "018bcfe5-6800-7000-81ff-494e54470000", /* another version */
        "018bcfe5-6800-8000-c1ff-494e54470000", /* another variant */
        "018bcfe5-6800-8000-81ff-494e54480000", /* another type */
        "018BCFE5-6800-8000-81FF-494E54470000",
        "018bcfe568-00-8000-81ff-494e54470000",
        "018bcfe5x6800-8000-81ff-494e54470000",
        "018bcfe5-6800-8000-81ff-494e5447000g",
        "{018bcfe5-6800-8000-81ff-494e5447000}",
    };
    struct identifier identifier;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(identifier_parse(text_of(bad[i]), &identifier), "'%s' was taken", bad[i]);
    cr_expect_not(identifier_parse(NO_TEXT, &identifier));
}

static int counter_of(const struct identifier *identifier)
{
    return (identifier->bytes[6] & 15) << 8 | identifier->bytes[7];
}

Test(identifier, every_bit_is_where_it_belongs)
{
    struct identifier_mint mint;
    identifier_mint_init(&mint, true, 19);
    const int64_t now = 0x018bcfe56800;
    const struct identifier first = identifier_next(&mint, 0x5A1234, now);
    const struct identifier identifier = identifier_next(&mint, 0xA5C3F0, now);
    const uint8_t *bytes = identifier.bytes;
    const uint8_t time[6] = {0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00};
    cr_expect_arr_eq(bytes, time, 6);
    cr_expect_eq(bytes[6] >> 4, 8, "%02x", bytes[6]);
    cr_expect_eq(counter_of(&identifier), counter_of(&first) + 1);
    const int place = bytes[8] << 8 | bytes[9];
    cr_expect_eq(place >> 14, 2);
    cr_expect_eq(place >> 13 & 1, 1);
    cr_expect_eq(place >> 5 & 255, 0xA5, "the tag begins with %x", place >> 5 & 255);
    cr_expect_eq(place & 31, 19, "the region is %d", place & 31);
    cr_expect_arr_eq(bytes + 10, "INTG", 4);
    cr_expect_eq(bytes[14] << 8 | bytes[15], 0xC3F0);
    cr_expect_eq(identifier_tag(&first), 0x5A1234, "%06x", identifier_tag(&first));
    cr_expect_eq(identifier_tag(&identifier), 0xA5C3F0, "%06x", identifier_tag(&identifier));
}

Test(identifier, text_and_back)
{
    struct identifier_mint mint;
    struct identifier parsed;
    identifier_mint_init(&mint, false, 31);
    for (int i = 0; i < 1000; i++) {
        const struct identifier identifier = identifier_next(&mint, (uint32_t)i * 16771,
                                                             1700000000000 + i / 10);
        const struct text text = written(&identifier);
        cr_assert(identifier_parse(text, &parsed), "%.*s", (int)text.size, text.data);
        cr_assert_arr_eq(parsed.bytes, identifier.bytes, IDENTIFIER_SIZE);
        cr_assert_eq(identifier_tag(&parsed), (uint32_t)i * 16771);
    }
}

static int64_t time_of(const struct identifier *identifier)
{
    int64_t time = 0;
    for (int i = 0; i < 6; i++)
        time = time << 8 | identifier->bytes[i];
    return time;
}

Test(identifier, a_clock_outside_the_years_1970_to_9999)
{
    static const struct {
        int64_t clock, time;
    } cases[] = {
        {-1, 0},
        {-394, 0},
        {-1000000000000, 0},
        {INT64_MIN, 0},
        {0, 0},
        {1, 1},
        {253402300799999, 253402300799999},
        {253402300800000, 253402300799999},
        {INT64_C(1) << 48, 253402300799999},
        {INT64_MAX, 253402300799999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identifier_mint mint;
        struct identifier former = {{0}};
        identifier_mint_init(&mint, false, 31);
        for (int more = 0; more < 5000; more++) {
            const struct identifier next = identifier_next(&mint, 0, cases[i].clock);
            const int64_t time = time_of(&next), ahead = time - cases[i].time;
            /* A millisecond has room for 2,049 IDs at least and for 4,096 at most. */
            cr_assert(ahead >= more / 4096 && ahead <= more / 2049, "%" PRId64 " at %d: %" PRId64,
                      cases[i].clock, more, time);
            cr_assert(more == 0 || memcmp(former.bytes, next.bytes, 8) < 0);
            former = next;
        }
    }
}

/* More IDs in one millisecond than the counter can hold, and a clock that goes back. */
Test(identifier, ids_rise_whatever_the_clock_does)
{
    struct identifier_mint mint;
    struct identifier former = {{0}};
    identifier_mint_init(&mint, false, 31);
    for (int i = 0; i < 20000; i++) {
        const int64_t now = 1700000000000 + (i % 3000 == 0 ? -5000 : i / 5000);
        const struct identifier next = identifier_next(&mint, (uint32_t)i * 40503, now);
        /* The tag comes last: the order must hold without it. */
        cr_assert_lt(memcmp(former.bytes, next.bytes, 8), 0, "at %d", i);
        former = next;
    }
}

/* Two mints that start in one millisecond seldom make one ID. */
Test(identifier, counters_start_at_random)
{
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        struct identifier_mint mints[2];
        identifier_mint_init(&mints[0], false, 31);
        identifier_mint_init(&mints[1], false, 31);
        const struct identifier a = identifier_next(&mints[0], 7, 1700000000000 + i);
        const struct identifier b = identifier_next(&mints[1], 7, 1700000000000 + i);
        same += identifier_equal(&a, &b);
    }
    cr_expect_lt(same, 20, "%d of 1,000", same);
}

Test(identifier, a_mint_rises_above_an_id)
{
    static const char *const ids[] = {
        "018bcfe5-6800-8000-81ff-494e54470000", /* the same millisecond */
        "018bcfe5-6800-8fff-81ff-494e54470000", /* its last counter */
        "018bcfe5-6801-8000-bfff-494e5447ffff", /* the next one */
        "028bcfe5-6800-87ff-9fff-494e54471234", /* years ahead */
        "efffffff-fffe-8fff-81ff-494e5447ffff", /* the limit is near */
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct identifier_mint mint;
        struct identifier above;
        cr_assert(identifier_parse(text_of(ids[i]), &above));
        cr_assert_lt(memcmp(above.bytes, identifier_limit.bytes, IDENTIFIER_SIZE), 0);
        identifier_mint_init(&mint, false, 31);
        identifier_rise(&mint, &above);
        for (int more = 0; more < 3; more++) {
            const struct identifier next = identifier_next(&mint, 0, 0x018bcfe56800);
            cr_assert_lt(memcmp(above.bytes, next.bytes, 8), 0, "not above %s", ids[i]);
            identifier_rise(&mint, &above); /* It is already. */
            above = next;
        }
    }
}

/* Any clock's IDs are below it, with room for those that follow. */
Test(identifier, what_is_minted_is_below_the_limit)
{
    struct identifier_mint mint;
    identifier_mint_init(&mint, true, 31);
    const struct identifier last = identifier_next(&mint, 0xFFFFFF, INT64_MAX);
    cr_expect_lt(memcmp(last.bytes, identifier_limit.bytes, IDENTIFIER_SIZE), 0);
    cr_expect_gt(time_of(&identifier_limit) - time_of(&last), INT64_C(300) * 365 * 86400000);
}
