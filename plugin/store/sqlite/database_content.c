// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/database_content.h"

#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/ownership.h"

static int commit(struct connection *connection, bool changed)
{
    const int code = changed ? mark_advance(connection) : SQLITE_OK;
    return code == SQLITE_OK ? connection_run(connection, STATEMENT_COMMIT) : code;
}

/* Commits the transaction if all went well. */
static int32_t finish(struct connection *connection, bool changed, int32_t code,
                      gql_failure *failure)
{
    if (code == GQL_OK && commit(connection, changed) != SQLITE_OK)
        code = connection_fail(connection, "writing", failure);
    if (code != GQL_OK)
        connection_end(connection, STATEMENT_ROLLBACK);
    return code;
}

int32_t database_content_prepare(struct connection *connection,
                                 const struct sqlite_options *settings,
                                 const struct collation *collation,
                                 const struct store_options *options,
                                 uint8_t secret[STORE_SECRET_SIZE], enum store_opening *opening,
                                 gql_failure *failure)
{
    const bool may_take_long = *opening == STORE_IS_LONG;
    int32_t code = GQL_OK;
    for (bool migrated = false; !migrated && code == GQL_OK;) {
        const int begun = connection_run(connection, STATEMENT_BEGIN_WRITE);
        if (begun != SQLITE_OK)
            return connection_fail_or_wait(connection, begun, "locking", opening, failure);
        bool changed = false;
        const int changes = sqlite3_total_changes(connection->handle);
        code = migrate(connection, may_take_long, &migrated, &changed, failure);
        if (migrated && code == GQL_OK)
            code = ownership_settle(connection, settings, options, failure);
        if (migrated && code == GQL_OK)
            code = metadata_secret(connection, secret, failure);
        if (migrated && code == GQL_OK)
            code = metadata_collate(connection, collation, may_take_long, options, failure);
        changed = changed || sqlite3_total_changes(connection->handle) != changes;
        code = finish(connection, changed, code, failure);
    }
    if (code == GQL_PENDING)
        *opening = STORE_IS_LONG;
    return code;
}
