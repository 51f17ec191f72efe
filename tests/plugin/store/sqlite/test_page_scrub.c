// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <string.h>

#include "plugin/store/sqlite/maintenance/page_scrub.h"

enum { SIZE = 512, LEAF_TABLE = 13, INTERIOR_INDEX = 2, FIRST_CELL = 400, FREE_BLOCK = 450 };

static uint8_t page[SIZE];

static void put(size_t place, unsigned value)
{
    page[place] = (uint8_t)(value >> 8);
    page[place + 1] = (uint8_t)value;
}

/* Two cells of 20 bytes from FIRST_CELL on, then a free block to the end. */
static void make_page(size_t header, uint8_t type)
{
    const size_t places = header + (type == INTERIOR_INDEX ? 12 : 8);
    memset(page, 'x', SIZE);
    page[header] = type;
    put(header + 1, FREE_BLOCK);
    put(header + 3, 2);
    put(header + 5, FIRST_CELL);
    put(places, FIRST_CELL);
    put(places + 2, FIRST_CELL + 20);
    put(FREE_BLOCK, 0);
    put(FREE_BLOCK + 2, SIZE - FREE_BLOCK);
}

static int count(size_t from, size_t to)
{
    int found = 0;
    for (size_t i = from; i < to; i++)
        found += page[i] == 'x';
    return found;
}

Test(page_scrub, what_no_row_uses_is_zeroed_and_nothing_else)
{
    static const struct {
        size_t header;
        uint8_t type;
        size_t places_end;
    } cases[] = {{0, LEAF_TABLE, 12},
                 {0, INTERIOR_INDEX, 16},
                 {PAGE_FILE_HEADER_SIZE, LEAF_TABLE, 112}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_page(cases[i].header, cases[i].type);
        cr_expect(page_scrub(page, SIZE, cases[i].header));
        cr_expect_eq(count(cases[i].places_end, FIRST_CELL), 0, "case %zu", i);
        cr_expect_eq(count(FIRST_CELL, FREE_BLOCK), FREE_BLOCK - FIRST_CELL, "case %zu", i);
        cr_expect_eq(count(FREE_BLOCK, SIZE), 0, "case %zu", i);
        cr_expect_eq(page[FREE_BLOCK + 3], SIZE - FREE_BLOCK, "case %zu", i);
        cr_expect_eq(count(0, cases[i].header), (int)cases[i].header, "case %zu", i);
        cr_expect_not(page_scrub(page, SIZE, cases[i].header), "case %zu changes again", i);
    }
}

/* Each breaks one thing. */
static void damage(int number)
{
    make_page(0, LEAF_TABLE);
    if (number == 0)
        page[0] = 0; /* A page that goes on with a long row. */
    if (number == 1)
        put(5, SIZE + 1);
    if (number == 2)
        put(3, 300);
    if (number == 3)
        put(8, FIRST_CELL - 1);
    if (number == 4)
        put(8, SIZE);
    if (number == 5)
        put(FREE_BLOCK, FREE_BLOCK); /* A circle. */
    if (number == 6)
        put(FREE_BLOCK + 2, SIZE - FREE_BLOCK + 1);
    if (number == 7)
        put(FREE_BLOCK + 2, 3);
    if (number == 8)
        put(1, FIRST_CELL - 1);
    if (number == 9)
        put(1, SIZE - 3);
}

Test(page_scrub, a_page_of_another_kind_or_a_damaged_one_is_left)
{
    for (int number = 0; number < 10; number++) {
        uint8_t before[SIZE];
        damage(number);
        memcpy(before, page, SIZE);
        cr_expect_not(page_scrub(page, SIZE, 0), "case %d", number);
        cr_expect_eq(memcmp(before, page, SIZE), 0, "case %d", number);
    }
}

Test(page_scrub, free_pages_lose_all_and_their_lists_what_is_behind)
{
    memset(page, 'x', SIZE);
    cr_expect(page_scrub_free(page, SIZE - 12));
    cr_expect_eq(count(0, SIZE), 12);
    memset(page, 'x', SIZE);
    memcpy(page + 4, (const uint8_t[]){0, 0, 0, 3}, 4);
    cr_expect(page_scrub_trunk(page, SIZE));
    cr_expect_eq(count(0, 4) + count(8, 20), 16);
    cr_expect_eq(count(20, SIZE), 0);
    memcpy(page + 4, (const uint8_t[]){0, 0, 0, 127}, 4); /* More than fit. */
    page[SIZE - 1] = 'x';
    cr_expect_not(page_scrub_trunk(page, SIZE));
}
