// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/deleted.h"

#include "plugin/base/limits.h"
#include "plugin/store/sqlite/deleted_rows.h"
#include "plugin/store/sqlite/row.h"

enum { TIME_COLUMN = 5, OWNER_COLUMN = 6 };

struct walk {
    deleted_fn *take;
    void *user;
};

static enum store_status take_row(void *context, sqlite3_stmt *row, bool *wanted,
                                  struct store_detail *detail)
{
    const struct walk *walk = context;
    struct deleted_integration deleted = {.time = sqlite3_column_int64(row, TIME_COLUMN)};
    struct integration *integration = &deleted.integration;
    enum store_status status = row_integration(row, integration, detail);
    if (status == STORE_OK)
        status = row_text(row, OWNER_COLUMN, ORGANIZATION_ID_MAX, &integration->organization_id,
                          detail);
    *wanted = status == STORE_OK && walk->take(walk->user, &deleted);
    return status;
}

int32_t database_deleted_of(struct database_access *access, struct text organization_id,
                            deleted_fn *take, void *user, gql_failure *failure)
{
    if (access->schema < DELETED_SCHEMA)
        return GQL_OK;
    sqlite3_stmt *rows = connection_statement(&access->connection, STATEMENT_SCAN_DELETED_OF);
    if (rows == NULL)
        return database_access_fail(access, "reading", failure);
    bind_text(rows, 1, organization_id);
    return database_access_each_row(access, rows, take_row, &(struct walk){take, user}, failure);
}

int32_t database_deleted_find(struct database_access *access, const struct identifier *id,
                              deleted_fn *take, void *user, gql_failure *failure)
{
    if (access->schema < DELETED_SCHEMA)
        return GQL_OK;
    sqlite3_stmt *rows = connection_statement(&access->connection, STATEMENT_FIND_DELETED);
    if (rows == NULL)
        return database_access_fail(access, "reading", failure);
    bind_identifier(rows, 1, id);
    return database_access_each_row(access, rows, take_row, &(struct walk){take, user}, failure);
}
