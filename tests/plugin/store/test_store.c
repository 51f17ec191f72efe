// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "plugin/base/organization.h"
#include "plugin/store/engine.h"
#include "tests/plugin/fixture.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(store, .init = make, .fini = clean);

#define COPY_AUTO __attribute__((cleanup(integration_copy_finish))) struct integration_copy

Test(store, what_was_created_is_there_after_opening_again)
{
    struct store *store = fixture_open(&scratch, "und");
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("acme"),
                                    .title = TEXT("Pay\0ments"),
                                    .credential_ref = TEXT("v4.public.x")};
    fixture_apply(store, &create);
    cr_assert_eq(create.status, STORE_OK, "%s", create.detail.text);
    integration_copy_finish(&create.result);
    fixture_close(&store);
    fixture_close(&store);

    store = fixture_open(&scratch, "und");
    COPY_AUTO copy;
    cr_assert_eq(fixture_get(store, create.id, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, 1);
    cr_expect(copy.integration.is_active);
    cr_expect(text_equal(copy.integration.title, TEXT("Pay\0ments")));
    cr_expect(text_equal(copy.integration.organization_id, TEXT("acme")));
    cr_expect(text_equal(copy.integration.credential_ref, TEXT("v4.public.x")));
    fixture_close(&store);
}

Test(store, updates_change_what_they_name_and_count_versions)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    struct store_mutation update = {.kind = STORE_UPDATE,
                                    .id = id,
                                    .expected_version = 1,
                                    .title = TEXT("Two")};
    fixture_apply(store, &update);
    cr_assert_eq(update.status, STORE_OK);
    cr_expect_eq(update.result.integration.version, 2);
    cr_expect(text_equal(update.result.integration.title, TEXT("Two")));
    integration_copy_finish(&update.result);

    struct store_mutation nothing = {.kind = STORE_UPDATE, .id = id, .expected_version = 2};
    fixture_apply(store, &nothing);
    cr_expect_eq(nothing.result.integration.version, 3,
                 "an update without a difference counts too");
    cr_expect(text_equal(nothing.result.integration.title, TEXT("Two")));
    integration_copy_finish(&nothing.result);

    COPY_AUTO copy;
    cr_assert_eq(fixture_get(store, id, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, 3);
    fixture_close(&store);
}

Test(store, a_wrong_version_changes_nothing)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    for (int kind = STORE_UPDATE; kind <= STORE_DELETE; kind++) {
        struct store_mutation change = {.kind = (enum store_mutation_kind)kind,
                                        .id = id,
                                        .expected_version = 7,
                                        .title = TEXT("Two")};
        fixture_apply(store, &change);
        cr_expect_eq(change.status, STORE_CONFLICT);
        cr_expect_eq(change.result.integration.version, 1);
        integration_copy_finish(&change.result);
    }
    COPY_AUTO copy;
    cr_assert_eq(fixture_get(store, id, &copy), STORE_OK);
    cr_expect(text_equal(copy.integration.title, TEXT("One")));
    fixture_close(&store);
}

Test(store, what_was_deleted_is_gone)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    for (int i = 0; i < 2; i++) {
        struct store_mutation gone = {.kind = STORE_DELETE, .id = id, .expected_version = 1};
        fixture_apply(store, &gone);
        cr_expect_eq(gone.status, i == 0 ? STORE_OK : STORE_NOT_FOUND);
        integration_copy_finish(&gone.result);
    }
    COPY_AUTO copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_NOT_FOUND);
    fixture_close(&store);
}

Test(store, counters_follow_every_change)
{
    struct store *store = fixture_open(&scratch, "und");
    struct identifier ids[6];
    for (int i = 0; i < 6; i++)
        ids[i] = fixture_create(store, "acme", "x", i % 3 != 0);
    fixture_create(store, "other", "x", true);
    struct store_counts now = fixture_counts(store, "acme");
    cr_expect_eq(now.active, 4);
    cr_expect_eq(now.inactive, 2);
    struct store_mutation gone = {.kind = STORE_DELETE, .id = ids[0], .expected_version = 2};
    fixture_apply(store, &gone);
    integration_copy_finish(&gone.result);
    now = fixture_counts(store, "acme");
    cr_expect_eq(now.active, 4);
    cr_expect_eq(now.inactive, 1);
    cr_expect_eq(fixture_counts(store, "nobody").active, 0);
    cr_expect_eq(fixture_counts(store, "nobody").inactive, 0);
    fixture_close(&store);
}

Test(store, past_deadlines_and_cancellations_touch_nothing)
{
    const uint32_t cancelled = 1;
    struct store *store = fixture_open(&scratch, "und");
    struct store_mutation late = {.kind = STORE_CREATE,
                                  .organization_id = TEXT("a"),
                                  .title = TEXT("x"),
                                  .deadline.at = 1};
    struct store_mutation dropped = late;
    dropped.deadline = (struct deadline){.cancelled = &cancelled};
    fixture_apply(store, &late);
    fixture_apply(store, &dropped);
    cr_expect_eq(late.status, STORE_EXPIRED);
    cr_expect_eq(dropped.status, STORE_EXPIRED);
    cr_expect_eq(fixture_counts(store, "a").active, 0);
    fixture_close(&store);
}

static void expect_rise(const struct identifier *former, const struct identifier *next,
                        const char *when)
{
    /* The bits before the tag. */
    cr_expect_lt(memcmp(former->bytes, next->bytes, 8), 0, "an ID did not rise %s", when);
}

static void remove_new(struct store *store, struct identifier id)
{
    struct store_mutation gone = {.kind = STORE_DELETE, .id = id, .expected_version = 1};
    fixture_apply(store, &gone);
    cr_assert_eq(gone.status, STORE_OK, "%s", gone.detail.text);
    integration_copy_finish(&gone.result);
}

Test(store, ids_have_their_organization_s_tag)
{
    static const char *const organizations[] = {"acme", "org-1955", "org-2482", "a\x01b"};
    struct store *store = fixture_open(&scratch, "und");
    for (size_t i = 0; i < sizeof organizations / sizeof *organizations; i++) {
        const struct identifier id = fixture_create(store, organizations[i], "x", true);
        cr_expect_eq(identifier_tag(&id), organization_tag(text_of(organizations[i])));
    }
    fixture_close(&store);
}

/* A store that is opened while the clock is behind goes on above what there was. */
Test(store, ids_rise_above_all_that_were_stored)
{
    struct identifier former = {{0}};
    for (int round = 0; round < 6; round++) {
        struct store *store = fixture_open(&scratch, "und");
        fixture_now_ms -= 3600000;
        struct identifier kept = fixture_create(store, "acme", "kept", true);
        expect_rise(&former, &kept, "after opening");
        const struct identifier first = fixture_create(store, "acme", "gone", true);
        const struct identifier second = fixture_create(store, "other", "gone", true);
        former = second;
        /* The highest goes first, last, or alone. */
        if (round % 3 != 1)
            remove_new(store, second);
        if (round % 3 != 2)
            remove_new(store, first);
        if (round % 3 == 1)
            remove_new(store, second);
        if (round == 3) /* Nothing is left but a lower one. */
            remove_new(store, kept);
        fixture_close(&store);
    }
}

/* Within one millisecond, where IDs differ only by the counter, and all of one organization. */
Test(store, stores_of_one_database_never_mint_the_same_id)
{
    struct store *stores[3];
    struct identifier former = {{0}};
    for (int i = 0; i < 3; i++)
        stores[i] = fixture_open(&scratch, "und");
    for (int i = 0; i < 150; i++) {
        const struct identifier next = fixture_create(stores[i % 7 % 3], "acme", "x", true);
        expect_rise(&former, &next, "from store to store");
        if (i % 4 == 0) /* Then it is not there for the others to see. */
            remove_new(stores[i % 3], next);
        former = next;
    }
    for (int i = 0; i < 3; i++)
        fixture_close(&stores[i]);
}

/* Many at once: a failed mutation must not take its neighbours in the same commit with it. */
enum { THREADS = 8, ROUNDS = 60 };

struct worker {
    pthread_t thread;
    struct store *store;
    struct identifier shared;
    int won;
    int lost;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < ROUNDS; i++) {
        fixture_create(worker->store, "acme", "new", true);
        struct store_mutation update = {.kind = STORE_UPDATE,
                                        .id = worker->shared,
                                        .expected_version = i + 1};
        fixture_apply(worker->store, &update);
        worker->won += update.status == STORE_OK;
        worker->lost += update.status == STORE_CONFLICT;
        integration_copy_finish(&update.result);
    }
    return NULL;
}

Test(store, each_mutation_stands_alone)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier shared = fixture_create(store, "acme", "shared", true);
    struct worker workers[THREADS];
    int won = 0, lost = 0;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.store = store, .shared = shared};
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        won += workers[i].won;
        lost += workers[i].lost;
    }
    COPY_AUTO copy;
    cr_assert_eq(fixture_get(store, shared, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, won + 1, "%d won, the version is %d", won,
                 copy.integration.version);
    cr_expect_eq(won + lost, THREADS * ROUNDS);
    cr_expect_eq(fixture_counts(store, "acme").active, THREADS * ROUNDS + 1);
    fixture_close(&store);
}

/* What sorts first and last: U+FFFE and ignorable characters, U+FFFF and unassigned ones. */
static const char *const extreme_titles[] = {
    "\x01", "\u00AD", "\uFFFE", "\uFFFF", "\U0010FFFF", "\uFFFD", "0", "z",
};

/* Creates titles of one extreme character up to 255 times. Returns how many. */
static size_t create_extremes(struct store *store)
{
    static const int repeats[] = {1, 2, 7, 8, 9, 16, 255};
    size_t count = 0;
    for (size_t i = 0; i < sizeof extreme_titles / sizeof *extreme_titles; i++) {
        for (size_t k = 0; k < sizeof repeats / sizeof *repeats; k++) {
            char title[255 * 4 + 1] = "";
            for (int times = 0; times < repeats[k]; times++)
                strcat(title, extreme_titles[i]);
            fixture_create(store, "a", title, count++ % 2 == 0);
        }
    }
    return count;
}

/* The same integrations in both directions, however they are filtered. */
Test(store, a_range_without_bounds_has_every_title)
{
    struct store *store = fixture_open(&scratch, "und");
    const size_t count = create_extremes(store);
    for (int filter = STORE_ALL; filter <= STORE_INACTIVE; filter++) {
        struct integration_list lists[2] = {{0}};
        const size_t expected = filter == STORE_ALL ? count : count / 2;
        for (int backward = 0; backward < 2; backward++) {
            const struct store_range range = {.organization_id = TEXT("a"),
                                              .filter = (enum store_filter)filter,
                                              .backward = backward};
            fixture_scan(store, &range, &lists[backward]);
            cr_expect_eq(lists[backward].count, expected, "filter %d, backward %d: %zu, not %zu",
                         filter, backward, lists[backward].count, expected);
        }
        for (size_t i = 0; i < expected && lists[1].count == expected; i++)
            cr_expect_arr_eq(lists[0].items[i].id.bytes, lists[1].items[expected - 1 - i].id.bytes,
                             IDENTIFIER_SIZE);
        integration_list_finish(&lists[0]);
        integration_list_finish(&lists[1]);
    }
    fixture_close(&store);
}

static enum store_status verify_trail(struct store_reader *reader, void *context)
{
    return store_verify_trail(reader, TEXT("a"), context);
}

static bool count_event(void *count, const struct trail_event *event)
{
    (void)event;
    ++*(int *)count;
    return true;
}

static enum store_status count_events(struct store_reader *reader, void *count)
{
    return store_events(reader, &(struct store_event_range){.organization_id = TEXT("a")}, 9,
                        count_event, count);
}

/* An engine without a trail says so. */
Test(store, each_change_has_an_event_if_the_engine_keeps_a_trail)
{
    int count = 0;
    struct trail_check check;
    const bool keeps = fixture_engine->events != NULL;
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "a", "x", false);
    cr_expect_eq(fixture_read(store, count_events, &count), keeps ? STORE_OK : STORE_BROKEN);
    cr_expect_eq(count, keeps ? 2 : 0);
    cr_expect_eq(fixture_read(store, verify_trail, &check), keeps ? STORE_OK : STORE_BROKEN);
    if (keeps)
        cr_expect_eq(check.found.length, 2);
    fixture_close(&store);
}

/* What a range gave. */
struct event_reading {
    struct store_event_range range;
    int64_t limit, count, first, last;
};

static bool note_event(void *user, const struct trail_event *event)
{
    struct event_reading *reading = user;
    if (reading->count++ == 0)
        reading->first = event->sequence;
    else
        cr_expect_eq(event->sequence > reading->last, !reading->range.backward);
    reading->last = event->sequence;
    return true;
}

static enum store_status read_events(struct store_reader *reader, void *user)
{
    struct event_reading *reading = user;
    return store_events(reader, &reading->range, reading->limit, note_event, reading);
}

/* More than an engine may read at once. */
enum { EVENTS = 620 };

Test(store, events_are_read_in_both_directions_within_bounds)
{
    static const struct {
        int64_t after, before;
        bool of_first, backward;
        int64_t limit, count, first, last;
    } cases[] = {
        {0, 0, false, false, 5000, EVENTS, 1, EVENTS},
        {0, 0, false, true, 5000, EVENTS, EVENTS, 1},
        {0, 0, false, true, 600, 600, EVENTS, EVENTS - 599},
        {10, 0, false, false, 3, 3, 11, 13},
        {10, 0, false, true, 5000, EVENTS - 10, EVENTS, 11},
        {10, 13, false, false, 9, 2, 11, 12},
        {10, 13, false, true, 9, 2, 12, 11},
        {0, 600, false, true, 550, 550, 599, 50},
        {12, 13, false, true, 9, 0, 0, 0},
        {0, 0, true, false, 9, 2, 1, EVENTS},
        {0, 0, true, true, 9, 2, EVENTS, 1},
        {1, 0, true, true, 9, 1, EVENTS, EVENTS},
        {0, EVENTS, true, true, 9, 1, 1, 1},
        {0, EVENTS, true, false, 9, 1, 1, 1},
    };
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "a", "x", true);
    for (int i = 2; i < EVENTS; i++)
        fixture_create(store, "a", "x", true);
    struct store_mutation removal = {.kind = STORE_DELETE, .id = id, .expected_version = 1};
    fixture_apply(store, &removal);
    cr_assert_eq(removal.status, STORE_OK);
    integration_copy_finish(&removal.result);
    for (size_t i = 0; fixture_engine->events != NULL && i < sizeof cases / sizeof *cases; i++) {
        struct event_reading reading = {.limit = cases[i].limit,
                                        .range = {.organization_id = TEXT("a"),
                                                  .entity = cases[i].of_first ? &id : NULL,
                                                  .after = cases[i].after,
                                                  .before = cases[i].before,
                                                  .backward = cases[i].backward}};
        cr_assert_eq(fixture_read(store, read_events, &reading), STORE_OK);
        cr_expect(reading.count == cases[i].count && reading.first == cases[i].first &&
                      reading.last == cases[i].last,
                  "case %zu: %lld events, from %lld to %lld", i, (long long)reading.count,
                  (long long)reading.first, (long long)reading.last);
    }
    fixture_close(&store);
}

static enum store_status read_nothing(struct store_reader *reader, void *context)
{
    (void)reader;
    *(bool *)context = true;
    return STORE_OK;
}

Test(store, a_drained_store_admits_no_reads)
{
    bool ran = false;
    struct store *store = fixture_open(&scratch, "und");
    store_drain(store);
    store_drain(store);
    cr_expect_eq(fixture_read(store, read_nothing, &ran), STORE_BUSY);
    cr_expect_not(ran);
    fixture_close(&store);
}
