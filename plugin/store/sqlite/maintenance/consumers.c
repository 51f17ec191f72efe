// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/consumers.h"

#include "plugin/store/sqlite/consumer_rows.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/row.h"

/* Of a lease; 0: it is not known, or there is none. */
static int64_t process_of(sqlite3_stmt *row, int column)
{
    return sqlite3_column_bytes(row, column) == STORE_LEASE_SIZE
               ? consumer_lease_process(sqlite3_column_blob(row, column))
               : 0;
}

/* ---- Listing ---- */

struct walk {
    int64_t checkpoint; /* Of the organization. */
    consumer_fn *take;
    void *user;
};

static enum store_status take_row(void *context, sqlite3_stmt *row, bool *wanted,
                                  struct store_detail *detail)
{
    const struct walk *walk = context;
    const int64_t position = sqlite3_column_int64(row, 1), length = sqlite3_column_int64(row, 2);
    const int64_t passed = position > walk->checkpoint ? position : walk->checkpoint;
    struct listed_consumer consumer = {
        .position = position,
        .behind = length > passed ? length - passed : 0,
        .lease_until = sqlite3_column_bytes(row, 3) > 0 ? sqlite3_column_int64(row, 4) : 0,
        .process = process_of(row, 3),
    };
    if (position < 0)
        return row_damage(detail, "a consumer has the position", position);
    const enum store_status status = row_text(row, 0, CONSUMER_NAME_MAX, &consumer.name, detail);
    *wanted = status == STORE_OK && walk->take(walk->user, &consumer);
    return status;
}

int32_t database_consumers_of(struct database_access *access, struct text organization_id,
                              consumer_fn *take, void *user, gql_failure *failure)
{
    struct trail_checkpoint checkpoint;
    if (access->schema < CONSUMER_SCHEMA)
        return GQL_OK;
    const int32_t code = database_trail_checkpoint(access, organization_id, &checkpoint, failure);
    if (code != GQL_OK)
        return code;
    sqlite3_stmt *rows = connection_statement(&access->connection, STATEMENT_SCAN_CONSUMERS_OF);
    if (rows == NULL)
        return database_access_fail(access, "reading", failure);
    bind_text(rows, 1, organization_id);
    struct walk walk = {checkpoint.head.length, take, user};
    return database_access_each_row(access, rows, take_row, &walk, failure);
}

/* ---- Removing ---- */

static int32_t refuse_lease(const struct consumer_removal *removal, sqlite3_stmt *found,
                            gql_failure *failure)
{
    const struct listed_consumer consumer = {.name = removal->name,
                                             .lease_until = sqlite3_column_int64(found, 1),
                                             .process = process_of(found, 2)};
    return consumer_removal_refuse(&consumer, column_text(found, 0), failure);
}

static int32_t check_leases(struct database_access *access, const struct consumer_removal *removal,
                            gql_failure *failure)
{
    sqlite3_stmt *find = connection_statement(&access->connection, STATEMENT_FIND_CONSUMER_LEASE);
    if (find == NULL)
        return database_access_fail(access, "reading", failure);
    bind_text(find, 1, removal->name);
    bind_text(find, 2, removal->organization_id);
    sqlite3_bind_int64(find, 3, removal->now);
    sqlite3_bind_int64(find, 4, removal->now + STORE_LEASE_MILLISECONDS_MAX);
    const int code = sqlite3_step(find);
    int32_t result = GQL_OK;
    if (code == SQLITE_ROW)
        result = refuse_lease(removal, find, failure);
    else if (code != SQLITE_DONE)
        result = connection_fail_with(&access->connection, code, "reading", failure);
    sqlite3_reset(find);
    sqlite3_clear_bindings(find);
    return result;
}

static int32_t drop(struct database_access *access, struct consumer_removal *removal,
                    gql_failure *failure)
{
    struct connection *connection = &access->connection;
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_DROP_CONSUMER);
    if (statement == NULL)
        return database_access_fail(access, "writing", failure);
    bind_text(statement, 1, removal->name);
    bind_text(statement, 2, removal->organization_id);
    int code = statement_run(statement);
    const int removed = sqlite3_changes(connection->handle);
    if (code == SQLITE_OK && removed == 0)
        return GQL_OK;
    if (code == SQLITE_OK)
        code = mark_advance(connection);
    if (code == SQLITE_OK)
        code = connection_end(connection, STATEMENT_COMMIT);
    if (code != SQLITE_OK)
        return connection_fail_with(connection, code, "writing", failure);
    removal->removed = removed;
    return GQL_OK;
}

int32_t database_consumer_remove(struct database_access *access, struct consumer_removal *removal,
                                 gql_failure *failure)
{
    removal->removed = 0;
    if (access->schema < CONSUMER_SCHEMA)
        return GQL_OK;
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_WRITE, failure);
    if (code == GQL_OK && !removal->is_forced)
        code = check_leases(access, removal, failure);
    if (code == GQL_OK)
        code = drop(access, removal, failure);
    database_access_rollback(access);
    return code;
}
