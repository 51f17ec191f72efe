// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/rows.h"

#include "plugin/base/failure.h"
#include "plugin/base/limits.h"
#include "plugin/store/sqlite/row.h"

enum { OWNER_COLUMN = 7 };

/* What has been taken so far. */
struct walk {
    struct database_access *access;
    database_rows_fn *take;
    void *user;
    bool wanted; /* More are. */
};

static enum store_status take_row(struct walk *walk, sqlite3_stmt *row, struct store_detail *detail)
{
    struct integration integration;
    enum store_status status = row_integration(row, &integration, detail);
    if (status == STORE_OK)
        status = row_text(row, OWNER_COLUMN, ORGANIZATION_ID_MAX, &integration.organization_id,
                          detail);
    if (status == STORE_OK && integration.organization_id.data == NULL)
        status = row_damage(detail, "an organization is missing at the version",
                            integration.version);
    if (status != STORE_OK)
        return status;
    walk->wanted = walk->take(walk->user, &integration);
    return STORE_OK;
}

/* The statement is bound. */
static enum store_status take_rows(struct walk *walk, sqlite3_stmt *scan,
                                   struct store_detail *detail)
{
    enum store_status status = STORE_OK;
    int code = SQLITE_ROW;
    while (status == STORE_OK && walk->wanted && (code = sqlite3_step(scan)) == SQLITE_ROW)
        status = take_row(walk, scan, detail);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = connection_status(&walk->access->connection, code, detail);
    sqlite3_reset(scan);
    return status;
}

int32_t database_rows_of(struct database_access *access, struct text organization_id,
                         database_rows_fn *take, void *user, gql_failure *failure)
{
    struct walk walk = {.access = access, .take = take, .user = user, .wanted = true};
    struct store_detail detail;
    sqlite3_stmt *scan = connection_statement(&access->connection, STATEMENT_SCAN_ROWS_OF);
    if (scan == NULL)
        return database_access_fail(access, "reading", failure);
    bind_text(scan, 1, organization_id);
    const enum store_status status = take_rows(&walk, scan, &detail);
    sqlite3_clear_bindings(scan);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}
