// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
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

TestSuite(migrations, .init = make, .fini = clean);

static void run_sql(const char *sql)
{
    sqlite3 *handle;
    char *message = NULL;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, &message), SQLITE_OK, "%s", message);
    sqlite3_close(handle);
}

static void expect_failure(const char *said)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(fixture_try_open(&scratch, "und", &store, &failure), GQL_E_UNAVAILABLE);
    cr_expect_null(store);
    cr_expect_not_null(strstr(failure.message, said), "it said '%s', not '%s'", failure.message,
                       said);
}

Test(migrations, a_newer_schema_is_refused)
{
    struct store *store = fixture_open(&scratch, "und");
    fixture_close(&store);
    run_sql("PRAGMA user_version = 99");
    expect_failure("schema version 99");
}

Test(migrations, a_database_of_something_else_is_refused)
{
    run_sql("CREATE TABLE customer (id)");
    expect_failure("belongs to another application");
}

Test(migrations, a_file_that_is_no_database_is_refused)
{
    FILE *file = fopen(scratch_file(&scratch, "integrations.db"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is not a database\n", file);
    fclose(file);
    expect_failure("not a database");
}

Test(migrations, a_folder_that_is_not_there_is_named)
{
    const struct scratch nowhere = {"/tmp/no such folder"};
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(fixture_try_open(&nowhere, "und", &store, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "/tmp/no such folder/integrations.db"), "%s",
                       failure.message);
}

Test(migrations, the_file_is_what_it_should_be)
{
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle,
                                    "SELECT (SELECT journal_mode FROM pragma_journal_mode), "
                                    "(SELECT user_version FROM pragma_user_version), "
                                    "(SELECT application_id FROM pragma_application_id)",
                                    -1, &statement, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    cr_expect_str_eq((const char *)sqlite3_column_text(statement, 0), "wal");
    cr_expect_eq(sqlite3_column_int(statement, 1), 1);
    cr_expect_eq(sqlite3_column_int(statement, 2), 0x494E5447);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    fixture_close(&store);
}

static int position_of(struct store *store, struct identifier id)
{
    INTEGRATION_LIST_AUTO list;
    const struct store_range range = {.organization_id = TEXT("acme")};
    integration_list_init(&list);
    fixture_scan(store, &range, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (memcmp(list.items[i].id.bytes, id.bytes, IDENTIFIER_SIZE) == 0)
            return (int)i;
    }
    return -1;
}

Test(migrations, another_locale_rebuilds_the_order)
{
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "a", true);
    const struct identifier id = fixture_create(store, "acme", "ö", true);
    fixture_create(store, "acme", "z", true);
    cr_expect_eq(position_of(store, id), 1);
    fixture_close(&store);
    cr_expect_null(strstr(fixture_log(), "Rebuilding the order"));

    store = fixture_open(&scratch, "sv");
    cr_expect_eq(position_of(store, id), 2);
    cr_expect_not_null(strstr(fixture_log(), "Rebuilding the order"), "the log has '%s'",
                       fixture_log());
    fixture_close(&store);

    /* As if the version of ICU had changed. */
    run_sql("UPDATE setting SET value = CAST('icu 1, rules 1' AS BLOB) WHERE name = 'collation'; "
            "UPDATE integration SET sort_key = zeroblob(4)");
    store = fixture_open(&scratch, "und");
    cr_expect_eq(position_of(store, id), 1);
    fixture_close(&store);
}
