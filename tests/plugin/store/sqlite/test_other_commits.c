// SPDX-License-Identifier: MIT
/* Whether a store sees that somebody else has committed, and leaves its own commits out. */
#include <criterion/criterion.h>
#include <sqlite3.h>

#include "plugin/store/sqlite/other_commits.h"
#include "tests/plugin/fixture.h"

static struct scratch scratch;
static struct store *ours, *theirs;

static void create(struct store *store, const char *organization_id)
{
    fixture_create(store, organization_id, "x", true);
}

static void make(void)
{
    scratch = scratch_make();
    ours = fixture_open(&scratch, "und");
    create(ours, "acme");
    theirs = fixture_open(&scratch, "und");
    fixture_counts(ours, "acme"); /* A reader is ready. */
    store_others_committed(ours);
}

static void clean(void)
{
    fixture_close(&theirs);
    fixture_close(&ours);
    scratch_remove(&scratch);
}

TestSuite(other_commits, .init = make, .fini = clean);

static void expect_others(bool expected, const char *after)
{
    cr_expect_eq(store_others_committed(ours), expected, "after %s", after);
}

static void claim(void)
{
    struct store_lease lease = {.consumer = TEXT("hooks"), .milliseconds = 60000};
    struct store_mutation mutation = {.kind = STORE_CLAIM,
                                      .organization_id = TEXT("acme"),
                                      .lease = &lease};
    fixture_apply(ours, &mutation);
    cr_expect_eq(mutation.status, STORE_OK);
}

static void update_unknown(void)
{
    struct store_mutation mutation = {.kind = STORE_UPDATE,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("y")};
    fixture_apply(ours, &mutation);
    cr_expect_eq(mutation.status, STORE_NOT_FOUND);
}

Test(other_commits, our_own_are_left_out)
{
    expect_others(false, "the last look");
    for (int i = 0; i < 3; i++) {
        create(ours, "acme");
        expect_others(false, "a commit of ours");
    }
    create(ours, "globex");
    claim();
    update_unknown(); /* A transaction that changes nothing. */
    create(ours, "acme");
    expect_others(false, "more of them");
}

Test(other_commits, those_of_others_are_seen_once)
{
    create(theirs, "acme");
    expect_others(true, "one of another instance");
    expect_others(false, "it was seen");
    create(ours, "acme");
    expect_others(false, "one of ours behind it");
    create(theirs, "acme");
    create(theirs, "acme");
    expect_others(true, "two of them");
    expect_others(false, "both were seen");
}

Test(other_commits, those_before_ours_are_seen_too)
{
    create(theirs, "acme");
    create(ours, "acme");
    expect_others(true, "one that our transaction met");
    expect_others(false, "it was seen");
    create(ours, "acme");
    create(theirs, "acme");
    update_unknown();
    create(ours, "acme");
    create(ours, "acme");
    expect_others(true, "one in between");
    expect_others(false, "it was seen");
}

Test(other_commits, whoever_commits)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "INSERT INTO setting VALUES ('note', x'01')", NULL, NULL,
                              NULL),
                 SQLITE_OK);
    sqlite3_close(handle);
    expect_others(true, "one of another program");
    expect_others(false, "it was seen");
}
