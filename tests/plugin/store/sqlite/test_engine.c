// SPDX-License-Identifier: MIT
/* The SQLite engine: locks of other processes, failures, and where a read runs. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

TestSuite(engine, .init = make, .fini = clean);

static int organizations(void)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, "SELECT count(*) FROM organization", -1, &statement,
                                    NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return count;
}

/*
 * Another process locks the database: the mutation fails after the timeout, and the next one works.
 */
Test(engine, a_store_held_by_another_is_busy)
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
    integration_copy_finish(&again.result);
    fixture_close(&store);
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
    fixture_close(&store);
    return NULL;
}

/* A new file each time: the first to come creates it, and the others wait. */
Test(engine, several_open_a_new_file_at_the_same_time)
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

/* Like a tool that creates the file and hangs. */
Test(engine, opening_waits_for_whoever_holds_the_file_as_long_as_told, .timeout = 60)
{
    enum { TOLD_SECONDS = 2 }; /* The busy timeout of the fixture. */
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
    fixture_close(&store);
}

/*
 * A trigger that raises an error stands for a disk that fails half-way: nothing of the mutation
 * remains, and the store goes on.
 */
Test(engine, a_failed_write_leaves_nothing)
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
    cr_expect_not_null(strstr(bad.detail.text, "no"), "%s", bad.detail.text);
    cr_expect_eq(organizations(), 0, "the organization must be gone as well");
    fixture_create(store, "new", "good", true);
    cr_expect_eq(fixture_counts(store, "new").active, 1);
    fixture_close(&store);
}

/* The whole batch fails with the cause, not with its consequence. */
Test(engine, the_cause_of_a_rollback_by_SQLite_is_kept)
{
    struct store *store = fixture_open(&scratch, "und");
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other,
                              "CREATE TRIGGER bad BEFORE INSERT ON integration "
                              "BEGIN SELECT RAISE(ROLLBACK, 'the cause'); END",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(other);
    struct store_mutation bad = {.kind = STORE_CREATE,
                                 .organization_id = TEXT("new"),
                                 .title = TEXT("bad")};
    fixture_apply(store, &bad);
    cr_expect_eq(bad.status, STORE_BROKEN);
    cr_expect_not_null(strstr(bad.detail.text, "the cause"), "%s", bad.detail.text);
    cr_expect_eq(organizations(), 0);
    fixture_close(&store);
}

/* ---- Without memory ---- */

static sqlite3_mem_methods memory;
static atomic_bool no_memory;
static atomic_int allocations_left; /* The one that makes it 0 fails; unless it is 0 already. */

static bool allocation_fails(void)
{
    return atomic_load(&no_memory) ||
           (atomic_load(&allocations_left) > 0 && atomic_fetch_sub(&allocations_left, 1) == 1);
}

static void *allocate(int size)
{
    return allocation_fails() ? NULL : memory.xMalloc(size);
}

static void *reallocate(void *former, int size)
{
    return allocation_fails() ? NULL : memory.xRealloc(former, size);
}

/* Of this process; before SQLite is used. */
static void make_memory_fail_on_demand(void)
{
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory), SQLITE_OK);
    sqlite3_mem_methods failing = memory;
    failing.xMalloc = allocate;
    failing.xRealloc = reallocate;
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
}

Test(engine, a_mutation_without_memory_lets_the_database_go)
{
    make_memory_fail_on_demand();
    struct store *store = fixture_open(&scratch, "und");
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("a"),
                                    .title = TEXT("x")};
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(organizations(), 0);
    atomic_store(&no_memory, true);
    fixture_apply(store, &create);
    atomic_store(&no_memory, false);
    cr_expect_eq(create.status, STORE_NO_MEMORY, "status %d", create.status);
    cr_expect_eq(sqlite3_exec(other, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL), SQLITE_OK,
                 "%s", sqlite3_errmsg(other));
    sqlite3_close(other);
    fixture_create(store, "a", "x", true);
    fixture_close(&store);
}

static enum store_status count_new(struct store_reader *reader, void *context)
{
    (void)context;
    return store_count(reader, TEXT("new"), &(struct store_counts){0, 0});
}

/* Whichever allocation fails, of the first use of every connection: the next use works. */
Test(engine, no_failed_allocation_takes_a_connection_away, .timeout = 60)
{
    make_memory_fail_on_demand();
    int failures = 0;
    for (int n = 1; failures == n - 1; n++) {
        struct store *store = fixture_open(&scratch, "und");
        struct store_mutation create = {.kind = STORE_CREATE,
                                        .organization_id = TEXT("a"),
                                        .title = TEXT("x")};
        atomic_store(&allocations_left, n);
        const enum store_status read = fixture_read(store, count_new, NULL);
        fixture_apply(store, &create);
        failures += atomic_exchange(&allocations_left, 0) == 0;
        integration_copy_finish(&create.result);
        cr_expect(read == STORE_OK || read == STORE_NO_MEMORY, "%d: read: %d", n, read);
        cr_expect(create.status == STORE_OK || create.status == STORE_NO_MEMORY, "%d: %d, %s", n,
                  create.status, create.detail.text);
        cr_expect_eq(fixture_read(store, count_new, NULL), STORE_OK, "%d", n);
        fixture_create(store, "a", "x", true);
        fixture_close(&store);
    }
    cr_expect_gt(failures, 50, "only %d allocations failed", failures);
}

/* ---- Where a read runs ---- */

struct placed {
    struct store_read read;
    pthread_t thread; /* The thread that ran it. */
    sem_t entered, leave, done;
    bool holds; /* Waits for `leave`. */
};

static enum store_status note_thread(struct store_read *read, struct store_reader *reader)
{
    struct placed *placed = (struct placed *)read;
    (void)reader;
    placed->thread = pthread_self();
    sem_post(&placed->entered);
    if (placed->holds)
        sem_wait(&placed->leave);
    return STORE_OK;
}

enum { DONE_CODE = 42 };

static int32_t note_done(struct store_read *read)
{
    sem_post(&((struct placed *)read)->done);
    return DONE_CODE;
}

static void placed_init(struct placed *placed, bool holds)
{
    *placed = (struct placed){.read = {.run = note_thread, .done = note_done}, .holds = holds};
    sem_init(&placed->entered, 0, 0);
    sem_init(&placed->leave, 0, 0);
    sem_init(&placed->done, 0, 0);
}

Test(engine, the_first_read_finds_a_connection_open)
{
    struct store *store = fixture_open(&scratch, "und");
    struct placed first;
    placed_init(&first, false);
    cr_expect_eq(store_read(store, &first.read), DONE_CODE);
    cr_expect(pthread_equal(first.thread, pthread_self()));
    fixture_close(&store);
}

static void *read_and_hold(void *argument)
{
    void **pair = argument;
    struct placed *placed = pair[1];
    store_read(pair[0], &placed->read);
    return NULL;
}

/* The connection that is ready is in use: the read must not wait for it on the caller's thread. */
Test(engine, a_read_that_finds_no_connection_ready_runs_elsewhere)
{
    struct store *store = fixture_open(&scratch, "und");
    struct placed held, other;
    pthread_t thread;
    placed_init(&held, true);
    placed_init(&other, false);
    void *pair[] = {store, &held};
    cr_assert_eq(pthread_create(&thread, NULL, read_and_hold, pair), 0);
    sem_wait(&held.entered);
    cr_expect_eq(store_read(store, &other.read), GQL_PENDING);
    sem_wait(&other.done);
    cr_expect(!pthread_equal(other.thread, pthread_self()));
    cr_expect_eq(other.read.status, STORE_OK);
    sem_post(&held.leave);
    pthread_join(thread, NULL);
    fixture_close(&store);
}

Test(engine, a_late_read_past_its_deadline_is_not_run)
{
    struct store *store = fixture_open(&scratch, "und");
    struct placed late, held;
    pthread_t thread;
    placed_init(&late, false);
    late.read.deadline.at = 1;
    placed_init(&held, true);
    void *pair[] = {store, &held};
    cr_assert_eq(pthread_create(&thread, NULL, read_and_hold, pair), 0);
    sem_wait(&held.entered);
    cr_expect_eq(store_read(store, &late.read), GQL_PENDING);
    sem_wait(&late.done);
    cr_expect_eq(late.read.status, STORE_EXPIRED);
    cr_expect_neq(sem_trywait(&late.entered), 0);
    sem_post(&held.leave);
    pthread_join(thread, NULL);
    fixture_close(&store);
}

/* As many descriptors as there are open, so that the next can't be opened. */
static struct rlimit forbid_descriptors(void)
{
    struct rlimit former;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
    const int next = dup(0);
    close(next);
    const struct rlimit none = {(rlim_t)next, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    return former;
}

/* Four readers may be open, and one is: the others wait for it, and then open theirs. */
Test(engine, without_descriptors_reads_share_what_is_open, .timeout = 60)
{
    enum { READS = 12 };
    struct store *store = fixture_open(&scratch, "und");
    struct placed held, others[READS];
    pthread_t thread;
    placed_init(&held, true);
    void *pair[] = {store, &held};
    cr_assert_eq(pthread_create(&thread, NULL, read_and_hold, pair), 0);
    sem_wait(&held.entered);
    const struct rlimit former = forbid_descriptors();
    for (int i = 0; i < READS; i++) {
        placed_init(&others[i], false);
        cr_expect_eq(store_read(store, &others[i].read), GQL_PENDING);
    }
    sem_post(&held.leave);
    for (int i = 0; i < READS; i++) {
        sem_wait(&others[i].done);
        cr_expect_eq(others[i].read.status, STORE_OK, "%s", others[i].read.detail.text);
    }
    pthread_join(thread, NULL);
    fixture_create(store, "a", "x", true);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
    fixture_close(&store);
}

/* As a process that stopped while it recovers the log: the WAL index is empty and locked. */
static pid_t stop_in_recovery(void)
{
    enum { WRITE_LOCK = 120, LOCKS = 3, HEADERS_SIZE = 96 }; /* To write, checkpoint, recover. */
    char ready, empty[HEADERS_SIZE] = {0};
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct flock locks = {.l_type = F_WRLCK,
                              .l_whence = SEEK_SET,
                              .l_start = WRITE_LOCK,
                              .l_len = LOCKS};
        const int file = open(scratch_file(&scratch, "integrations.db-shm"), O_RDWR);
        if (fcntl(file, F_SETLKW, &locks) == 0 &&
            pwrite(file, empty, sizeof empty, 0) == sizeof empty && write(pipes[1], "r", 1) == 1)
            pause();
        _exit(1);
    }
    close(pipes[1]);
    cr_assert_eq(read(pipes[0], &ready, 1), 1);
    close(pipes[0]);
    return child;
}

Test(engine, reads_that_meet_a_lock_wait_together, .timeout = 60)
{
    enum { READS = 20, TOLD_SECONDS = 2 }; /* The busy timeout of the fixture. */
    struct placed reads[READS];
    struct store *store = fixture_open(&scratch, "und");
    const pid_t other = stop_in_recovery();
    const time_t began = time(NULL);
    for (int i = 0; i < READS; i++) {
        placed_init(&reads[i], false);
        cr_expect_eq(store_read(store, &reads[i].read), GQL_PENDING);
    }
    for (int i = 0; i < READS; i++) {
        sem_wait(&reads[i].done);
        cr_expect_eq(reads[i].read.status, STORE_BUSY, "status %d", reads[i].read.status);
    }
    cr_expect_lt(time(NULL) - began, 3 * TOLD_SECONDS);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    fixture_create(store, "a", "x", true);
    cr_expect_eq(fixture_counts(store, "a").active, 1);
    fixture_close(&store);
}
