// SPDX-License-Identifier: MIT
/* Pages of a damaged file: rows that are lost, or not where they belong. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

/* FOREIGN begins the titles of another organization, which sort before all others. */
enum { SCAN_LIMIT = 10, FOREIGN = '0' };

static struct scratch scratch;
static struct store *store;
static struct identifier id;
static size_t scanned; /* Rows of the last scan. */

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
    id = fixture_create(store, "acme", "x", true);
    fixture_create(store, "acme", "y", false);
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(scan, .init = make, .fini = clean);

static enum store_status scan_reader(struct store_reader *reader, void *context)
{
    const struct store_range *range = context;
    INTEGRATION_LIST_AUTO list = {0};
    const enum store_status status = store_scan(reader, range, SCAN_LIMIT, &list);
    scanned = list.count;
    for (size_t i = 0; i < list.count; i++)
        cr_expect_neq(list.items[i].title.data[0], FOREIGN, "a row of another organization");
    return status;
}

static enum store_status scan_range(struct store_range range)
{
    range.organization_id = TEXT("acme");
    return fixture_read(store, scan_reader, &range);
}

/* An index of an older moment: each of its rows agrees, but one is not there. */
static void expect_lost(const char *index, enum store_filter filter)
{
    unsigned char page[PAGE_SIZE];
    fixture_close(&store);
    read_page(&scratch, index, page);
    store = fixture_open(&scratch, "und");
    const struct store_position first = {TEXT("l"), fixture_create(store, "acme", "l", false)};
    const struct store_position second = {TEXT("m"), fixture_create(store, "acme", "m", false)};
    fixture_close(&store);
    swap_page(&scratch, index, page);
    const struct store_range ranges[] = {
        {.filter = filter},
        {.filter = filter, .backward = true},
        {.filter = filter, .after = &first},
        {.filter = filter, .before = &first},
        {.filter = filter, .after = &first, .backward = true},
        {.filter = filter, .after = &second, .before = &first},
        {.filter = filter, .after = &first, .before = &second},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        store = fixture_open(&scratch, "und");
        cr_expect_eq(scan_range(ranges[i]), STORE_DAMAGED, "%s, range %zu", index, i);
        cr_expect_eq(store_state(store).health, STORE_FAILED, "%s, range %zu", index, i);
        fixture_close(&store);
    }
    swap_page(&scratch, index, page);
    store = fixture_open(&scratch, "und");
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        cr_expect_eq(scan_range(ranges[i]), STORE_OK, "%s, range %zu", index, i);
}

Test(scan, a_row_that_a_title_index_has_lost_is_damage)
{
    expect_lost("integration_by_title", STORE_ALL);
    expect_lost("integration_by_activity_and_title", STORE_INACTIVE);
}

enum { MANY = 120, OF_ACME = 75 };

static char titles[MANY][201];
static struct store_position positions[MANY];

/* Long titles, of which a page of an index holds few; those of acme rise. */
static void create_many(void)
{
    for (int i = 0; i < MANY; i++) {
        memset(titles[i], 'n', sizeof titles[i] - 1);
        titles[i][0] = (char)(i < OF_ACME ? '1' + i / 26 : FOREIGN);
        titles[i][1] = (char)('a' + i % 26);
        positions[i].title = text_of(titles[i]);
        positions[i].id = fixture_create(store, i < OF_ACME ? "acme" : "last", titles[i], true);
    }
}

/* How many pages of each position find damage; the others begin and end where they should. */
static int count_damaged_pages(bool backward)
{
    int damaged = 0;
    for (int i = 0; i < OF_ACME; i++) {
        const int expected = backward ? i : OF_ACME - 1 - i + 2; /* "x" and "y" are the last. */
        const enum store_status status =
            scan_range((struct store_range){.after = backward ? NULL : &positions[i],
                                            .before = backward ? &positions[i] : NULL,
                                            .backward = backward});
        damaged += status == STORE_DAMAGED;
        if (status != STORE_DAMAGED)
            cr_expect_eq(scanned, expected < SCAN_LIMIT ? expected : SCAN_LIMIT, "%d: %zu", i,
                         scanned);
    }
    return damaged;
}

/* The leaf of another organization, in which the rows of this one seem to end. */
Test(scan, a_title_index_that_ends_early_is_damage)
{
    create_many();
    for (int way = 0; way < 2; way++) {
        fixture_close(&store);
        swap_leaves(&scratch, "integration_by_title", 1, 6);
        store = fixture_open(&scratch, "und");
        cr_expect_gt(count_damaged_pages(way == 1), SCAN_LIMIT);
        cr_expect_eq(store_state(store).health, STORE_FAILED);
        fixture_close(&store);
        swap_leaves(&scratch, "integration_by_title", 1, 6);
        store = fixture_open(&scratch, "und");
        cr_expect_eq(count_damaged_pages(way == 1), 0);
    }
}

/* A bound need not be a row: somebody may have changed it since, or it is another list's. */
Test(scan, a_bound_at_which_there_is_no_row_is_none)
{
    const struct store_position none = {TEXT("none"), {{1}}};
    const struct store_position retitled = {TEXT("former"), id};
    const struct store_position foreign = {TEXT("f"), fixture_create(store, "b", "f", true)};
    const struct store_position active = {TEXT("x"), id};
    const struct store_position *const bounds[] = {&none, &retitled, &foreign, &active};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        for (int way = 0; way < 8; way++)
            cr_expect_eq(scan_range(
                             (struct store_range){.filter = way < 4 ? STORE_ALL : STORE_INACTIVE,
                                                  .after = way % 4 < 2 ? bounds[i] : NULL,
                                                  .before = way % 4 < 2 ? NULL : bounds[i],
                                                  .backward = way % 2 == 1}),
                         STORE_OK, "bound %zu, way %d", i, way);
    }
}

Test(scan, counters_that_differ_from_the_rows_are_damage)
{
    static const char *const changes[] = {"active = active + 1", "active = active - 1",
                                          "inactive = inactive + 1", "inactive = inactive - 1"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "UPDATE organization SET %s", changes[i]);
        change_file(&scratch, sql);
        cr_expect_eq(scan_range((struct store_range){.filter = STORE_ALL}), STORE_DAMAGED, "%s",
                     changes[i]);
        cr_expect_eq(scan_range((struct store_range){.filter = STORE_INACTIVE}),
                     i < 2 ? STORE_OK : STORE_DAMAGED, "%s", changes[i]);
        fixture_close(&store);
        change_file(&scratch, "UPDATE organization SET active = 1, inactive = 1");
        store = fixture_open(&scratch, "und");
    }
    cr_expect_eq(scan_range((struct store_range){.filter = STORE_ALL}), STORE_OK);
}
