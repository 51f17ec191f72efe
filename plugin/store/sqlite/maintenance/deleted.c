// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/deleted.h"

#include "plugin/base/limits.h"
#include "plugin/store/sqlite/deleted_rows.h"
#include "plugin/store/sqlite/row.h"

enum { TIME_COLUMN = 5, OWNER_COLUMN = 6 };

static enum store_status take_row(sqlite3_stmt *row, struct deleted_integration *ret_deleted,
                                  struct store_detail *detail)
{
    struct integration *integration = &ret_deleted->integration;
    ret_deleted->time = sqlite3_column_int64(row, TIME_COLUMN);
    enum store_status status = row_integration(row, integration, detail);
    if (status == STORE_OK)
        status = row_text(row, OWNER_COLUMN, ORGANIZATION_ID_MAX, &integration->organization_id,
                          detail);
    return status;
}

/* The statement is bound. */
static int32_t take_rows(struct database_access *access, sqlite3_stmt *rows,
                         database_deleted_fn *take, void *user, gql_failure *failure)
{
    struct store_detail detail;
    struct deleted_integration deleted;
    enum store_status status = STORE_OK;
    bool wanted = true;
    int code = SQLITE_ROW;
    while (wanted && status == STORE_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        status = take_row(rows, &deleted, &detail);
        wanted = status == STORE_OK && take(user, &deleted);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = connection_status(&access->connection, code, &detail);
    sqlite3_reset(rows);
    sqlite3_clear_bindings(rows);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}

int32_t database_deleted_of(struct database_access *access, struct text organization_id,
                            database_deleted_fn *take, void *user, gql_failure *failure)
{
    if (access->schema < DELETED_SCHEMA)
        return GQL_OK;
    sqlite3_stmt *rows = connection_statement(&access->connection, STATEMENT_SCAN_DELETED_OF);
    if (rows == NULL)
        return database_access_fail(access, "reading", failure);
    bind_text(rows, 1, organization_id);
    return take_rows(access, rows, take, user, failure);
}

int32_t database_deleted_find(struct database_access *access, const struct identifier *id,
                              database_deleted_fn *take, void *user, gql_failure *failure)
{
    if (access->schema < DELETED_SCHEMA)
        return GQL_OK;
    sqlite3_stmt *rows = connection_statement(&access->connection, STATEMENT_FIND_DELETED);
    if (rows == NULL)
        return database_access_fail(access, "reading", failure);
    bind_identifier(rows, 1, id);
    return take_rows(access, rows, take, user, failure);
}
