// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/minting.h"

#include "plugin/base/organization.h"
#include "plugin/store/sqlite/row.h"

static enum store_status rise_above(struct minting *minting, sqlite3_stmt *row,
                                    struct store_detail *detail)
{
    const void *bytes = sqlite3_column_blob(row, 0);
    const int size = sqlite3_column_bytes(row, 0);
    if (size != IDENTIFIER_SIZE || memcmp(bytes, identifier_limit.bytes, IDENTIFIER_SIZE) >= 0)
        return row_damage(detail, "the highest ID is none, and has the size", size);
    if (sqlite3_column_int(row, 1) != 1)
        return row_damage(detail, "the highest ID leads to another row; it has the size", size);
    const struct identifier highest = column_identifier(row, 0);
    identifier_rise(&minting->mint, &highest);
    return STORE_OK;
}

static enum store_status rise(struct minting *minting, struct connection *connection,
                              struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_HIGHEST_IDS);
    if (statement == NULL)
        return connection_failure(connection, detail);
    enum store_status status = STORE_OK;
    int code = SQLITE_ROW;
    bind_identifier(statement, 1, &identifier_limit);
    while (status == STORE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        status = rise_above(minting, statement, detail);
    sqlite3_reset(statement);
    if (status == STORE_OK && code != SQLITE_DONE)
        status = connection_status(connection, code, detail);
    minting->rises = status == STORE_OK;
    return status;
}

enum store_status minting_next(struct minting *minting, struct connection *connection,
                               struct text organization_id, int64_t unix_milliseconds,
                               struct identifier *ret_id, struct store_detail *detail)
{
    const enum store_status status = minting->rises ? STORE_OK : rise(minting, connection, detail);
    if (status == STORE_OK)
        *ret_id = identifier_next(&minting->mint, organization_tag(organization_id),
                                  unix_milliseconds);
    return status;
}

enum store_status minting_note_deleted(struct connection *connection, const struct identifier *id,
                                       struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_NOTE_DELETED_ID);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_identifier(statement, 1, id);
    bind_identifier(statement, 2, &identifier_limit);
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? STORE_OK : connection_status(connection, code, detail);
}
