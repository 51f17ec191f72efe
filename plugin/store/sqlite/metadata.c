// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/metadata.h"

#include <sodium.h>
#include <stdio.h>

#include "plugin/base/failure.h"

enum { ROWS_PER_STEP = 1000, ROWS_PER_REPORT = 100000 };

int metadata_read(struct connection *connection, const char *name, void *value, int capacity)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_SETTING);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int size = -1;
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE)
        size = 0;
    if (code == SQLITE_ROW) {
        const void *blob = sqlite3_column_blob(statement, 0);
        size = sqlite3_column_bytes(statement, 0);
        if (size > 0)
            memcpy(value, blob, (size_t)(size < capacity ? size : capacity));
    }
    sqlite3_reset(statement);
    return size;
}

bool metadata_write(struct connection *connection, const char *name, const void *value, int size)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_SETTING);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, value, size, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE;
}

int32_t metadata_secret(struct connection *connection, uint8_t secret[STORE_SECRET_SIZE],
                        gql_failure *failure)
{
    const int size = metadata_read(connection, "cursor_secret", secret, STORE_SECRET_SIZE);
    if (size == STORE_SECRET_SIZE)
        return GQL_OK;
    randombytes_buf(secret, STORE_SECRET_SIZE);
    if (size == 0 && metadata_write(connection, "cursor_secret", secret, STORE_SECRET_SIZE))
        return GQL_OK;
    return connection_fail(connection, "reading the secret of cursors", failure);
}

static bool put_sort_key(struct connection *connection, struct order_rebuild *rebuild,
                         sqlite3_int64 row, struct text title)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_SORT_KEY);
    SORT_KEY_AUTO key;
    if (!sort_key_make(rebuild->collation, title, &key) || statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_blob(statement, 2, key.data, (int)key.size, SQLITE_STATIC);
    const bool put = statement_run(statement) == SQLITE_OK;
    rebuild->rows++;
    rebuild->moved += put ? sqlite3_changes(connection->handle) : 0;
    return put;
}

/* Rebuilds rows after *last, which becomes the last of them. Returns how many, -1 on failure. */
static int rebuild_some(struct connection *connection, struct order_rebuild *rebuild,
                        sqlite3_int64 *last)
{
    sqlite3_stmt *scan = connection_statement(connection, STATEMENT_SCAN_TITLES);
    if (scan == NULL)
        return -1;
    sqlite3_bind_int64(scan, 1, *last);
    sqlite3_bind_int(scan, 2, ROWS_PER_STEP);
    int rows = 0, code;
    bool fine = true;
    while (fine && (code = sqlite3_step(scan)) == SQLITE_ROW) {
        *last = sqlite3_column_int64(scan, 0);
        const struct text title = column_text(scan, 1);
        fine = title.data != NULL && put_sort_key(connection, rebuild, *last, title);
        rows++;
    }
    sqlite3_reset(scan);
    return fine && code == SQLITE_DONE ? rows : -1;
}

bool metadata_rebuild(struct connection *connection, struct order_rebuild *rebuild)
{
    sqlite3_int64 last = 0;
    int rows = ROWS_PER_STEP;
    while (rows == ROWS_PER_STEP) {
        rows = rebuild_some(connection, rebuild, &last);
        rebuild->advanced(rebuild->user, rebuild);
    }
    return rows >= 0;
}

/* `user` is the store's options. */
static void log_progress(void *user, const struct order_rebuild *rebuild)
{
    char message[128];
    const struct store_options *options = user;
    if (rebuild->rows % ROWS_PER_REPORT != 0 && rebuild->rows % ROWS_PER_STEP == 0)
        return;
    snprintf(message, sizeof message, "Rebuilding the order of titles: %lld done", rebuild->rows);
    options->log(options->user, GQL_LOG_INFO, message);
}

static bool rebuild(struct connection *connection, const struct collation *collation,
                    const struct store_options *options)
{
    char message[512];
    struct order_rebuild rebuild = {.collation = collation,
                                    .user = (void *)(uintptr_t)options,
                                    .advanced = log_progress};
    snprintf(message, sizeof message, "Rebuilding the order of titles for the collation: %s",
             collation_fingerprint(collation));
    options->log(options->user, GQL_LOG_INFO, message);
    return metadata_rebuild(connection, &rebuild);
}

int32_t metadata_collate(struct connection *connection, const struct collation *collation,
                         bool may_take_long, const struct store_options *options,
                         gql_failure *failure)
{
    const char *now = collation_fingerprint(collation);
    const int now_size = (int)strlen(now);
    char then[256] = {0};
    const int size = metadata_read(connection, "collation", then, (int)sizeof then);
    if (size == now_size && memcmp(then, now, (size_t)size) == 0)
        return GQL_OK;
    if (size > 0 && !may_take_long)
        return GQL_PENDING;
    if (size < 0 || (size > 0 && !rebuild(connection, collation, options)) ||
        !metadata_write(connection, "collation", now, now_size))
        return connection_fail(connection, "rebuilding the order of titles", failure);
    return GQL_OK;
}
