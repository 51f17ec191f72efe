// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/trail_rows.h"

/* ---- The head ---- */

/* A blob of that size; of another size, zeros. */
static void take_bytes(sqlite3_stmt *row, int column, uint8_t *bytes, size_t size)
{
    const void *blob = sqlite3_column_blob(row, column);
    memset(bytes, 0, size);
    if (blob != NULL && (size_t)sqlite3_column_bytes(row, column) == size)
        memcpy(bytes, blob, size);
}

static void take_head(sqlite3_stmt *row, struct text organization_id, struct trail_row *ret_row)
{
    *ret_row = (struct trail_row){.organization = sqlite3_column_int64(row, 0),
                                  .head.length = sqlite3_column_int64(row, 1),
                                  .erased = sqlite3_column_int(row, 3) != 0};
    if (sqlite3_column_type(row, 2) == SQLITE_NULL && ret_row->head.length == 0)
        ret_row->head = trail_start(organization_id);
    else
        take_bytes(row, 2, ret_row->head.hash.bytes, TRAIL_HASH_SIZE);
}

static enum store_status find(struct connection *connection, enum statement which,
                              struct text organization_id, struct trail_row *ret_row,
                              struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, which);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_text(statement, 1, organization_id);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        take_head(statement, organization_id, ret_row);
    else
        *ret_row = (struct trail_row){.head = trail_start(organization_id)};
    sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? STORE_OK
                                                     : connection_status(connection, code, detail);
}

enum store_status trail_rows_find(struct connection *connection, struct text organization_id,
                                  struct trail_row *ret_row, struct store_detail *detail)
{
    return find(connection, STATEMENT_GET_TRAIL, organization_id, ret_row, detail);
}

enum store_status trail_rows_find_to_append(struct connection *connection,
                                            struct text organization_id, struct trail_row *ret_row,
                                            struct store_detail *detail)
{
    return find(connection, STATEMENT_GET_TRAIL_TO_APPEND, organization_id, ret_row, detail);
}

enum store_status trail_rows_head(struct connection *connection, struct text organization_id,
                                  struct trail_head *ret_head, struct store_detail *detail)
{
    struct trail_row row;
    const enum store_status status = trail_rows_find(connection, organization_id, &row, detail);
    if (status == STORE_OK)
        *ret_head = row.head;
    return status;
}

/* ---- Reading ---- */

/* False if there is no memory for the body. */
static bool take_event(sqlite3_stmt *row, struct trail_event *ret_event)
{
    ret_event->sequence = sqlite3_column_int64(row, 0);
    take_bytes(row, 1, ret_event->entity.bytes, IDENTIFIER_SIZE);
    take_bytes(row, 2, ret_event->salt, TRAIL_SALT_SIZE);
    take_bytes(row, 3, ret_event->digest.bytes, TRAIL_HASH_SIZE);
    take_bytes(row, 4, ret_event->hash.bytes, TRAIL_HASH_SIZE);
    ret_event->body = column_text(row, 5);
    return ret_event->body.data != NULL || sqlite3_column_type(row, 5) == SQLITE_NULL;
}

static enum store_status visit_all(struct connection *connection, sqlite3_stmt *rows,
                                   trail_visit_fn visit, void *user, struct store_detail *detail)
{
    int code;
    struct trail_event event;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!take_event(rows, &event))
            return STORE_NO_MEMORY;
        if (!visit(user, &event))
            return STORE_OK;
    }
    return code == SQLITE_DONE ? STORE_OK : connection_status(connection, code, detail);
}

static enum statement statement_of(const struct store_event_range *range)
{
    if (range->entity == NULL)
        return range->backward ? STATEMENT_GET_EVENTS_BACKWARD : STATEMENT_GET_EVENTS;
    return range->backward ? STATEMENT_GET_ENTITY_EVENTS_BACKWARD : STATEMENT_GET_ENTITY_EVENTS;
}

enum store_status trail_rows_read(struct connection *connection,
                                  const struct store_event_range *range, int64_t limit,
                                  trail_visit_fn visit, void *user, struct store_detail *detail)
{
    struct trail_row row;
    enum store_status status = trail_rows_find(connection, range->organization_id, &row, detail);
    if (status != STORE_OK)
        return status;
    sqlite3_stmt *statement = connection_statement(connection, statement_of(range));
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, row.organization);
    sqlite3_bind_int64(statement, 2, range->after);
    sqlite3_bind_int64(statement, 3, limit);
    if (range->entity != NULL)
        bind_identifier(statement, 4, range->entity);
    sqlite3_bind_int64(statement, 5, range->before == 0 ? INT64_MAX : range->before);
    status = visit_all(connection, statement, visit, user, detail);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}
