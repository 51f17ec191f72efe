// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/queries.h"

#include "plugin/store/sqlite/row.h"

enum store_status query_integration(struct connection *connection, const struct identifier *id,
                                    struct integration *ret_integration,
                                    struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_INTEGRATION);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_identifier(statement, 1, id);
    connection->row = statement;
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE)
        return STORE_NOT_FOUND;
    if (code != SQLITE_ROW)
        return connection_status(connection, code, detail);
    struct text organization_id;
    if (!row_text(statement, 5, &organization_id))
        return STORE_NO_MEMORY;
    const enum store_status status = row_integration(statement, ret_integration, detail);
    ret_integration->organization_id = organization_id;
    return status;
}

enum store_status query_organization(struct connection *connection, struct text id,
                                     struct organization_row *ret_row, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_ORGANIZATION);
    if (statement == NULL)
        return connection_failure(connection, detail);
    struct organization_row row = {0};
    enum store_status status = STORE_OK;
    bind_text(statement, 1, id);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        row.key = sqlite3_column_int64(statement, 0);
        status = row_counts(statement, 1, &row.counts, detail);
    }
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return connection_status(connection, code, detail);
    *ret_row = row;
    return status;
}
