// SPDX-License-Identifier: MIT
/* What the database has of keys, and for how long. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

enum { HOUR = 60 * 60 * 1000, STEP = 500 };

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(idempotent_creates, .init = make, .fini = clean);

static struct store_key key_of(int number)
{
    struct store_key key;
    memset(&key, 0xA5, sizeof key);
    memcpy(key.scope, &number, sizeof number);
    return key;
}

static enum store_status create(int number)
{
    const struct store_key key = key_of(number);
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("x"),
                                      .key = &key};
    fixture_apply(store, &mutation);
    return mutation.status;
}

/* The first value that the file gives, as another process sees it: a number, or bytes of one. */
static int64_t ask(const char *sql)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    int64_t found;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(handle));
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    if (sqlite3_column_type(statement, 0) == SQLITE_BLOB)
        memcpy(&found, sqlite3_column_blob(statement, 0), sizeof found);
    else
        found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return found;
}

#define MARK "SELECT value FROM setting WHERE name = 'mark'"
#define ROWS "SELECT count(*) FROM idempotent_create"

Test(idempotent_creates, a_retry_writes_nothing)
{
    cr_assert_eq(create(1), STORE_OK);
    const int64_t mark = ask(MARK);
    cr_expect_neq(mark, 0);
    cr_expect_eq(create(1), STORE_REPEATED);
    cr_expect_eq(ask("SELECT count(*) FROM integration"), 1);
    cr_expect_eq(ask("SELECT count(*) FROM event"), 1);
    cr_expect_eq(ask(ROWS), 1);
    cr_expect_eq(ask(MARK), mark);
}

Test(idempotent_creates, one_without_a_key_keeps_nothing)
{
    fixture_create(store, "acme", "x", true);
    cr_expect_eq(ask(ROWS), 0);
}

/* A retry of what was never done makes no organization either. */
Test(idempotent_creates, a_look_for_a_retry_makes_nothing)
{
    const struct store_key key = key_of(1);
    struct store_mutation look = {.kind = STORE_REPEAT,
                                  .organization_id = TEXT("acme"),
                                  .title = TEXT("x"),
                                  .key = &key};
    fixture_apply(store, &look);
    cr_expect_eq(look.status, STORE_NOT_FOUND);
    cr_expect_eq(ask("SELECT count(*) FROM organization"), 0);
    cr_expect_eq(create(1), STORE_OK);
    fixture_apply(store, &look);
    cr_expect_eq(look.status, STORE_REPEATED);
    cr_expect_eq(ask("SELECT count(*) FROM event"), 1);
}

static enum store_status sweep(void)
{
    struct store_mutation mutation = {.kind = STORE_SWEEP};
    fixture_apply(store, &mutation);
    return mutation.status;
}

/* In steps. */
Test(idempotent_creates, what_has_expired_is_swept)
{
    const int64_t begin = fixture_now_ms;
    for (int i = 0; i < STEP + 10; i++)
        cr_assert_eq(create(i), STORE_OK);
    fixture_now_ms = begin + HOUR;
    cr_assert_eq(create(-1), STORE_OK);
    fixture_now_ms = begin + 24 * HOUR - 1;
    cr_expect_eq(sweep(), STORE_NOT_FOUND, "before its time");
    fixture_now_ms = begin + 24 * HOUR;
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(ask(ROWS), 11, "a step");
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(ask(ROWS), 1, "the rest");
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    cr_expect_eq(ask("SELECT count(*) FROM integration"), STEP + 11);
    fixture_now_ms = begin;
}

/* One that is used again before it is swept. */
Test(idempotent_creates, an_expired_key_is_replaced)
{
    const int64_t begin = fixture_now_ms;
    cr_assert_eq(create(1), STORE_OK);
    fixture_now_ms = begin + 24 * HOUR;
    cr_expect_eq(create(1), STORE_OK);
    cr_expect_eq(create(1), STORE_REPEATED);
    cr_expect_eq(ask(ROWS), 1);
    cr_expect_eq(ask("SELECT count(*) FROM integration"), 2);
    fixture_now_ms = begin;
}

Test(idempotent_creates, a_key_that_is_none_is_damage)
{
    cr_assert_eq(create(1), STORE_OK);
    change_file(&scratch, "PRAGMA ignore_check_constraints = ON;"
                          "UPDATE idempotent_create SET input = x'A5'");
    cr_expect_eq(create(1), STORE_STOPPED);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
}
