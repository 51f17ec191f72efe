// SPDX-License-Identifier: MIT
/* Commits that fail: what was refused does not come back, and nothing acknowledged is lost. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <sys/stat.h>
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

TestSuite(commit, .init = make, .fini = clean);

static enum store_status create(struct store *store, const char *title, struct identifier *ret_id)
{
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("acme"),
                                      .title = text_of(title)};
    fixture_apply(store, &mutation);
    *ret_id = mutation.id;
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status change(struct store *store, enum store_mutation_kind kind,
                                struct identifier id)
{
    struct store_mutation mutation = {.kind = kind,
                                      .id = id,
                                      .expected_version = 1,
                                      .title = TEXT("changed")};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static int32_t version_of(struct store *store, struct identifier id)
{
    struct integration_copy copy;
    if (fixture_get(store, id, &copy) != STORE_OK)
        return 0;
    const int32_t version = copy.integration.version;
    integration_copy_finish(&copy);
    return version;
}

static void expect_unchanged(struct store *store, struct identifier kept, struct identifier refused)
{
    cr_expect_eq(version_of(store, kept), 1);
    cr_expect_eq(version_of(store, refused), 0);
}

static void expect_unchanged_after_kill(struct identifier kept, struct identifier refused)
{
    copy_as_killed(&scratch, &crashed);
    struct store *store = fixture_open(&crashed, "und");
    expect_unchanged(store, kept, refused);
    fixture_close(&store);
}

Test(commit, a_failed_sync_is_refused_for_good)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier refused;
    vfs_fail(VFS_SYNC, 1, 1);
    cr_expect_eq(create(store, "refused", &refused), STORE_BROKEN);
    expect_unchanged_after_kill(kept, refused);
    vfs_fail(VFS_SYNC, 1, 1);
    cr_expect_eq(change(store, STORE_UPDATE, kept), STORE_BROKEN);
    expect_unchanged_after_kill(kept, refused);
    vfs_fail(VFS_SYNC, 1, 1);
    cr_expect_eq(change(store, STORE_DELETE, kept), STORE_BROKEN);
    expect_unchanged_after_kill(kept, refused);
    cr_expect_eq(vfs_mend(), 1);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    expect_unchanged(store, kept, refused);
    fixture_create(store, "acme", "next", true);
    fixture_close(&store);
}

/* Copies the whole log into the database, so that the next commit begins the log anew. */
static void checkpoint(void)
{
    sqlite3 *handle;
    int frames = 0, copied = 0;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    /* SQLite learns that there is a log from the first read. */
    cr_assert_eq(sqlite3_exec(handle, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_FULL, &frames, &copied),
                 SQLITE_OK);
    cr_assert(frames > 0 && frames == copied, "%d of %d", copied, frames);
    sqlite3_close(handle);
}

/* The failed commit has reset the log, and nobody else has written: the outcome is known. */
Test(commit, a_failed_sync_of_a_log_that_begins_anew_is_refused_for_good)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier refused;
    checkpoint();
    vfs_fail(VFS_SYNC, 1, 1);
    cr_expect_eq(create(store, "refused", &refused), STORE_BROKEN);
    expect_unchanged_after_kill(kept, refused);
    checkpoint();
    vfs_fail(VFS_SYNC, 1, 1);
    cr_expect_eq(change(store, STORE_DELETE, kept), STORE_BROKEN);
    expect_unchanged_after_kill(kept, refused);
    cr_expect_eq(vfs_mend(), 1);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    fixture_create(store, "acme", "next", true);
    fixture_close(&store);
}

static void wait_for_a_retry(void)
{
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 50000000}, NULL);
}

/* The disk does not come back: nothing is written until it does. */
Test(commit, what_cannot_be_settled_is_unknown_and_stops_writing)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier unknown, later;
    vfs_fail(VFS_SYNC, 1, 1000);
    cr_expect_eq(create(store, "unknown", &unknown), STORE_UNKNOWN);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
    cr_expect_not_null(strstr(store_state(store).reason, "integrations.db"), "%s",
                       store_state(store).reason);
    cr_expect_eq(create(store, "later", &later), STORE_STOPPED);
    wait_for_a_retry();
    cr_expect_eq(create(store, "later", &later), STORE_STOPPED);
    expect_unchanged(store, kept, unknown);
    const int failed = vfs_mend();
    cr_expect_geq(failed, 3, "%d", failed);
    cr_expect_leq(failed, 8, "it tried too often: %d", failed);
    cr_expect_eq(create(store, "later", &later), STORE_STOPPED, "it tried too soon");
    wait_for_a_retry();
    cr_expect_eq(create(store, "later", &later), STORE_OK);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    expect_unchanged_after_kill(kept, unknown);
    char *line = strstr(fixture_log(), "Writing has stopped");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "integrations.db"), "%s", line);
    line = strstr(line, "writing goes on with '/");
    cr_expect_not_null(line, "%s", fixture_log());
    fixture_close(&store);
}

/* Also the change to a log is a commit: a store that opens has one. */
Test(commit, opening_fails_with_the_sync_that_failed)
{
    int failures = 0;
    for (int first = 1; first <= 4; first++) {
        struct store *store = NULL;
        gql_failure failure = {.struct_size = sizeof failure};
        struct scratch fresh = scratch_make();
        vfs_fail(VFS_SYNC, first, 1);
        if (fixture_try_open(&fresh, "und", &store, &failure) != GQL_OK) {
            failures++;
            cr_expect_not_null(strstr(failure.message, "disk I/O error"), "sync %d: %s", first,
                               failure.message);
        }
        vfs_mend();
        if (store == NULL)
            store = fixture_open(&fresh, "und");
        fixture_create(store, "acme", "x", true);
        fixture_close(&store);
        scratch_remove(&fresh);
    }
    cr_expect_geq(failures, 2, "%d", failures);
}

/* Whoever watches the state may send nothing until it is good. */
Test(commit, the_state_is_good_again_without_a_mutation)
{
    struct store *store = fixture_open(&scratch, "und");
    struct identifier unknown;
    vfs_fail(VFS_SYNC, 1, 1000);
    cr_expect_eq(create(store, "unknown", &unknown), STORE_UNKNOWN);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
    vfs_mend();
    for (int i = 0; i < 600 && store_state(store).health != STORE_HEALTHY; i++)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    cr_expect_not_null(strstr(fixture_log(), "writing goes on"));
    fixture_create(store, "acme", "next", true);
    fixture_close(&store);
}

/* Nobody changes anything, and the disk stays full: it is not good before a write succeeds. */
Test(commit, a_full_disk_is_not_good_before_a_write_succeeds)
{
    enum { LOOKS = 30 };
    const struct timespec pause = {.tv_nsec = 50000000};
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier refused;
    vfs_fail(VFS_FULL, 1, 1000);
    cr_expect_eq(create(store, "refused", &refused), STORE_FULL);
    for (int i = 0; i < LOOKS; i++) { /* Longer than until the first probe. */
        const struct store_state state = store_state(store);
        cr_expect_neq(state.health, STORE_HEALTHY, "look %d", i);
        cr_expect_not_null(strstr(state.reason, "disk was full"), "%s", state.reason);
        nanosleep(&pause, NULL);
    }
    for (int i = 0; i < 600 && store_state(store).health != STORE_FAILED; i++)
        nanosleep(&pause, NULL);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "there was no probe");
    vfs_mend();
    for (int i = 0; i < 600 && store_state(store).health != STORE_HEALTHY; i++)
        nanosleep(&pause, NULL);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    expect_unchanged(store, kept, refused);
    fixture_close(&store);
}

/* Closing is the last chance to settle. */
Test(commit, closing_settles_what_is_unknown)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier unknown;
    vfs_fail(VFS_SYNC, 1, 1000);
    cr_expect_eq(create(store, "unknown", &unknown), STORE_UNKNOWN);
    vfs_mend();
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
    expect_unchanged(store, kept, unknown);
    fixture_close(&store);
}

/* ---- Copying the log ---- */

enum { LOG_DUE = 1000 * (4096 + 24) };

static off_t size_of_log(void)
{
    struct stat log;
    return stat(scratch_file(&scratch, "integrations.db-wal"), &log) == 0 ? log.st_size : 0;
}

/* SQLite would try it after every commit, and say nothing. */
Test(commit, a_log_that_cannot_be_copied_is_reported_until_it_can)
{
    enum { SYNC_OF_THE_COMMIT = 1, SYNC_OF_THE_LOG, SYNC_OF_THE_DATABASE };
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier kept = fixture_create(store, "acme", "kept", true);
    struct identifier later;
    int failed = 0;
    while (size_of_log() < LOG_DUE - 10 * 4096)
        fixture_create(store, "acme", "x", true);
    for (int i = 0; failed < 2 && i < 20; i++) {
        vfs_fail(VFS_SYNC, failed == 0 ? SYNC_OF_THE_LOG : SYNC_OF_THE_DATABASE, 1);
        cr_expect_eq(create(store, "later", &later), STORE_OK);
        failed += vfs_mend();
    }
    const char *line = strstr(fixture_log(), "The log can't be copied into the database");
    cr_assert_not_null(line, "%s", fixture_log());
    cr_expect_not_null(strstr(line, "disk I/O error"), "%s", line);
    cr_expect_not_null(strstr(line, "integrations.db"), "%s", line);
    cr_expect_null(strstr(line + 1, "The log can't"), "twice in a minute: %s", line);
    cr_expect_null(strstr(line, "again"), "%s", line);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    expect_unchanged_after_kill(kept, (struct identifier){{0}});
    fixture_create(store, "acme", "next", true);
    line = strstr(line, "copied into the database again: '/");
    cr_expect_not_null(line, "%s", fixture_log());
    const off_t size = size_of_log();
    fixture_create(store, "acme", "from the beginning", true);
    cr_expect_eq(size_of_log(), size, "the log still grows");
    fixture_close(&store);
}
