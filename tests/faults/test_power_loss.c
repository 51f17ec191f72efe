// SPDX-License-Identifier: MIT
/*
 * The power fails at any moment of a run, and the disk holds any mixture of what was not synced:
 * the store opens, all that was acknowledged is there, and nothing that was refused.
 */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/power_loss.h"
#include "tests/faults/vfs.h"
#include "tests/plugin/fixture.h"

enum { CHANGES = 64, SETTLE_NANOSECONDS = 1050000000 };

/* A change of one integration, of whose version 0 says that there is none. */
struct change {
    struct identifier id;
    int version;         /* After it. */
    int begun, answered; /* The events so far. */
    enum store_status status;
};

static struct scratch scratch, crashed;
static struct change changes[CHANGES];
static int change_count;

static void make(void)
{
    vfs_install();
    scratch = scratch_make();
    crashed = scratch_make();
}

static void clean(void)
{
    power_loss_finish();
    scratch_remove(&scratch);
    scratch_remove(&crashed);
}

TestSuite(power_loss, .init = make, .fini = clean, .timeout = 600);

/* ---- The run ---- */

static void apply(struct store *store, struct store_mutation mutation, int version)
{
    struct change *change = &changes[change_count++];
    change->begun = power_loss_events();
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    change->answered = power_loss_events();
    change->id = mutation.id;
    change->version = version;
    change->status = mutation.status;
}

static void create(struct store *store)
{
    apply(store,
          (struct store_mutation){.kind = STORE_CREATE,
                                  .organization_id = TEXT("acme"),
                                  .title = TEXT("a title of some length")},
          1);
}

/* Each creates one, changes the former and deletes the one before. */
static void change_three(struct store *store)
{
    const int former = change_count - 3;
    create(store);
    if (former < 0)
        return;
    apply(store,
          (struct store_mutation){.kind = STORE_UPDATE,
                                  .id = changes[former].id,
                                  .expected_version = 1,
                                  .title = TEXT("another title")},
          2);
    const struct change *oldest = &changes[former < 3 ? 0 : former - 3];
    apply(store,
          (struct store_mutation){.kind = STORE_DELETE,
                                  .id = oldest->id,
                                  .expected_version = former < 3 ? 1 : 2},
          0);
}

/* The log is copied into the database, and begins anew with the next change. */
static void checkpoint(void)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    sqlite3_exec(handle, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(handle);
}

/* ---- The images ---- */

/* Which versions an integration may have when the power fails, as bits. */
static unsigned allowed_versions(struct identifier id, int moment)
{
    unsigned allowed = 1u << 0;
    for (const struct change *change = changes; change < changes + change_count; change++) {
        if (memcmp(&change->id, &id, sizeof id) != 0 || change->begun >= moment)
            continue;
        const unsigned after = 1u << change->version;
        if (change->answered > moment || change->status == STORE_UNKNOWN)
            allowed |= after;
        else if (change->status == STORE_OK)
            allowed = after;
    }
    return allowed;
}

static void expect_versions(struct store *store, int moment)
{
    int64_t count = 0;
    for (int i = 0; i < change_count; i++) {
        struct integration_copy copy;
        const unsigned allowed = allowed_versions(changes[i].id, moment);
        const enum store_status status = fixture_get(store, changes[i].id, &copy);
        cr_expect(status == STORE_OK || status == STORE_NOT_FOUND, "status %d", status);
        const int version = status == STORE_OK ? copy.integration.version : 0;
        cr_expect((allowed & 1u << version) != 0,
                  "after event %d, change %d has version %d, not one of the bits %x", moment, i,
                  version, allowed);
        integration_copy_finish(&copy);
        count += version > 0 && changes[i].version == 1; /* Its creation. */
    }
    cr_expect_eq(fixture_counts(store, "acme").active, count);
}

static void expect_integrity(void)
{
    sqlite3 *handle;
    sqlite3_stmt *check;
    cr_assert_eq(sqlite3_open(scratch_file(&crashed, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(check), SQLITE_ROW);
    cr_expect_str_eq((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    sqlite3_close(handle);
}

static void expect_image(int moment, enum power_loss_mode mode, uint64_t seed)
{
    unlink(scratch_file(&crashed, "integrations.db-shm"));
    power_loss_write(crashed.path, mode, seed);
    struct store *store = fixture_open(&crashed, "und");
    expect_versions(store, moment);
    fixture_create(store, "acme", "afterwards", true);
    fixture_close(&store);
    expect_integrity();
}

static bool is_whole(void)
{
    return getenv("FAULTS_WHOLE") != NULL;
}

static int expect_images_of(int sector_size)
{
    int images = 0;
    const int step = is_whole() ? 1 : 5, mixes = is_whole() ? 4 : 1;
    for (int moment = sector_size / 512 % step; moment <= power_loss_events(); moment += step) {
        const bool uncertain = power_loss_move(moment, sector_size);
        expect_image(moment, POWER_LOSS_KEEPS, 0);
        images++;
        if (!uncertain)
            continue;
        expect_image(moment, POWER_LOSS_DROPS, 0);
        for (int i = 0; i < mixes; i++)
            expect_image(moment, POWER_LOSS_MIXES, (uint64_t)(moment * 16 + i));
        images += 1 + mixes;
    }
    return images;
}

static void expect_images(const char *name)
{
    power_loss_end();
    const int images = expect_images_of(512) + expect_images_of(4096);
    fprintf(stderr, "# %s: %d changes, %d writes and syncs, %d images\n", name, change_count,
            power_loss_events(), images);
}

/* ---- Tests ---- */

Test(power_loss, while_a_database_is_made)
{
    power_loss_record(scratch_file(&scratch, "integrations.db"));
    struct store *store = fixture_open(&scratch, "und");
    change_three(store);
    fixture_close(&store);
    expect_images("a new database");
}

Test(power_loss, while_changes_are_written)
{
    struct store *store = fixture_open(&scratch, "und");
    power_loss_record(scratch_file(&scratch, "integrations.db"));
    for (int i = 0; i < 12; i++) {
        change_three(store);
        if (i % 4 == 2)
            checkpoint();
    }
    fixture_close(&store);
    expect_images("changes");
}

static void change_unsynced(struct store *store, int failures)
{
    vfs_fail(VFS_SYNC, 1, failures);
    create(store);
    cr_expect_neq(changes[change_count - 1].status, STORE_OK);
    vfs_mend();
}

/* What a failed sync left on the disk does not come back. */
Test(power_loss, after_syncs_that_failed)
{
    struct store *store = fixture_open(&scratch, "und");
    power_loss_record(scratch_file(&scratch, "integrations.db"));
    for (int i = 0; i < 6; i++) {
        change_three(store);
        if (i % 3 == 2)
            checkpoint(); /* The next sync is that of a log that begins anew. */
        change_unsynced(store, 1);
        create(store);
        create(store);
    }
    fixture_close(&store);
    expect_images("failed syncs, settled");
}

/* The disk stays away for a while: the outcome is unknown, until writing goes on. */
Test(power_loss, after_syncs_that_could_not_be_settled)
{
    struct store *store = fixture_open(&scratch, "und");
    power_loss_record(scratch_file(&scratch, "integrations.db"));
    change_three(store);
    change_unsynced(store, 1000);
    nanosleep(&(struct timespec){SETTLE_NANOSECONDS / 1000000000, SETTLE_NANOSECONDS % 1000000000},
              NULL);
    change_three(store);
    create(store);
    fixture_close(&store);
    expect_images("failed syncs, unknown");
}
