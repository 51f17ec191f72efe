// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/schema_check.h"

#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/schema_objects.h"

/*
 * SQLite's own tables and indexes are left out; it has no triggers and views of its own. So are the
 * tables that Litestream adds.
 */
static const char list_sql[] =
    "SELECT type, name, sql FROM sqlite_schema"
    " WHERE NOT (type IN ('table', 'index') AND name LIKE 'sqlite\\_%' ESCAPE '\\')"
    " AND NOT (type = 'table' AND name IN ('_litestream_seq', '_litestream_lock'))";

/* ?1 to ?3 are what list_sql gives; ?4: whether the SQL counts. */
static const char find_sql[] = "SELECT 1 FROM sqlite_schema"
                               " WHERE type IS ?1 AND name IS ?2 AND (sql IS ?3 OR NOT ?4)";

struct comparison {
    sqlite3_stmt *list, *find;
    bool counts_sql;
    const char *what; /* What is wrong with an object that is not found. */
    schema_fault_fn *found;
    void *user;
};

static void compare_object(const struct comparison *comparison)
{
    sqlite3_stmt *find = comparison->find;
    for (int i = 0; i < 3; i++)
        bind_text(find, i + 1, column_text(comparison->list, i));
    sqlite3_bind_int(find, 4, comparison->counts_sql);
    const bool is_there = sqlite3_step(find) == SQLITE_ROW;
    sqlite3_reset(find);
    if (!is_there && !schema_object_is_early(column_text(comparison->list, 2)))
        comparison->found(comparison->user, column_text(comparison->list, 0),
                          column_text(comparison->list, 1), comparison->what);
}

/* Each object of `of` must be in the other. */
static int compare(struct comparison *comparison, sqlite3 *of, sqlite3 *other)
{
    int code = sqlite3_prepare_v2(of, list_sql, -1, &comparison->list, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(other, find_sql, -1, &comparison->find, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(comparison->list)) == SQLITE_ROW) {
        compare_object(comparison);
        code = SQLITE_OK;
    }
    sqlite3_finalize(comparison->list);
    sqlite3_finalize(comparison->find);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int make_fresh(int schema, sqlite3 **ret_fresh)
{
    int code = sqlite3_open_v2(":memory:", ret_fresh,
                               SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
                               NULL);
    for (int i = 0; i < schema && code == SQLITE_OK; i++)
        code = sqlite3_exec(*ret_fresh, migration_sql[i], NULL, NULL, NULL);
    return code;
}

int schema_check_run(struct connection *connection, int schema, schema_fault_fn *found, void *user)
{
    sqlite3 *fresh = NULL;
    const bool is_known = schema <= migration_count;
    struct comparison added = {.counts_sql = true, .found = found, .user = user};
    added.what = "is not what this plugin makes: it can change what is read and written";
    struct comparison left_out = {.what = "is missing", .found = found, .user = user};
    int code = make_fresh(is_known ? schema : migration_count, &fresh);
    if (code == SQLITE_OK && is_known)
        code = compare(&added, connection->handle, fresh);
    if (code == SQLITE_OK)
        code = compare(&left_out, fresh, connection->handle);
    sqlite3_close(fresh);
    return code;
}
