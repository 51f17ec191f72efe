// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/upgrade.h"

#include <stdio.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"

/* Ends the transaction: commits if all went well and something changed. */
static int32_t end(struct database_access *access, int32_t code, bool changed, gql_failure *failure)
{
    struct connection *connection = &access->connection;
    if (code == GQL_OK && changed &&
        (mark_advance(connection) != SQLITE_OK ||
         connection_end(connection, STATEMENT_COMMIT) != SQLITE_OK))
        code = database_access_fail(access, "committing", failure);
    database_access_rollback(access);
    return code;
}

static int32_t take_step(struct database_access *access, bool *ret_done, gql_failure *failure)
{
    bool changed = false;
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_WRITE, failure);
    if (code == GQL_OK)
        code = migrate(&access->connection, true, ret_done, &changed, failure);
    return end(access, code, changed, failure);
}

static int32_t finish(struct database_access *access, bool *ret_changed, gql_failure *failure)
{
    char now[16] = {0}, then[16];
    struct connection *connection = &access->connection;
    const int size = snprintf(now, sizeof now, "%d", migration_count);
    if (access->schema > migration_count)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s' has schema version %d, and this tool knows up to %d; use the tool of the "
                    "newer version to finish its migration",
                    access->path, access->schema, migration_count);
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_WRITE, failure);
    if (code != GQL_OK)
        return code;
    const int found = metadata_read(connection, "oldest_reader", then, (int)sizeof then);
    *ret_changed = found != size || memcmp(now, then, (size_t)size) != 0;
    if (found < 0 || (*ret_changed && !metadata_write(connection, "oldest_reader", now, size)))
        code = database_access_fail(access, "finishing", failure);
    return end(access, code, *ret_changed, failure);
}

int32_t database_upgrade(struct database_access *access, bool finishes, struct upgrade *ret_upgrade,
                         gql_failure *failure)
{
    bool done = false;
    int32_t code = GQL_OK;
    *ret_upgrade = (struct upgrade){.from = access->schema};
    while (code == GQL_OK && !done)
        code = take_step(access, &done, failure);
    if (access->schema < migration_count)
        access->schema = migration_count;
    ret_upgrade->to = access->schema;
    return code == GQL_OK && finishes ? finish(access, &ret_upgrade->finished, failure) : code;
}
