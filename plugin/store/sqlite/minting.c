// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/minting.h"

#include <stdio.h>

#include "plugin/base/organization.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/queries.h"

static enum store_status rise_above_stored(struct minting *minting, struct connection *connection,
                                           struct store_detail *detail)
{
    struct integration highest;
    const enum store_status status = query_integration_before(connection, &identifier_limit,
                                                              &highest, detail);
    if (status == STORE_OK)
        identifier_rise(&minting->mint, &highest.id);
    return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static bool is_minted(const struct identifier *id)
{
    return memcmp(id->bytes, identifier_limit.bytes, IDENTIFIER_SIZE) < 0;
}

static enum store_status rise_above_deleted(struct minting *minting, struct connection *connection,
                                            struct store_detail *detail)
{
    struct identifier highest;
    const int size = metadata_read(connection, "highest_deleted", highest.bytes, IDENTIFIER_SIZE);
    if (size < 0)
        return connection_failure(connection, detail);
    if (size == 0)
        return STORE_OK;
    if (size != IDENTIFIER_SIZE || !is_minted(&highest)) {
        snprintf(detail->text, sizeof detail->text, "the highest deleted ID is none, size %d",
                 size);
        return STORE_DAMAGED;
    }
    identifier_rise(&minting->mint, &highest);
    return STORE_OK;
}

static enum store_status rise(struct minting *minting, struct connection *connection,
                              struct store_detail *detail)
{
    enum store_status status = rise_above_stored(minting, connection, detail);
    if (status == STORE_OK)
        status = rise_above_deleted(minting, connection, detail);
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
