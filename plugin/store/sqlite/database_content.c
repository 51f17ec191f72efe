// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/database_content.h"

#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/ownership.h"

/* Commits the transaction if all went well. */
static int32_t finish(struct connection *connection, int32_t code, gql_failure *failure)
{
    if (code != GQL_OK)
        connection_end(connection, STATEMENT_ROLLBACK);
    else if (connection_run(connection, STATEMENT_COMMIT) != SQLITE_OK)
        code = connection_fail(connection, "writing", failure);
    return code;
}

static int begin(struct connection *connection, uint64_t until)
{
    int code = connection_run(connection, STATEMENT_BEGIN_WRITE);
    while (connection_wait(code, until))
        code = connection_run(connection, STATEMENT_BEGIN_WRITE);
    return code;
}

int32_t database_content_prepare(struct connection *connection,
                                 const struct sqlite_options *settings,
                                 const struct collation *collation,
                                 const struct store_options *options,
                                 uint8_t secret[STORE_SECRET_SIZE], gql_failure *failure)
{
    const uint64_t until = connection_patience(settings);
    int32_t code = GQL_OK;
    for (bool migrated = false; !migrated && code == GQL_OK;) {
        if (begin(connection, until) != SQLITE_OK)
            return connection_fail(connection, "locking", failure);
        code = migrate(connection, &migrated, failure);
        if (migrated && code == GQL_OK)
            code = ownership_settle(connection, settings, options, failure);
        if (migrated && code == GQL_OK)
            code = metadata_secret(connection, secret, failure);
        if (migrated && code == GQL_OK)
            code = metadata_collate(connection, collation, options, failure);
        code = finish(connection, code, failure);
    }
    return code;
}
