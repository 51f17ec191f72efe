// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/queries.h"

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
    *ret_integration = (struct integration){
        .id = column_identifier(statement, 0),
        .version = sqlite3_column_int(statement, 1),
        .is_active = sqlite3_column_int(statement, 2) != 0,
        .title = column_text(statement, 3),
        .credential_ref = column_text(statement, 4),
        .organization_id = column_text(statement, 5),
    };
    return STORE_OK;
}

enum store_status query_organization(struct connection *connection, struct text id,
                                     struct organization_row *ret_row, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_ORGANIZATION);
    if (statement == NULL)
        return connection_failure(connection, detail);
    struct organization_row row = {0};
    bind_text(statement, 1, id);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        row.key = sqlite3_column_int64(statement, 0);
        row.counts.active = sqlite3_column_int64(statement, 1);
        row.counts.inactive = sqlite3_column_int64(statement, 2);
    }
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return connection_status(connection, code, detail);
    *ret_row = row;
    return STORE_OK;
}
