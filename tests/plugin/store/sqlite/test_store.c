// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

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

static enum store_status get(struct store *store, struct identifier id,
                             struct integration_list *list)
{
    struct store_trouble trouble = {""};
    integration_list_init(list);
    return store_get(store, &id, list, &trouble);
}

static struct store_organization counters(struct store *store, const char *organization_id)
{
    struct store_organization organization = {0};
    struct store_trouble trouble;
    enum store_status status;
    struct store_reader *reader = store_read_begin(store, &status, &trouble);
    cr_assert_not_null(reader);
    cr_assert_eq(store_read_organization(reader, text_of(organization_id), &organization, &trouble),
                 STORE_OK);
    store_read_end(reader);
    return organization;
}

Test(store, what_was_created_is_there_after_opening_again)
{
    struct store *store = fixture_open(&scratch, "und");
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("acme"),
                                    .title = TEXT("Pay\0ments"),
                                    .credential_ref = TEXT("v4.public.x")};
    fixture_apply(store, &create);
    cr_assert_eq(create.status, STORE_OK, "%s", create.trouble.detail);
    integration_list_finish(&create.result);
    store_close(&store);
    store_close(&store);

    store = fixture_open(&scratch, "und");
    INTEGRATION_LIST_AUTO list;
    cr_assert_eq(get(store, create.id, &list), STORE_OK);
    cr_expect_eq(list.items[0].version, 1);
    cr_expect(list.items[0].is_active);
    cr_expect(text_equal(list.items[0].title, TEXT("Pay\0ments")));
    cr_expect(text_equal(list.items[0].organization_id, TEXT("acme")));
    cr_expect(text_equal(list.items[0].credential_ref, TEXT("v4.public.x")));
    store_close(&store);
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
    cr_expect_eq(update.result.items[0].version, 2);
    cr_expect(text_equal(update.result.items[0].title, TEXT("Two")));
    integration_list_finish(&update.result);

    struct store_mutation nothing = {.kind = STORE_UPDATE, .id = id, .expected_version = 2};
    fixture_apply(store, &nothing);
    cr_expect_eq(nothing.result.items[0].version, 3, "an update without a difference counts too");
    cr_expect(text_equal(nothing.result.items[0].title, TEXT("Two")));
    integration_list_finish(&nothing.result);

    INTEGRATION_LIST_AUTO list;
    cr_assert_eq(get(store, id, &list), STORE_OK);
    cr_expect_eq(list.items[0].version, 3);
    store_close(&store);
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
        cr_expect_eq(change.result.items[0].version, 1);
        integration_list_finish(&change.result);
    }
    INTEGRATION_LIST_AUTO list;
    cr_assert_eq(get(store, id, &list), STORE_OK);
    cr_expect(text_equal(list.items[0].title, TEXT("One")));
    store_close(&store);
}

Test(store, what_was_deleted_is_gone)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    for (int i = 0; i < 2; i++) {
        struct store_mutation gone = {.kind = STORE_DELETE, .id = id, .expected_version = 1};
        fixture_apply(store, &gone);
        cr_expect_eq(gone.status, i == 0 ? STORE_OK : STORE_NOT_FOUND);
        integration_list_finish(&gone.result);
    }
    INTEGRATION_LIST_AUTO list;
    cr_expect_eq(get(store, id, &list), STORE_NOT_FOUND);
    store_close(&store);
}

Test(store, counters_follow_every_change)
{
    struct store *store = fixture_open(&scratch, "und");
    struct identifier ids[6];
    for (int i = 0; i < 6; i++)
        ids[i] = fixture_create(store, "acme", "x", i % 3 != 0);
    fixture_create(store, "other", "x", true);
    struct store_organization now = counters(store, "acme");
    cr_expect_eq(now.active, 4);
    cr_expect_eq(now.inactive, 2);
    struct store_mutation gone = {.kind = STORE_DELETE, .id = ids[0], .expected_version = 2};
    fixture_apply(store, &gone);
    integration_list_finish(&gone.result);
    now = counters(store, "acme");
    cr_expect_eq(now.active, 4);
    cr_expect_eq(now.inactive, 1);
    cr_expect_eq(counters(store, "nobody").key, 0);
    store_close(&store);
}

Test(store, past_deadlines_and_cancellations_touch_nothing)
{
    const uint32_t cancelled = 1;
    struct store *store = fixture_open(&scratch, "und");
    struct store_mutation late = {.kind = STORE_CREATE,
                                  .organization_id = TEXT("a"),
                                  .title = TEXT("x"),
                                  .deadline = 1};
    struct store_mutation dropped = late;
    dropped.deadline = 0;
    dropped.cancelled = &cancelled;
    fixture_apply(store, &late);
    fixture_apply(store, &dropped);
    cr_expect_eq(late.status, STORE_EXPIRED);
    cr_expect_eq(dropped.status, STORE_EXPIRED);
    cr_expect_eq(counters(store, "a").key, 0);
    store_close(&store);
}

/* Many at once: refused ones must not take their neighbours in the same commit with them. */
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
        integration_list_finish(&update.result);
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
    INTEGRATION_LIST_AUTO list;
    cr_assert_eq(get(store, shared, &list), STORE_OK);
    cr_expect_eq(list.items[0].version, won + 1, "%d won, the version is %d", won,
                 list.items[0].version);
    cr_expect_eq(won + lost, THREADS * ROUNDS);
    cr_expect_eq(counters(store, "acme").active, THREADS * ROUNDS + 1);
    store_close(&store);
}

/*
 * Another process that holds the database: the mutation is refused after the timeout, and the next
 * one works.
 */
Test(store, a_store_held_by_another_is_busy)
{
    struct store *store = fixture_open(&scratch, "und");
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("a"),
                                    .title = TEXT("x")};
    struct store_mutation again = create;
    fixture_apply(store, &create);
    cr_expect_eq(create.status, STORE_BUSY, "status %d", create.status);
    sqlite3_close(other);
    fixture_apply(store, &again);
    cr_expect_eq(again.status, STORE_OK);
    integration_list_finish(&again.result);
    store_close(&store);
}

struct opener {
    pthread_t thread;
    pthread_barrier_t *together;
    int32_t code;
    gql_failure failure;
};

static void *open_and_close(void *user)
{
    struct opener *opener = user;
    struct store *store = NULL;
    pthread_barrier_wait(opener->together);
    opener->code = fixture_try_open(&scratch, "und", &store, &opener->failure);
    store_close(&store);
    return NULL;
}

/* A new file each time: the first to come makes it, and the others wait for that. */
Test(store, several_open_a_new_file_at_the_same_time)
{
    enum { TIMES = 30, STORES = 4 };
    pthread_barrier_t together;
    cr_assert_eq(pthread_barrier_init(&together, NULL, STORES), 0);
    for (int i = 0; i < TIMES; i++) {
        struct opener openers[STORES];
        for (int k = 0; k < STORES; k++) {
            openers[k] = (struct opener){.together = &together,
                                         .failure = {.struct_size = sizeof(gql_failure)}};
            cr_assert_eq(pthread_create(&openers[k].thread, NULL, open_and_close, &openers[k]), 0);
        }
        for (int k = 0; k < STORES; k++)
            pthread_join(openers[k].thread, NULL);
        for (int k = 0; k < STORES; k++)
            cr_expect_eq(openers[k].code, GQL_OK, "%s", openers[k].failure.message);
        scratch_remove(&scratch);
        scratch = scratch_make();
    }
    pthread_barrier_destroy(&together);
}

/* As a tool does that makes a file and does not come to an end. */
Test(store, opening_waits_for_whoever_holds_the_file_as_long_as_told, .timeout = 60)
{
    enum { TOLD_SECONDS = 2 }; /* In the fixture. */
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    const time_t began = time(NULL);
    cr_expect_eq(fixture_try_open(&scratch, "und", &store, &failure), GQL_E_UNAVAILABLE);
    cr_expect_leq(time(NULL) - began, 5 * TOLD_SECONDS);
    cr_expect_not_null(strstr(failure.message, "locked"), "%s", failure.message);
    sqlite3_close(other);
    store_close(&store);
}

/*
 * A trigger that refuses stands for a disk that fails half-way: nothing of the mutation stays, the
 * store goes on.
 */
Test(store, a_failed_write_leaves_nothing)
{
    struct store *store = fixture_open(&scratch, "und");
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(other,
                     "CREATE TRIGGER bad BEFORE INSERT ON integration WHEN new.title = 'bad' "
                     "BEGIN SELECT RAISE(ABORT, 'no'); END",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(other);
    struct store_mutation bad = {.kind = STORE_CREATE,
                                 .organization_id = TEXT("new"),
                                 .title = TEXT("bad")};
    fixture_apply(store, &bad);
    cr_expect_eq(bad.status, STORE_BROKEN);
    cr_expect_not_null(strstr(bad.trouble.detail, "no"), "%s", bad.trouble.detail);
    cr_expect_eq(counters(store, "new").key, 0, "its organization must be gone as well");
    fixture_create(store, "new", "good", true);
    cr_expect_eq(counters(store, "new").active, 1);
    store_close(&store);
}

Test(store, a_drained_store_lets_no_read_begin)
{
    enum store_status status = STORE_OK;
    struct store_trouble trouble;
    struct store *store = fixture_open(&scratch, "und");
    store_drain(store);
    store_drain(store);
    cr_expect_null(store_read_begin(store, &status, &trouble));
    cr_expect_eq(status, STORE_BUSY);
    store_close(&store);
}
