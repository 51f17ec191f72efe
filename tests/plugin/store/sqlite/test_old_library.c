// SPDX-License-Identifier: MIT
/*
 * Databases of former schemas are migrated, and those that were are still used by plugins that know
 * the former schema alone: here, by their statements, in frozen/.
 */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/organization.h"
#include "plugin/store/sqlite/migrations.h"
#include "tests/plugin/fixture.h"

static struct scratch scratch;
static char *statements; /* Of schema 1. */

static void read_statements(void)
{
    const char *path = getenv("OLD_STATEMENTS");
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    statements = calloc(1, 1 << 16);
    cr_assert_lt(fread(statements, 1, (1 << 16) - 1, file), (1 << 16) - 1);
    fclose(file);
}

static void make(void)
{
    scratch = scratch_make();
    read_statements();
}

static void clean(void)
{
    free(statements);
    scratch_remove(&scratch);
}

TestSuite(old_library, .init = make, .fini = clean);

static sqlite3 *open_file(void)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    return handle;
}

static void run(sqlite3 *handle, const char *sql)
{
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
}

/* The statement behind a mark `-- name: NAME`, and the end of the mark. */
static sqlite3_stmt *prepare_at(sqlite3 *handle, const char *mark)
{
    sqlite3_stmt *statement = NULL;
    const char *sql = strchr(mark, '\n');
    cr_expect_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%.60s: %s",
                 mark, sqlite3_errmsg(handle));
    return statement;
}

static sqlite3_stmt *old_statement(sqlite3 *handle, const char *name)
{
    char mark[80];
    snprintf(mark, sizeof mark, "-- name: %s\n", name);
    const char *at = strstr(statements, mark);
    cr_assert_not_null(at, "%s", name);
    return prepare_at(handle, at);
}

static sqlite3_int64 end(sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    const sqlite3_int64 value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    if (code == SQLITE_ROW)
        cr_expect_eq(sqlite3_step(statement), SQLITE_DONE);
    else
        cr_expect_eq(code, SQLITE_DONE, "%s: %d", sqlite3_sql(statement), code);
    sqlite3_finalize(statement);
    return value;
}

/* As the old plugin creates one. */
static struct identifier create(sqlite3 *handle, const char *organization_id, const char *title)
{
    static struct identifier_mint mint = {.region = 1, .milliseconds = -1};
    const struct identifier id = identifier_next(&mint, organization_tag(text_of(organization_id)),
                                                 fixture_now_ms);
    sqlite3_stmt *organization = old_statement(handle, "add_organization");
    sqlite3_bind_text(organization, 1, organization_id, -1, SQLITE_STATIC);
    const sqlite3_int64 key = end(organization);
    sqlite3_stmt *insert = old_statement(handle, "insert_integration");
    sqlite3_bind_blob(insert, 1, id.bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, key);
    sqlite3_bind_text(insert, 3, title, -1, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 4, "key", 3, SQLITE_STATIC);
    end(insert);
    return id;
}

static void update(sqlite3 *handle, const struct identifier *id, bool is_active)
{
    sqlite3_stmt *statement = old_statement(handle, "update_integration_in_place");
    sqlite3_bind_blob(statement, 1, id->bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, is_active);
    end(statement);
}

static void expect_version(struct store *store, struct identifier id, int32_t version)
{
    struct integration_copy copy;
    cr_assert_eq(fixture_get(store, id, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, version);
    integration_copy_finish(&copy);
}

static enum store_status verify_one(struct store_reader *reader, void *context)
{
    return store_verify_trail(reader, TEXT("acme"), context);
}

static void expect_trail(struct store *store, int64_t length)
{
    struct trail_check check;
    cr_assert_eq(fixture_read(store, verify_one, &check), STORE_OK);
    cr_expect_eq(check.fault, TRAIL_SOUND);
    cr_expect_eq(check.head.length, length, "%lld events", (long long)check.head.length);
}

static void update_now(struct store *store, struct identifier id, int32_t version)
{
    struct store_mutation mutation = {.kind = STORE_UPDATE,
                                      .id = id,
                                      .expected_version = version,
                                      .sets_active = true};
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_OK, "%s", mutation.detail.text);
    integration_copy_finish(&mutation.result);
}

Test(old_library, a_database_of_schema_1_is_migrated_and_goes_on)
{
    sqlite3 *handle = open_file();
    run(handle, migration_sql[0]);
    run(handle, "PRAGMA journal_mode = WAL; PRAGMA user_version = 1;"
                "PRAGMA application_id = 0x494E5447;"
                "INSERT INTO setting VALUES ('collation', CAST('of then' AS BLOB))");
    const struct identifier id = create(handle, "acme", "old");
    sqlite3_close(handle);

    struct store *store = fixture_open(&scratch, "und");
    expect_version(store, id, 1);
    expect_trail(store, 0);
    update_now(store, id, 1);
    expect_trail(store, 1);
    fixture_create(store, "acme", "new", true);
    expect_trail(store, 2);
    cr_expect_eq(fixture_counts(store, "acme").active, 1);
    fixture_close(&store);
}

Test(old_library, every_statement_of_schema_1_still_works)
{
    int count = 0;
    struct store *store = fixture_open(&scratch, "und");
    fixture_close(&store);
    sqlite3 *handle = open_file();
    for (const char *at = statements; (at = strstr(at, "-- name: ")) != NULL; at++, count++)
        sqlite3_finalize(prepare_at(handle, at));
    cr_expect_gt(count, 40);
    sqlite3_close(handle);
}

/* An old gateway beside a new one: its changes are there, and leave no event. */
Test(old_library, an_old_plugin_writes_beside_a_new_one)
{
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier mine = fixture_create(store, "acme", "new", true);
    sqlite3 *handle = open_file();
    const struct identifier theirs = create(handle, "globex", "old");
    update(handle, &mine, false);
    update(handle, &theirs, true);
    expect_version(store, mine, 2);
    expect_version(store, theirs, 2);
    expect_trail(store, 1);
    update_now(store, mine, 2);
    update_now(store, theirs, 2);
    expect_trail(store, 2);

    sqlite3_stmt *delete = old_statement(handle, "delete_integration");
    sqlite3_bind_blob(delete, 1, mine.bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    end(delete);
    cr_expect_eq(end(prepare_at(handle, "\nSELECT count(*) FROM deleted")), 0);
    sqlite3_close(handle);
    expect_trail(store, 2);
    cr_expect_eq(fixture_counts(store, "acme").active + fixture_counts(store, "acme").inactive, 0);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    fixture_close(&store);
}
