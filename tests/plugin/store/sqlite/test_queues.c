// SPDX-License-Identifier: MIT
/* Many databases on few threads: turns, locks that are waited for without a thread, the end. */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/deadline.h"
#include "tests/plugin/fixture.h"

enum { LONG_MS = 60000, BATCH = 256 };

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
    fixture_busy_timeout_ms = LONG_MS;
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(queues, .init = make, .fini = clean);

static struct store *open_numbered(int number)
{
    char name[16];
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(name, sizeof name, "%d.db", number);
    cr_assert_eq(fixture_try_open_path(scratch_file(&scratch, name), "0600", "und", &store,
                                       &failure),
                 GQL_OK, "%s", failure.message);
    return store;
}

/* Locks a database as another process does: from a connection that the store does not know. */
static sqlite3 *lock_numbered(int number)
{
    char name[16];
    sqlite3 *other;
    snprintf(name, sizeof name, "%d.db", number);
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, name), &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return other;
}

/* ---- Mutations that are not waited for ---- */

static atomic_int ended;

struct pending {
    struct store_mutation mutation;
    int place; /* In the order of the ends. */
    sem_t done;
};

static void end_pending(struct store_mutation *mutation)
{
    struct pending *pending = (struct pending *)mutation;
    integration_copy_finish(&mutation->result);
    pending->place = atomic_fetch_add(&ended, 1);
    sem_post(&pending->done);
}

static void submit_of(struct store *store, const char *organization_id, struct pending *pending)
{
    pending->mutation.kind = STORE_CREATE;
    pending->mutation.organization_id = text_of(organization_id);
    pending->mutation.title = TEXT("x");
    pending->mutation.done = end_pending;
    sem_init(&pending->done, 0, 0);
    cr_assert(store_submit(store, &pending->mutation));
}

static void submit(struct store *store, struct pending *pending)
{
    submit_of(store, "a", pending);
}

/* More databases than threads are locked, and reads and writes of another one go on. */
Test(queues, locked_databases_occupy_no_thread)
{
    enum { LOCKED = 4 };
    struct store *stores[LOCKED];
    struct pending pendings[LOCKED] = {0};
    sqlite3 *others[LOCKED];
    fixture_storage_threads = 2;
    struct store *free_one = open_numbered(LOCKED);
    for (int i = 0; i < LOCKED; i++) {
        stores[i] = open_numbered(i);
        others[i] = lock_numbered(i);
        submit(stores[i], &pendings[i]);
    }
    for (int i = 0; i < 20; i++)
        fixture_create(free_one, "b", "y", true);
    cr_expect_eq(fixture_counts(free_one, "b").active, 20);
    cr_expect_eq(atomic_load(&ended), 0, "they wait");
    for (int i = 0; i < LOCKED; i++) {
        sqlite3_close(others[i]);
        sem_wait(&pendings[i].done);
        cr_expect_eq(pendings[i].mutation.status, STORE_OK);
        fixture_close(&stores[i]);
    }
    fixture_close(&free_one);
}

Test(queues, what_waited_for_a_lock_is_committed_in_order)
{
    enum { COUNT = 600 }; /* Several batches. */
    static struct pending pendings[COUNT];
    struct store *store = open_numbered(0);
    sqlite3 *other = lock_numbered(0);
    for (int i = 0; i < COUNT; i++)
        submit(store, &pendings[i]);
    usleep(30000); /* Some tries. */
    sqlite3_close(other);
    for (int i = 0; i < COUNT; i++) {
        sem_wait(&pendings[i].done);
        cr_expect_eq(pendings[i].mutation.status, STORE_OK);
        cr_expect_eq(pendings[i].place, i);
    }
    fixture_close(&store);
}

/* Nobody waits for a lock beyond a deadline, wherever in the queue. */
Test(queues, a_deadline_ends_the_wait_for_a_lock)
{
    struct pending pendings[3] = {0};
    uint32_t cancelled = 0;
    struct store *store = open_numbered(0);
    sqlite3 *other = lock_numbered(0);
    pendings[1].mutation.deadline.at = monotonic_now() + 50 * 1000000u;
    pendings[2].mutation.deadline.cancelled = &cancelled;
    for (int i = 0; i < 3; i++)
        submit(store, &pendings[i]);
    sem_wait(&pendings[1].done);
    cr_expect_eq(pendings[1].mutation.status, STORE_EXPIRED);
    __atomic_store_n(&cancelled, 1, __ATOMIC_RELAXED);
    sem_wait(&pendings[2].done);
    cr_expect_eq(pendings[2].mutation.status, STORE_EXPIRED);
    cr_expect_eq(atomic_load(&ended), 2);
    sqlite3_close(other);
    sem_wait(&pendings[0].done);
    cr_expect_eq(pendings[0].mutation.status, STORE_OK);
    fixture_close(&store);
}

/* With one thread: the quiet database waits for a turn or two, not for the whole queue. */
Test(queues, one_that_is_flooded_leaves_turns_to_another)
{
    enum { COUNT = 20 * BATCH };
    struct pending *flood = calloc(COUNT, sizeof *flood);
    struct pending quiet = {0};
    fixture_storage_threads = 1;
    struct store *flooded = open_numbered(0), *other = open_numbered(1);
    for (int i = 0; i < COUNT; i++)
        submit(flooded, &flood[i]);
    sem_wait(&flood[0].done);
    submit(other, &quiet);
    const int before = atomic_load(&ended);
    sem_wait(&quiet.done);
    cr_expect_leq(quiet.place, before + 2 * BATCH, "%d ended before it was submitted", before);
    for (int i = 1; i < COUNT; i++)
        sem_wait(&flood[i].done);
    fixture_close(&flooded);
    fixture_close(&other);
    free(flood);
}

/* In one database: a change of the quiet organization waits for a batch or two. */
Test(queues, organizations_take_turns)
{
    enum { COUNT = 20 * BATCH };
    struct pending *flood = calloc(COUNT, sizeof *flood);
    struct pending quiet[3] = {0};
    struct store *store = open_numbered(0);
    for (int i = 0; i < COUNT; i++)
        submit(store, &flood[i]);
    sem_wait(&flood[0].done);
    const int before = atomic_load(&ended);
    for (int i = 0; i < 3; i++)
        submit_of(store, "quiet", &quiet[i]);
    for (int i = 0; i < 3; i++) {
        sem_wait(&quiet[i].done);
        cr_expect_leq(quiet[i].place, before + 3 * BATCH, "%d ended before it was submitted",
                      before);
        cr_expect(i == 0 || quiet[i].place > quiet[i - 1].place);
    }
    for (int i = 1; i < COUNT; i++) {
        sem_wait(&flood[i].done);
        cr_expect_gt(flood[i].place, flood[i - 1].place);
    }
    fixture_close(&store);
    free(flood);
}

/* Also where a batch is put back, because another process holds the lock. */
Test(queues, turns_and_order_outlast_a_lock)
{
    enum { COUNT = 700, ORGANIZATIONS = 7 };
    static struct pending pendings[COUNT];
    static const char *const organizations[ORGANIZATIONS] = {"a", "b", "c", "d", "e", "f", "g"};
    struct store *store = open_numbered(0);
    sqlite3 *other = lock_numbered(0);
    for (int i = 0; i < COUNT; i++)
        submit_of(store, organizations[i < COUNT / 2 ? 0 : i % ORGANIZATIONS], &pendings[i]);
    usleep(30000); /* Some tries. */
    sqlite3_close(other);
    int last[ORGANIZATIONS] = {-1, -1, -1, -1, -1, -1, -1};
    for (int i = 0; i < COUNT; i++) {
        const int organization = i < COUNT / 2 ? 0 : i % ORGANIZATIONS;
        sem_wait(&pendings[i].done);
        cr_expect_eq(pendings[i].mutation.status, STORE_OK);
        cr_expect_gt(pendings[i].place, last[organization]);
        last[organization] = pendings[i].place;
    }
    cr_expect_lt(last[1], last[0], "a long queue ends after a short one that came later");
    fixture_close(&store);
}

static off_t size_of(const char *name)
{
    struct stat file;
    cr_assert_eq(stat(scratch_file(&scratch, name), &file), 0);
    return file.st_size;
}

/* So that closing many databases one after the other need not copy each one's log then. */
Test(queues, draining_copies_the_log_in_the_background)
{
    struct store *store = open_numbered(0);
    const off_t before = size_of("0.db");
    fixture_create(store, "a", "x", true);
    cr_assert_eq(size_of("0.db"), before, "the change is in the log");
    store_drain(store);
    for (int i = 0; i < 20000 && size_of("0.db") == before; i++)
        usleep(1000);
    cr_expect_gt(size_of("0.db"), before);
    fixture_close(&store);
    store = open_numbered(0);
    cr_expect_eq(fixture_counts(store, "a").active, 1);
    fixture_close(&store);
}
