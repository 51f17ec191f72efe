// SPDX-License-Identifier: MIT
/*
 * Compares pages with the algorithm of the Relay specification, section 4.4, applied to the full
 * list.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/resolvers/page.h"
#include "tests/plugin/fixture.h"

enum { MOST = 40, ROUNDS = 4000 };

static struct store *store;
static struct scratch scratch;
static unsigned seed = 12345;

static int random_below(int limit)
{
    return (int)((unsigned)rand_r(&seed) % (unsigned)limit);
}

/* The whole list in the order of the request, from one plain scan. */
static void read_full(const struct page_request *request, struct integration_list *full)
{
    const struct store_range range = {.organization_id = TEXT("acme"), .filter = request->filter};
    fixture_scan(store, &range, full);
    if (request->descending)
        integration_list_reverse(full);
}

static bool same(const struct integration *a, const struct integration *b)
{
    return memcmp(a->id.bytes, b->id.bytes, IDENTIFIER_SIZE) == 0;
}

/* A page as two places in the full list: from `start` (inclusive) to `end` (exclusive). */
struct slice {
    int start;
    int end;
};

/*
 * `after` and `before` are places between the list's members: a cursor lies right after member
 * `after`.
 */
static struct slice expected_slice(int count, int after, int before, int first, int last)
{
    struct slice slice = {after, before};
    if (slice.end < slice.start)
        slice.end = slice.start;
    (void)count;
    if (first != PAGE_ABSENT && slice.end - slice.start > first)
        slice.end = slice.start + first;
    if (last != PAGE_ABSENT && slice.end - slice.start > last)
        slice.start = slice.end - last;
    return slice;
}

/* Some place in the order: of a member, of a deleted one, or of one that the filter excludes. */
static struct store_position random_position(const struct integration_list *all)
{
    const struct integration *item = &all->items[random_below((int)all->count)];
    return (struct store_position){item->title, item->id};
}

/* The number of members before the position, and whether one lies at it. */
static int place_of(const struct integration_list *full, const struct integration_list *all,
                    const struct store_position *position, bool descending, bool *ret_at)
{
    int before = 0;
    *ret_at = false;
    for (size_t i = 0; i < all->count; i++) {
        const struct integration *item = &all->items[descending ? all->count - 1 - i : i];
        const bool here = memcmp(item->id.bytes, position->id.bytes, IDENTIFIER_SIZE) == 0;
        const bool member = before < (int)full->count && same(item, &full->items[before]);
        if (here) {
            *ret_at = member;
            return before;
        }
        before += member;
    }
    return before;
}

struct paging {
    const struct page_request *request;
    struct page *page;
};

static enum store_status read_page(struct store_reader *reader, void *context)
{
    const struct paging *paging = context;
    return page_read(reader, paging->request, paging->page);
}

static void check_page(const struct page_request *request, const struct integration_list *full,
                       struct slice slice)
{
    struct page page;
    struct paging paging = {request, &page};
    const enum store_status status = fixture_read(store, read_page, &paging);
    cr_assert_eq(status, STORE_OK);
    cr_assert_eq((int)page.items.count, slice.end - slice.start,
                 "%zu items, not %d (first %d, last %d)", page.items.count, slice.end - slice.start,
                 request->first, request->last);
    for (size_t i = 0; i < page.items.count; i++)
        cr_assert(same(&page.items.items[i], &full->items[slice.start + (int)i]),
                  "item %zu is another one", i);
    cr_assert_eq(page.has_next, slice.end < (int)full->count,
                 "hasNextPage %d, first %d, last %d, from %d to %d of %zu", page.has_next,
                 request->first, request->last, slice.start, slice.end, full->count);
    cr_assert_eq(page.has_previous, slice.start > 0,
                 "hasPreviousPage %d, first %d, last %d, from %d to %d of %zu", page.has_previous,
                 request->first, request->last, slice.start, slice.end, full->count);
    integration_list_finish(&page.items);
}

static void check_random(const struct integration_list *all)
{
    struct page_request request = {
        .organization_id = TEXT("acme"),
        .filter = (enum store_filter)random_below(3),
        .descending = random_below(2) == 1,
        .first = random_below(3) == 0 ? PAGE_ABSENT : random_below(12),
        .last = random_below(2) == 0 ? PAGE_ABSENT : random_below(12),
        .wants_next = true,
        .wants_previous = true,
    };
    if (request.first == PAGE_ABSENT && request.last == PAGE_ABSENT)
        request.first = 5;
    INTEGRATION_LIST_AUTO full;
    integration_list_init(&full);
    read_full(&request, &full);
    const struct store_position after = random_position(all), before = random_position(all);
    int start = 0, end = (int)full.count;
    bool at;
    if (random_below(2) == 0) {
        request.after = &after;
        start = place_of(&full, all, &after, request.descending, &at);
        start += at;
    }
    if (random_below(2) == 0) {
        request.before = &before;
        end = place_of(&full, all, &before, request.descending, &at);
    }
    /* An empty range that is counted from its end lies at `before`. */
    if (end < start && request.first == PAGE_ABSENT)
        start = end;
    check_page(&request, &full,
               expected_slice((int)full.count, start, end, request.first, request.last));
}

static void build(int count)
{
    static const char *const titles[] = {"a",      "A",      "á", "item2", "item10",
                                         "item02", "Zürich", "b", "B"};
    char title[32];
    for (int i = 0; i < count; i++) {
        const char *base = titles[random_below(9)];
        snprintf(title, sizeof title, random_below(2) == 0 ? "%s" : "%s %d", base, random_below(5));
        fixture_create(store, "acme", title, random_below(3) > 0);
        fixture_create(store, "other", title, true);
    }
}

/* Every third one is deleted after its position was taken: cursors mark places, not rows. */
static void delete_some(const struct integration_list *all)
{
    for (size_t i = 0; i < all->count; i += 3) {
        struct store_mutation gone = {.kind = STORE_DELETE,
                                      .id = all->items[i].id,
                                      .expected_version = all->items[i].version};
        fixture_apply(store, &gone);
        cr_assert_eq(gone.status, STORE_OK);
        integration_copy_finish(&gone.result);
    }
}

Test(page, agrees_with_the_relay_algorithm)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
    build(MOST);
    const struct page_request everything = {.filter = STORE_ALL};
    INTEGRATION_LIST_AUTO all;
    integration_list_init(&all);
    read_full(&everything, &all);
    cr_assert_eq(all.count, MOST);
    for (int i = 0; i < ROUNDS; i++)
        check_random(&all);
    delete_some(&all);
    for (int i = 0; i < ROUNDS; i++)
        check_random(&all);
    fixture_close(&store);
    scratch_remove(&scratch);
}

Test(page, of_an_empty_organization_is_empty)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
    const struct integration_list none = {0};
    struct page_request request = {.organization_id = TEXT("acme"),
                                   .filter = STORE_ALL,
                                   .first = 10,
                                   .last = PAGE_ABSENT,
                                   .wants_next = true,
                                   .wants_previous = true};
    check_page(&request, &none, (struct slice){0, 0});
    request.first = PAGE_ABSENT;
    request.last = 10;
    check_page(&request, &none, (struct slice){0, 0});
    request.last = 0;
    check_page(&request, &none, (struct slice){0, 0});
    fixture_close(&store);
    scratch_remove(&scratch);
}
