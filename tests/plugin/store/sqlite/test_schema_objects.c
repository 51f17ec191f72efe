// SPDX-License-Identifier: MIT
/* Databases whose indexes, triggers and views are not those that the migrations make. */
#include <criterion/criterion.h>
#include <sqlite3.h>

#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/schema_objects.h"
#include "tests/plugin/fixture.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    fixture_close(&store);
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(schema_objects, .init = make, .fini = clean);

static void run_sql(const char *sql)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

/* Opens the database, and writes; `said` is what is wrong, or NULL. */
static void expect_said(const char *said)
{
    const size_t logged = strlen(fixture_log());
    struct store *store = fixture_open(&scratch, "und");
    const struct store_state state = store_state(store);
    const char *line = strstr(fixture_log() + logged, "the schema of '");
    if (said == NULL) {
        cr_expect_eq(state.health, STORE_HEALTHY, "%s", state.reason);
        cr_expect_null(line, "%s", line);
    } else {
        cr_expect_eq(state.health, STORE_DEGRADED, "%s", said);
        cr_expect_not_null(strstr(state.reason, said), "%s: %s", said, state.reason);
        cr_assert_not_null(line, "%s", said);
        cr_expect_not_null(strstr(line, said), "%s: %s", said, line);
    }
    fixture_create(store, "acme", "y", true);
    fixture_close(&store);
}

static void drop(const struct schema_object *object)
{
    char sql[256], said[256];
    snprintf(sql, sizeof sql, "DROP %s %s", object->type, object->name);
    snprintf(said, sizeof said, "the %s '%s' of the plugin is missing", object->type, object->name);
    run_sql(sql);
    expect_said(said);
    run_sql(object->sql);
}

Test(schema_objects, each_that_is_missing_is_said_until_it_is_back)
{
    expect_said(NULL);
    for (int i = 0; i < schema_object_count; i++) {
        /* Nothing is written without the indexes that the statements name. */
        if (strcmp(schema_objects[i].type, "trigger") == 0)
            drop(&schema_objects[i]);
    }
    run_sql("DROP INDEX event_by_entity");
    expect_said("the index 'event_by_entity' of the plugin is missing");
    run_sql("CREATE INDEX event_by_entity ON event (organization, entity)");
    expect_said(NULL);
}

static const struct {
    const char *change, *said, *mend;
} changes[] = {
    {"CREATE TRIGGER silent BEFORE DELETE ON event BEGIN SELECT RAISE(IGNORE); END",
     "the trigger 'silent' is not what the plugin makes", "DROP TRIGGER silent"},
    {"CREATE VIEW shown AS SELECT 1", "the view 'shown' is not what the plugin makes",
     "DROP VIEW shown"},
    {"CREATE INDEX other ON event (digest)", "the index 'other' is not what the plugin makes",
     "DROP INDEX other"},
    {"CREATE TRIGGER event_chained AFTER INSERT ON event BEGIN SELECT 1; END",
     "the trigger 'event_chained' is not what the plugin makes", "DROP TRIGGER event_chained"},
    {"DROP INDEX event_by_entity; CREATE INDEX event_by_entity ON event (entity)",
     "the index 'event_by_entity' is not what the plugin makes",
     "DROP INDEX event_by_entity; CREATE INDEX event_by_entity ON event (organization, entity)"},
};

Test(schema_objects, each_that_somebody_else_has_made_is_said)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        run_sql(changes[i].change);
        expect_said(changes[i].said);
        run_sql(changes[i].mend);
        expect_said(NULL);
    }
}

Test(schema_objects, what_early_versions_and_others_have_made_beside_is_no_difference)
{
    run_sql("CREATE TRIGGER event_chained AFTER INSERT ON event BEGIN\n"
            "    UPDATE organization SET trail_length = new.sequence, trail_hash = new.hash "
            "WHERE key = new.organization;\nEND");
    expect_said(NULL);
    run_sql("ANALYZE; CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
    expect_said(NULL);
}

Test(schema_objects, a_newer_schema_that_may_be_used_is_taken_as_it_is)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "CREATE TRIGGER later AFTER DELETE ON deleted BEGIN SELECT 1; END;"
             "PRAGMA user_version = %d",
             migration_count + 1);
    run_sql(sql);
    expect_said(NULL);
}

/* As a version of the plugin made it that knew so many migrations. */
static void make_older(int schema)
{
    char sql[128];
    clean();
    scratch = scratch_make();
    for (int i = 0; i < schema; i++)
        run_sql(migration_sql[i]);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d; PRAGMA application_id = %d", schema,
             APPLICATION_ID);
    run_sql(sql);
}

Test(schema_objects, a_database_of_any_version_has_all_when_it_is_migrated)
{
    for (int schema = 1; schema < migration_count; schema++) {
        make_older(schema);
        expect_said(NULL);
    }
}
