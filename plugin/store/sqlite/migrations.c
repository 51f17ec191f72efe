// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/migrations.h"

#include <stdio.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/schema_version.h"

static int read_number(sqlite3 *handle, const char *sql, int *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret_number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int apply(sqlite3 *handle, int number)
{
    char version[96];
    snprintf(version, sizeof version, "PRAGMA user_version = %d; PRAGMA application_id = %d;",
             number, APPLICATION_ID);
    const int code = sqlite3_exec(handle, migration_sql[number - 1], NULL, NULL, NULL);
    return code == SQLITE_OK ? sqlite3_exec(handle, version, NULL, NULL, NULL) : code;
}

static int32_t refuse_foreign(const char *path, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' belongs to another application; give the plugin a file of its "
                "own",
                path);
}

static int32_t refuse_version(const char *path, const struct schema_version *version,
                              gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' has schema version %d, which a plugin that supports version "
                "%d or later may use; this one supports up to %d. Use the plugin version that "
                "wrote it, or a newer one",
                path, version->schema, version->oldest_reader, migration_count);
}

/* Of a file that is new, or this plugin's. */
static int32_t take_steps(struct connection *connection, int version, int last,
                          gql_failure *failure)
{
    while (version < last) {
        if (apply(connection->handle, ++version) != SQLITE_OK)
            return connection_fail(connection, "migrating", failure);
    }
    return GQL_OK;
}

int32_t migrations_examine(struct connection *connection, int *ret_schema, gql_failure *failure)
{
    sqlite3 *handle = connection->handle;
    const char *path = sqlite3_db_filename(handle, "main");
    int schema = 0, application = 0, tables = 0;
    struct schema_version version;
    if (read_number(handle, "PRAGMA user_version", &schema) != SQLITE_OK ||
        read_number(handle, "PRAGMA application_id", &application) != SQLITE_OK ||
        read_number(handle, "SELECT count(*) FROM sqlite_schema", &tables) != SQLITE_OK)
        return connection_fail(connection, "reading", failure);
    const bool is_new = application == 0 && schema == 0 && tables == 0;
    if (!is_new && application != APPLICATION_ID)
        return refuse_foreign(path, failure);
    if (schema_version_read(connection, &version) != SQLITE_OK)
        return connection_fail(connection, "reading", failure);
    if (!schema_version_is_served(&version))
        return refuse_version(path, &version, failure);
    *ret_schema = schema;
    return GQL_OK;
}

int32_t migrate(struct connection *connection, bool may_take_long, bool *ret_done,
                bool *ret_changed, gql_failure *failure)
{
    int schema = 0;
    const int32_t code = migrations_examine(connection, &schema, failure);
    if (code != GQL_OK)
        return code;
    *ret_done = schema == 0 || schema >= migration_count;
    if (!*ret_done && !may_take_long)
        return GQL_PENDING;
    const int last = *ret_done ? migration_count : schema + 1;
    *ret_changed = schema < last;
    return take_steps(connection, schema, last, failure);
}
