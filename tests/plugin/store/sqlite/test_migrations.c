// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/store/sqlite/migrations.h"
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

static int read_version(void)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const int version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return version;
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

Test(migrations, a_newer_schema_is_refused_with_both_versions_and_the_cure)
{
    static const char *const statements[] = {
        "PRAGMA user_version = 99; DELETE FROM setting WHERE name = 'oldest_reader'",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'3939')",
        /* What is no number of a version says nothing. */
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'')",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'30')",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'2D31')",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'3120')",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', zeroblob(40))",
        "PRAGMA user_version = 99; REPLACE INTO setting VALUES ('oldest_reader', x'313030')",
    };
    char supported[64];
    struct store *store = fixture_open(&scratch, "und");
    fixture_close(&store);
    snprintf(supported, sizeof supported, "this one supports up to %d. Use the plugin version",
             migration_count);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        run_sql(statements[i]);
        expect_failure("has schema version 99, which a plugin that supports version 99 or later");
        expect_failure(supported);
    }
}

/* What a later version does, which only adds: this one is its old library. */
static void migrate_as_later_version(void)
{
    char reader[128];
    run_sql("CREATE TABLE later (key INTEGER PRIMARY KEY, note TEXT) STRICT;"
            "CREATE INDEX integration_by_version ON integration (version);"
            "ALTER TABLE integration ADD COLUMN later TEXT;"
            "ALTER TABLE organization ADD COLUMN later INTEGER NOT NULL DEFAULT 7;");
    snprintf(reader, sizeof reader,
             "REPLACE INTO setting VALUES ('oldest_reader', CAST('%d' AS BLOB));"
             "PRAGMA user_version = 99",
             migration_count);
    run_sql(reader);
}

static void expect_to_serve(struct store *store, const char *organization_id)
{
    const struct identifier id = fixture_create(store, organization_id, "new", false);
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, 2);
    integration_copy_finish(&copy);
    struct store_mutation delete = {.kind = STORE_DELETE, .id = id, .expected_version = 2};
    fixture_apply(store, &delete);
    cr_expect_eq(delete.status, STORE_OK);
    integration_copy_finish(&delete.result);
}

Test(migrations, the_old_library_serves_what_a_newer_one_only_added_to)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "old", true);
    fixture_close(&store);
    migrate_as_later_version();
    store = fixture_open(&scratch, "und");
    expect_to_serve(store, "acme");
    expect_to_serve(store, "other");
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    fixture_close(&store);
    cr_expect_eq(read_version(), 99, "the old library took the schema back to %d", read_version());
}

/* The new gateway starts while the old one serves. */
Test(migrations, the_old_library_goes_on_while_a_newer_one_adds)
{
    struct store *store = fixture_open(&scratch, "und");
    expect_to_serve(store, "acme");
    migrate_as_later_version();
    expect_to_serve(store, "acme");
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);

    run_sql("REPLACE INTO setting VALUES ('oldest_reader', CAST('98' AS BLOB))");
    cr_expect_eq(store_state(store).health, STORE_FAILED);
    cr_expect_not_null(strstr(fixture_log(), "schema version 99 now, which a plugin that supports "
                                             "version 98 or later may use"),
                       "the log has '%s'", fixture_log());
    fixture_close(&store);
}

/* So that not all threads of a pool are migrating. */
Test(migrations, an_older_one_is_left_alone_unless_it_may_take_long)
{
    bool done, changed;
    struct connection connection;
    gql_failure failure = {.struct_size = sizeof failure};
    char *path = strdup(scratch_file(&scratch, "integrations.db"));
    const struct sqlite_options options = {.path = path};
    run_sql(migration_sql[0]);
    run_sql("PRAGMA application_id = 0x494E5447; PRAGMA user_version = 1");
    cr_assert_eq(connection_open(&connection, &options, CONNECTION_WRITER), SQLITE_OK);
    cr_assert_eq(connection_run(&connection, STATEMENT_BEGIN_WRITE), SQLITE_OK);
    cr_expect_eq(migrate(&connection, false, &done, &changed, &failure), GQL_PENDING);
    cr_expect_eq(sqlite3_total_changes(connection.handle), 0);
    cr_expect_eq(migrate(&connection, true, &done, &changed, &failure), GQL_OK);
    cr_expect(changed);
    connection_close(&connection);
    free(path);
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
    cr_expect_eq(sqlite3_column_int(statement, 1), migration_count);
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
