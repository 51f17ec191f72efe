// SPDX-License-Identifier: MIT
/* What ../test_trail_retention.c leaves out: what stays, and what others do to the file. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>

#include "tests/plugin/store/sqlite/pages.h"
#include "tests/plugin/store/trails.h"

static const int64_t DAY = 86400000;

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    fixture_trail_ms = 10 * DAY;
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(trail_sweep, .init = make, .fini = clean);

/* Behind the store's back. Returns SQLite's code. */
static int run(const char *sql)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    const int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    sqlite3_close(handle);
    return code;
}

/* More than a step looks at. */
Test(trail_sweep, all_of_many_organizations_are_reached)
{
    cr_assert_eq(run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2500)"
                     " INSERT INTO organization (id) SELECT printf('o%d', i) FROM n"),
                 SQLITE_OK);
    fixture_create(store, "last", "x", true);
    fixture_now_ms += 11 * DAY;
    trails_sweep(store);
    trails_expect(store, "last", 1, 1);
}

Test(trail_sweep, what_is_left_can_be_neither_removed_nor_shortened)
{
    trails_fill(store, "acme", 15);
    trails_sweep(store);
    cr_expect_neq(run("DELETE FROM event WHERE sequence = 11"), SQLITE_OK);
    cr_expect_neq(run("DELETE FROM event"), SQLITE_OK);
    trails_expect(store, "acme", 10, 30);
    /* Whoever moves the checkpoint must have the hash of an event; then nothing shows. */
    cr_assert_eq(
        run("UPDATE organization SET checkpoint_length = 12;DELETE FROM event WHERE sequence < 13"),
        SQLITE_OK);
    cr_expect_eq(trails_verify(store, "acme").fault, TRAIL_LINK_CHANGED);
    cr_assert_eq(run("UPDATE organization SET checkpoint_length = 11"), SQLITE_OK);
    cr_expect_eq(trails_verify(store, "acme").fault, TRAIL_GAP);
    cr_assert_eq(run("UPDATE organization SET checkpoint_length = 31"), SQLITE_OK);
    cr_expect_neq(trails_verify(store, "acme").fault, TRAIL_SOUND);
}

/* An event that does not say when it was, or an organization that was erased, is left alone. */
Test(trail_sweep, what_is_not_known_to_be_old_stays)
{
    trails_fill(store, "acme", 2);
    trails_fill(store, "globex", 2);
    trails_fill(store, "initech", 2);
    cr_assert_eq(run("DROP TRIGGER event_kept; UPDATE event SET body = '{}' WHERE sequence = 3 AND"
                     " organization = (SELECT key FROM organization WHERE id = 'acme');"
                     "UPDATE event SET body = 'x' WHERE sequence = 1 AND"
                     " organization = (SELECT key FROM organization WHERE id = 'initech');"
                     "UPDATE organization SET erased = '{}' WHERE id = 'globex'"),
                 SQLITE_OK);
    fixture_now_ms += 100 * DAY;
    trails_sweep(store);
    cr_expect_eq(trails_verify(store, "acme").checkpoint.head.length, 2);
    trails_expect(store, "globex", 0, 4);
    cr_expect_eq(trails_verify(store, "initech").checkpoint.head.length, 0);
}
