// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/deleted_rows.h"

static enum store_status run(struct connection *connection, sqlite3_stmt *statement,
                             struct store_detail *detail)
{
    const int code = statement_run(statement);
    return code == SQLITE_OK ? STORE_OK : connection_status(connection, code, detail);
}

enum store_status deleted_rows_keep(struct connection *connection, const struct identifier *id,
                                    int64_t unix_milliseconds, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_KEEP_DELETED);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_identifier(statement, 1, id);
    sqlite3_bind_int64(statement, 2, unix_milliseconds);
    return run(connection, statement, detail);
}

enum store_status deleted_rows_sweep(struct connection *connection, int64_t before, int limit,
                                     int *ret_count, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_SWEEP_DELETED);
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, before);
    sqlite3_bind_int(statement, 2, limit);
    const enum store_status status = run(connection, statement, detail);
    *ret_count = status == STORE_OK ? sqlite3_changes(connection->handle) : 0;
    return status;
}
