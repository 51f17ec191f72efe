// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/reordering.h"

#include <stdio.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/metadata.h"

struct run {
    struct reordering *reordering;
    long long all;
};

static void advance(void *user, const struct order_rebuild *rebuild)
{
    const struct run *run = user;
    run->reordering->advanced(run->reordering->user, rebuild->rows, run->all);
}

static int32_t open_collation(struct reordering *reordering, struct database_access *access,
                              struct collation **ret_collation, gql_failure *failure)
{
    char locale[256];
    if (metadata_read(&access->connection, "collation", reordering->before,
                      (int)sizeof reordering->before - 1) < 0)
        return database_access_fail(access, "reading", failure);
    if (reordering->locale == NULL &&
        !collation_fingerprint_locale(reordering->before, locale, sizeof locale))
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s' does not name the collation of its order; name the gateways' "
                    "collation.locale with --locale",
                    access->path);
    const int32_t code = collation_open(reordering->locale == NULL ? locale : reordering->locale,
                                        ret_collation, failure);
    if (code == GQL_OK)
        snprintf(reordering->after, sizeof reordering->after, "%s",
                 collation_fingerprint(*ret_collation));
    return code;
}

static int count(struct database_access *access, long long *ret_count)
{
    sqlite3_stmt *statement = connection_statement(&access->connection,
                                                   STATEMENT_COUNT_INTEGRATIONS);
    if (statement == NULL || sqlite3_step(statement) != SQLITE_ROW)
        return sqlite3_extended_errcode(access->connection.handle);
    *ret_count = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return SQLITE_OK;
}

/* Indexes first: the rows are found by them. */
static int32_t rebuild(struct reordering *reordering, struct database_access *access,
                       const struct collation *collation, gql_failure *failure)
{
    struct connection *connection = &access->connection;
    struct run run = {.reordering = reordering};
    struct order_rebuild rebuild = {.collation = collation, .user = &run, .advanced = advance};
    const int size = (int)strlen(reordering->after);
    if (connection_run(connection, STATEMENT_REBUILD_INDEXES) != SQLITE_OK ||
        count(access, &run.all) != SQLITE_OK || !metadata_rebuild(connection, &rebuild) ||
        !metadata_write(connection, "collation", reordering->after, size) ||
        mark_advance(connection) != SQLITE_OK ||
        connection_end(connection, STATEMENT_COMMIT) != SQLITE_OK)
        return database_access_fail(access, "rebuilding the order of titles", failure);
    reordering->rows = rebuild.rows;
    reordering->moved = rebuild.moved;
    return GQL_OK;
}

int32_t database_reorder(struct reordering *reordering, struct database_access *access,
                         gql_failure *failure)
{
    struct collation *collation = NULL;
    int32_t code = database_access_check_schema(access, failure);
    if (code == GQL_OK)
        code = database_access_begin(access, STATEMENT_BEGIN_WRITE, failure);
    if (code == GQL_OK)
        code = open_collation(reordering, access, &collation, failure);
    if (code == GQL_OK)
        code = rebuild(reordering, access, collation, failure);
    database_access_rollback(access);
    collation_close(&collation);
    return code;
}
