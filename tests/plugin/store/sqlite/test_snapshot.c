// SPDX-License-Identifier: MIT
/* Snapshots that are kept between reads: never out of date, and never holding up a writer. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/store/sqlite/snapshot.h"
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

TestSuite(snapshot, .init = make, .fini = clean);

static int32_t version_of(struct store *store, struct identifier id)
{
    struct integration_copy copy;
    cr_assert_eq(fixture_get(store, id, &copy), STORE_OK);
    const int32_t version = copy.integration.version;
    integration_copy_finish(&copy);
    return version;
}

static void update(struct store *store, struct identifier id, int32_t version)
{
    struct store_mutation change = {.kind = STORE_UPDATE, .id = id, .expected_version = version};
    fixture_apply(store, &change);
    cr_assert_eq(change.status, STORE_OK, "%s", change.detail.text);
    integration_copy_finish(&change.result);
}

static sqlite3 *open_apart(void)
{
    sqlite3 *handle = NULL;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    return handle;
}

/* Whether the log could be truncated: not while any snapshot reads from it. */
static bool can_empty_the_log(sqlite3 *handle)
{
    sqlite3_stmt *statement = NULL;
    cr_assert_eq(sqlite3_prepare_v2(handle, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &statement,
                                    NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const bool busy = sqlite3_column_int(statement, 0) != 0;
    sqlite3_finalize(statement);
    return !busy;
}

Test(snapshot, an_own_commit_is_seen_at_once)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    for (int32_t version = 1; version < 300; version++) {
        cr_assert_eq(version_of(store, id), version);
        update(store, id, version);
    }
    fixture_close(&store);
}

Test(snapshot, a_commit_of_another_instance_is_seen_at_once)
{
    struct store *store = fixture_open(&scratch, "und"), *other = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    for (int32_t version = 1; version < 100; version++) {
        cr_assert_eq(version_of(store, id), version);
        cr_assert_eq(version_of(other, id), version);
        update(other, id, version);
    }
    fixture_close(&other);
    fixture_close(&store);
}

Test(snapshot, a_commit_of_another_process_is_seen_at_once)
{
    char command[512];
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    snprintf(command, sizeof command,
             "python3 -c \"import sqlite3; c = sqlite3.connect('%s'); c.execute('UPDATE "
             "integration SET version = version + 1'); c.commit()\"",
             scratch_file(&scratch, "integrations.db"));
    for (int32_t version = 1; version < 6; version++) {
        for (int i = 0; i < 3; i++)
            cr_assert_eq(version_of(store, id), version);
        cr_assert_eq(system(command), 0);
    }
    fixture_close(&store);
}

Test(snapshot, is_kept_after_a_read_and_let_go_soon)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    sqlite3 *handle = open_apart();
    bool kept = false, emptied = false;
    /* On a busy machine it may be ended before we look. */
    for (int32_t version = 1; version < 100 && !kept; version++) {
        update(store, id, version); /* So that there is a log to truncate. */
        version_of(store, id);
        version_of(store, id);
        kept = !can_empty_the_log(handle);
    }
    cr_expect(kept, "the snapshot should be kept");
    for (int i = 0; i < 500 && !emptied; i++) {
        usleep(10000);
        emptied = can_empty_the_log(handle);
    }
    cr_expect(emptied, "the snapshot was kept for five seconds");
    sqlite3_close(handle);
    fixture_close(&store);
}

Test(snapshot, is_let_go_by_draining)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    sqlite3 *handle = open_apart();
    version_of(store, id);
    version_of(store, id);
    store_drain(store);
    bool emptied = false; /* Draining copies the log itself, in the background. */
    for (int i = 0; i < 20000 && !(emptied = can_empty_the_log(handle)); i++)
        usleep(1000);
    cr_expect(emptied);
    sqlite3_close(handle);
    fixture_close(&store);
}

struct reading {
    struct store *store;
    struct identifier id;
    atomic_bool stop;
};

static void *read_on(void *argument)
{
    struct reading *reading = argument;
    while (!atomic_load(&reading->stop)) {
        version_of(reading->store, reading->id);
        usleep(20); /* The snapshot is kept meanwhile. */
    }
    return NULL;
}

Test(snapshot, readers_that_come_again_and_again_do_not_let_the_log_grow)
{
    enum { WRITES = 1500, LIMIT = 8 << 20 }; /* SQLite resets the log from 4 MiB on. */
    struct reading reading = {.store = fixture_open(&scratch, "und")};
    pthread_t threads[2];
    struct stat status;
    reading.id = fixture_create(reading.store, "acme", "One", true);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, read_on, &reading), 0);
    for (int i = 0; i < WRITES; i++)
        update(reading.store, reading.id, i + 1);
    cr_assert_eq(stat(scratch_file(&scratch, "integrations.db-wal"), &status), 0);
    cr_expect_lt(status.st_size, LIMIT, "the log has %ld bytes", (long)status.st_size);
    atomic_store(&reading.stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    fixture_close(&reading.store);
}

static void count_rows(struct connection *connection)
{
    cr_assert_eq(sqlite3_exec(connection->handle, "SELECT count(*) FROM t", NULL, NULL, NULL),
                 SQLITE_OK);
}

/* Reads once within a snapshot, during a checkpoint. Returns whether the snapshot is kept. */
static bool read_during_checkpoint(struct snapshot *snapshot, struct connection *reader,
                                   sqlite3 *writer)
{
    cr_assert_eq(snapshot_enter(snapshot, reader), SQLITE_OK);
    count_rows(reader);
    cr_assert_eq(sqlite3_wal_checkpoint_v2(writer, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL),
                 SQLITE_OK);
    return snapshot_leave(snapshot, reader);
}

Test(snapshot, one_that_reads_from_a_long_log_is_not_kept_even_where_the_log_was_copied_meanwhile)
{
    enum { COMMITS = 600 };
    struct connection reader = {.handle = open_apart()};
    struct snapshot snapshot = {0};
    sqlite3 *writer = open_apart();
    cr_assert_eq(sqlite3_exec(writer,
                              "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA "
                              "wal_autocheckpoint = 0; CREATE TABLE t (x)",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    for (int i = 0; i < COMMITS; i++)
        cr_assert_eq(sqlite3_exec(writer, "INSERT INTO t VALUES (1)", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(snapshot_enter(&snapshot, &reader), SQLITE_OK);
    count_rows(&reader);
    cr_expect(!snapshot_leave(&snapshot, &reader), "the first read finds the index");
    cr_expect(!read_during_checkpoint(&snapshot, &reader, writer), "it holds the log");
    cr_expect(read_during_checkpoint(&snapshot, &reader, writer),
              "it reads from the database alone");
    cr_expect(can_empty_the_log(writer));
    snapshot_end(&snapshot, &reader);
    connection_close(&reader);
    sqlite3_close(writer);
}

Test(snapshot, the_index_changes_with_every_commit_and_with_nothing_else)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "One", true);
    sqlite3 *handle = open_apart();
    cr_assert_eq(sqlite3_exec(handle, "SELECT count(*) FROM integration", NULL, NULL, NULL),
                 SQLITE_OK);
    struct connection connection = {.handle = handle};
    const struct wal_index *index = wal_index_of(&connection);
    cr_assert_not_null(index);
    struct wal_state state = wal_index_state(index);
    version_of(store, id);
    cr_expect(wal_index_is(index, &state));
    for (int32_t version = 1; version < 10; version++) {
        update(store, id, version);
        cr_expect(!wal_index_is(index, &state));
        state = wal_index_state(index);
    }
    cr_expect(can_empty_the_log(handle));
    cr_expect(wal_index_is_at_rest(index));
    connection_close(&connection);
    fixture_close(&store);
}

Test(snapshot, a_database_without_a_log_has_no_index_and_gets_none)
{
    struct connection memory = {0}, rollback = {0};
    cr_assert_eq(sqlite3_open(":memory:", &memory.handle), SQLITE_OK);
    cr_expect_null(wal_index_of(&memory));
    connection_close(&memory);
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "rollback.db"), &rollback.handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(rollback.handle, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    cr_expect_null(wal_index_of(&rollback));
    cr_expect_neq(access(scratch_file(&scratch, "rollback.db-shm"), F_OK), 0);
    connection_close(&rollback);
}
