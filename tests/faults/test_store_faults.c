// SPDX-License-Identifier: MIT
/*
 * Every call that SQLite makes of the system fails once, and five times in a row, while a store
 * reads, creates, updates and deletes. Meanwhile: right answers, or clear errors. Afterwards, in
 * the store, in what a kill leaves, and when it is opened again: everything acknowledged, nothing
 * refused.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/faults/vfs.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static struct scratch scratch, crashed;

static void make(void)
{
    vfs_install();
    scratch = scratch_make();
    crashed = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
    scratch_remove(&crashed);
}

TestSuite(store_faults, .init = make, .fini = clean);

enum { TARGETS = 2, UPDATED = 0, DELETED = 1 };

/* What the store must hold; a range where the outcome is unknown. */
struct expectation {
    struct identifier targets[TARGETS];
    int32_t least[TARGETS], most[TARGETS]; /* Versions; 0: it is gone. */
    int64_t least_count, most_count;
};

/* Whether a call failed in a way that a shortage or a fault of the disk allows. */
static bool is_clear(enum store_status status)
{
    return status == STORE_BROKEN || status == STORE_FULL || status == STORE_BUSY ||
           status == STORE_NO_MEMORY || status == STORE_SHORTAGE || status == STORE_DENIED ||
           status == STORE_STOPPED;
}

static enum store_status apply(struct store *store, struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    const enum store_status status = mutation.status;
    integration_copy_finish(&mutation.result);
    cr_expect(status == STORE_OK || status == STORE_UNKNOWN || is_clear(status), "status %d: %s",
              status, mutation.detail.text);
    return status;
}

static void expect_version(struct store *store, const struct expectation *expected, int i)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, expected->targets[i], &copy);
    if (is_clear(status))
        return;
    cr_expect(status == STORE_OK || status == STORE_NOT_FOUND, "get: %d", status);
    const int32_t version = status == STORE_OK ? copy.integration.version : 0;
    cr_expect(version >= expected->least[i] && version <= expected->most[i],
              "target %d has version %d, not %d to %d", i, version, expected->least[i],
              expected->most[i]);
    integration_copy_finish(&copy);
}

static enum store_status count(struct store_reader *reader, void *counts)
{
    return store_count(reader, TEXT("acme"), counts);
}

static void expect_answers(struct store *store, const struct expectation *expected)
{
    struct store_counts counts;
    const enum store_status status = fixture_read(store, count, &counts);
    if (status == STORE_OK)
        cr_expect(counts.active >= expected->least_count && counts.active <= expected->most_count,
                  "%d integrations, not %d to %d", (int)counts.active, (int)expected->least_count,
                  (int)expected->most_count);
    else
        cr_expect(is_clear(status), "count: %d", status);
    for (int i = 0; i < TARGETS; i++)
        expect_version(store, expected, i);
}

static void change_all(struct store *store, struct expectation *expected)
{
    const enum store_status created = apply(store,
                                            (struct store_mutation){.kind = STORE_CREATE,
                                                                    .organization_id = TEXT("acme"),
                                                                    .title = TEXT("new")});
    expected->least_count += created == STORE_OK;
    expected->most_count += created == STORE_OK || created == STORE_UNKNOWN;
    const enum store_status updated =
        apply(store, (struct store_mutation){.kind = STORE_UPDATE,
                                             .id = expected->targets[UPDATED],
                                             .expected_version = 1,
                                             .title = TEXT("changed")});
    if (updated == STORE_OK)
        expected->least[UPDATED] = 2;
    if (updated == STORE_OK || updated == STORE_UNKNOWN)
        expected->most[UPDATED] = 2;
    const enum store_status deleted =
        apply(store, (struct store_mutation){.kind = STORE_DELETE,
                                             .id = expected->targets[DELETED],
                                             .expected_version = 1});
    if (deleted == STORE_OK)
        expected->most[DELETED] = 0;
    if (deleted == STORE_OK || deleted == STORE_UNKNOWN)
        expected->least[DELETED] = 0;
    expected->least_count -= deleted == STORE_OK || deleted == STORE_UNKNOWN;
    expected->most_count -= deleted == STORE_OK;
}

static void expect_after_kill(const struct expectation *expected)
{
    copy_as_killed(&scratch, &crashed);
    struct store *store = fixture_open(&crashed, "und");
    expect_answers(store, expected);
    fixture_close(&store);
}

/* The service is back within a second of the fault's end. */
static void expect_service(struct store *store)
{
    enum store_status status = STORE_STOPPED;
    for (int i = 0; i < 3 && status == STORE_STOPPED; i++) {
        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = 510000000}, NULL);
        status = apply(store, (struct store_mutation){.kind = STORE_CREATE,
                                                      .organization_id = TEXT("other"),
                                                      .title = TEXT("x")});
    }
    cr_expect_eq(status, STORE_OK, "the service is not back: %d", status);
    cr_expect_eq(fixture_read(store, count, &(struct store_counts){0, 0}), STORE_OK);
}

/* Returns whether a call failed: if none did, there are no more. */
static bool try_fault(enum vfs_fault fault, int first, int times)
{
    struct store *store = fixture_open(&scratch, "und");
    struct expectation expected = {.least = {1, 1}, .most = {1, 1}};
    for (int i = 0; i < TARGETS; i++)
        expected.targets[i] = fixture_create(store, "acme", "target", true);
    expected.least_count = expected.most_count = fixture_counts(store, "acme").active;
    vfs_fail(fault, first, times);
    expect_answers(store, &expected);
    change_all(store, &expected);
    expect_answers(store, &expected);
    const int failed = vfs_mend();
    expect_after_kill(&expected);
    expect_service(store);
    expect_answers(store, &expected);
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
    expect_answers(store, &expected);
    fixture_close(&store);
    return failed > 0;
}

static void try_all(enum vfs_fault fault, int times, int step)
{
    int first = 1;
    while (try_fault(fault, first, times))
        first += step;
    cr_expect_gt(first, 1, "nothing failed");
    fprintf(stderr, "# fault %d, %d in a row: %d calls\n", fault, times, first - 1);
}

static int step(void)
{
    return getenv("FAULTS_WHOLE") == NULL ? 3 : 1;
}

Test(store_faults, every_call_fails_once, .timeout = 600)
{
    try_all(VFS_IOERR, 1, step());
}

Test(store_faults, every_call_and_the_next_four_fail, .timeout = 600)
{
    try_all(VFS_IOERR, 5, step());
}

Test(store_faults, the_disk_is_full, .timeout = 600)
{
    try_all(VFS_FULL, 1, 1);
    try_all(VFS_FULL, 5, 1);
}

Test(store_faults, every_read_is_short, .timeout = 600)
{
    try_all(VFS_SHORT_READ, 1, 1);
    try_all(VFS_SHORT_READ, 5, 1);
}

Test(store_faults, every_sync_fails, .timeout = 600)
{
    try_all(VFS_SYNC, 1, 1);
    try_all(VFS_SYNC, 5, 1);
}

/* ---- Creating a database ---- */

enum { SYNCS_OF_A_NEW_LOG = 4, COMMITS = 1, SETTINGS = 4 };

Test(store_faults, a_new_database_costs_one_commit)
{
    vfs_fail(VFS_SYNC, SYNCS_OF_A_NEW_LOG + COMMITS + 1, INT_MAX);
    struct store *store = fixture_open(&scratch, "und");
    cr_expect_eq(vfs_mend(), 0);
    fixture_close(&store);
    /* Opening it again, and writing nothing, costs none. */
    vfs_fail(VFS_SYNC, 1, INT_MAX);
    store = fixture_open(&scratch, "und");
    cr_expect_eq(vfs_mend(), 0);
    fixture_close(&store);
}

/* How many settings stand in the file, -1 if it has no table of them. */
static int settings_of(const char *path)
{
    sqlite3 *handle;
    sqlite3_stmt *statement = NULL;
    cr_assert_eq(sqlite3_open(path, &handle), SQLITE_OK);
    sqlite3_prepare_v2(handle, "SELECT count(*) FROM setting", -1, &statement, NULL);
    const int count = statement != NULL && sqlite3_step(statement) == SQLITE_ROW
                          ? sqlite3_column_int(statement, 0)
                          : -1;
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return count;
}

/* True if a write or a sync failed. */
static bool create_badly(enum vfs_fault fault, int first)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    scratch_remove(&scratch);
    scratch = scratch_make();
    vfs_fail(fault, first, 1);
    const int32_t code = fixture_try_open(&scratch, "und", &store, &failure);
    const bool failed = vfs_mend() > 0;
    cr_expect(code == GQL_OK || code == GQL_E_UNAVAILABLE, "call %d: %s", first, failure.message);
    fixture_close(&store);
    const int settings = settings_of(scratch_file(&scratch, "integrations.db"));
    cr_expect(settings == SETTINGS || (settings == -1 && code != GQL_OK), "call %d: %d", first,
              settings);
    store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    fixture_close(&store);
    return failed;
}

/* Nothing or all of it is there, and the next attempt finds or makes it. */
Test(store_faults, a_database_is_made_whole_or_not_at_all)
{
    static const enum vfs_fault faults[] = {VFS_FULL, VFS_SYNC};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        int first = 1;
        while (create_badly(faults[i], first))
            first++;
        cr_expect_gt(first, SYNCS_OF_A_NEW_LOG + COMMITS);
    }
}
