// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/idempotent_creates.h"

#include "plugin/store/sqlite/row.h"

enum { KEPT_MILLISECONDS = STORE_KEY_HOURS * 60 * 60 * 1000 };

static enum store_status take(sqlite3_stmt *row, const struct store_key *key, int64_t now,
                              struct identifier *ret_id, struct store_detail *detail)
{
    const void *input = sqlite3_column_blob(row, 0);
    const int size = sqlite3_column_bytes(row, 0), id_size = sqlite3_column_bytes(row, 1);
    if (size != STORE_HASH_SIZE || id_size != IDENTIFIER_SIZE)
        return row_damage(detail, "the hash and the ID of a create have the size", size + id_size);
    if (sqlite3_column_int64(row, 2) <= now - KEPT_MILLISECONDS)
        return STORE_NOT_FOUND;
    *ret_id = column_identifier(row, 1);
    return memcmp(input, key->input, STORE_HASH_SIZE) == 0 ? STORE_REPEATED : STORE_KEY_USED;
}

enum store_status idempotent_creates_find(struct connection *connection, int64_t organization,
                                          const struct store_key *key, int64_t unix_milliseconds,
                                          struct identifier *ret_id, struct store_detail *detail)
{
    sqlite3_stmt *find = connection_statement(connection, STATEMENT_FIND_IDEMPOTENT_CREATE);
    if (find == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(find, 1, organization);
    sqlite3_bind_blob(find, 2, key->scope, STORE_HASH_SIZE, SQLITE_STATIC);
    const int code = sqlite3_step(find);
    enum store_status status = STORE_NOT_FOUND;
    if (code == SQLITE_ROW)
        status = take(find, key, unix_milliseconds, ret_id, detail);
    else if (code != SQLITE_DONE)
        status = connection_status(connection, code, detail);
    sqlite3_reset(find);
    sqlite3_clear_bindings(find);
    return status;
}

enum store_status idempotent_creates_add(struct connection *connection, int64_t organization,
                                         const struct store_key *key, int64_t unix_milliseconds,
                                         const struct identifier *id, struct store_detail *detail)
{
    sqlite3_stmt *add = connection_statement(connection, STATEMENT_ADD_IDEMPOTENT_CREATE);
    if (add == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(add, 1, organization);
    sqlite3_bind_blob(add, 2, key->scope, STORE_HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(add, 3, key->input, STORE_HASH_SIZE, SQLITE_STATIC);
    bind_identifier(add, 4, id);
    sqlite3_bind_int64(add, 5, unix_milliseconds);
    const int code = statement_run(add);
    return code == SQLITE_OK ? STORE_OK : connection_status(connection, code, detail);
}

enum store_status idempotent_creates_sweep(struct connection *connection, int64_t unix_milliseconds,
                                           int limit, int *ret_count, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_SWEEP_IDEMPOTENT_CREATES);
    *ret_count = 0;
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, unix_milliseconds - KEPT_MILLISECONDS);
    sqlite3_bind_int(statement, 2, limit);
    const int code = statement_run(statement);
    if (code != SQLITE_OK)
        return connection_status(connection, code, detail);
    *ret_count = sqlite3_changes(connection->handle);
    return STORE_OK;
}
