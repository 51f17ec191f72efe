// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/queries.h"

#include "plugin/base/limits.h"
#include "plugin/store/sqlite/row.h"

/* NULL if the statement can't be prepared; else *ret_code is what stepping it returned. */
static sqlite3_stmt *look(struct connection *connection, enum statement side,
                          const struct identifier *id, int *ret_code)
{
    sqlite3_stmt *statement = connection_statement(connection, side);
    if (statement == NULL)
        return NULL;
    bind_identifier(statement, 1, id);
    connection->row = statement;
    *ret_code = sqlite3_step(statement);
    return statement;
}

/*
 * Looks on the side where the landmark lies, which is a row as long as nobody deletes it: so the
 * first look finds a row, also for an ID that is absent, before the first row or after the last.
 */
static sqlite3_stmt *look_around(struct connection *connection, const struct identifier *id,
                                 int *ret_code)
{
    const bool after = memcmp(id->bytes, connection->landmark.bytes, IDENTIFIER_SIZE) < 0;
    sqlite3_stmt *statement = look(connection,
                                   after ? STATEMENT_GET_INTEGRATION_OR_AFTER
                                         : STATEMENT_GET_INTEGRATION_OR_BEFORE,
                                   id, ret_code);
    if (statement == NULL || *ret_code != SQLITE_DONE)
        return statement;
    statement = look(connection,
                     after ? STATEMENT_GET_INTEGRATION_OR_BEFORE
                           : STATEMENT_GET_INTEGRATION_OR_AFTER,
                     id, ret_code);
    if (statement != NULL && *ret_code == SQLITE_ROW)
        connection->landmark = column_identifier(statement, 0);
    return statement;
}

enum store_status query_integration(struct connection *connection, const struct identifier *id,
                                    struct integration *ret_integration,
                                    struct store_detail *detail)
{
    int code;
    sqlite3_stmt *statement = look_around(connection, id, &code);
    if (statement == NULL)
        return connection_failure(connection, detail);
    if (code == SQLITE_DONE) /* There are no rows. */
        return STORE_NOT_FOUND;
    if (code != SQLITE_ROW)
        return connection_status(connection, code, detail);
    enum store_status status = row_integration(statement, ret_integration, detail);
    if (status == STORE_OK)
        status = row_text(statement, 5, ORGANIZATION_ID_MAX, &ret_integration->organization_id,
                          detail);
    if (status == STORE_OK)
        status = row_agrees(statement, 6, detail);
    if (status != STORE_OK)
        return status;
    return identifier_equal(&ret_integration->id, id) ? STORE_OK : STORE_NOT_FOUND;
}

static enum store_status take_organization(sqlite3_stmt *row, struct organization_row *ret_row,
                                           struct store_detail *detail)
{
    const int64_t key = sqlite3_column_int64(row, 0);
    struct store_counts counts;
    if (sqlite3_column_int(row, 4) != 1)
        return row_damage(detail, "an ID leads to another organization, with the key", key);
    const enum store_status status = row_counts(row, 1, &counts, detail);
    if (status == STORE_OK && sqlite3_column_int(row, 3) == 1)
        *ret_row = (struct organization_row){key, counts};
    return status;
}

/* *ret_found is whether there is one on this side, or itself. */
static enum store_status look_for_organization(struct connection *connection, enum statement side,
                                               struct text id, struct organization_row *ret_row,
                                               bool *ret_found, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, side);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_text(statement, 1, id);
    const int code = sqlite3_step(statement);
    enum store_status status = STORE_OK;
    if (code == SQLITE_ROW)
        status = take_organization(statement, ret_row, detail);
    sqlite3_reset(statement);
    *ret_found = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? status
                                                     : connection_status(connection, code, detail);
}

/* A neighbour tells an ID that is absent from one that is lost on a page of something else. */
enum store_status query_organization(struct connection *connection, struct text id,
                                     struct organization_row *ret_row, struct store_detail *detail)
{
    struct organization_row row = {0};
    bool found;
    enum store_status status = look_for_organization(connection,
                                                     STATEMENT_GET_ORGANIZATION_OR_BEFORE, id, &row,
                                                     &found, detail);
    if (status == STORE_OK && !found)
        status = look_for_organization(connection, STATEMENT_GET_ORGANIZATION_OR_AFTER, id, &row,
                                       &found, detail);
    if (status == STORE_OK)
        *ret_row = row;
    return status;
}
