// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/trail_writer.h"

#include <stdio.h>

#include "plugin/store/sqlite/row.h"
#include "plugin/store/trail_event.h"

/* The index of an organization's head, or the count of them. */
static int find_open(const struct trail_writer *writer, struct text organization_id)
{
    int i = 0;
    while (i < writer->count && !text_equal(writer->open[i].organization_id, organization_id))
        i++;
    return i;
}

int64_t trail_writer_key(const struct trail_writer *writer, struct text organization_id)
{
    const int i = find_open(writer, organization_id);
    return i < writer->count ? writer->open[i].row.organization : 0;
}

static int write_head(struct connection *connection, const struct trail_row *row)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_TRAIL);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    sqlite3_bind_int64(statement, 1, row->organization);
    sqlite3_bind_int64(statement, 2, row->head.length);
    sqlite3_bind_blob(statement, 3, row->head.hash.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    return statement_run(statement);
}

int trail_writer_end(struct trail_writer *writer)
{
    int code = SQLITE_OK;
    for (int i = 0; i < writer->count && code == SQLITE_OK; i++)
        code = write_head(writer->connection, &writer->open[i].row);
    trail_writer_begin(writer);
    return code;
}

/* Writes a head to make room for another one. */
static int make_room(struct trail_writer *writer, int *ret_place)
{
    *ret_place = writer->next;
    writer->next = (writer->next + 1) % TRAIL_WRITER_ROWS;
    return write_head(writer->connection, &writer->open[*ret_place].row);
}

/* Only what was done with success is kept: what fails is undone, with an organization it made. */
static int keep(struct trail_writer *writer, struct text organization_id,
                const struct trail_row *row)
{
    int i = find_open(writer, organization_id);
    int code = SQLITE_OK;
    if (i == TRAIL_WRITER_ROWS)
        code = make_room(writer, &i);
    else if (i == writer->count)
        writer->count++;
    if (code == SQLITE_OK)
        writer->open[i] = (struct open_trail){organization_id, *row};
    return code;
}

static int insert(struct connection *connection, int64_t organization,
                  const struct trail_event *event)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_ADD_EVENT);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    sqlite3_bind_int64(statement, 1, organization);
    sqlite3_bind_int64(statement, 2, event->sequence);
    bind_identifier(statement, 3, &event->entity);
    sqlite3_bind_blob(statement, 4, event->salt, TRAIL_SALT_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 5, event->digest.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 6, event->hash.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    bind_text(statement, 7, event->body);
    return statement_run(statement);
}

static enum store_status find_row(struct trail_writer *writer, struct text organization_id,
                                  struct trail_row *ret_row, struct store_detail *detail)
{
    const int i = find_open(writer, organization_id);
    enum store_status status = STORE_OK;
    if (i < writer->count)
        *ret_row = writer->open[i].row;
    else
        status = trail_rows_find_to_append(writer->connection, organization_id, ret_row, detail);
    if (status != STORE_OK)
        return status;
    if (ret_row->organization == 0)
        return STORE_NOT_FOUND;
    if (ret_row->erased) {
        store_detail_erased(detail, organization_id);
        return STORE_ERASED;
    }
    if (ret_row->head.length < 0 || ret_row->head.length > INT64_MAX / 2)
        return row_damage(detail, "a trail has the length", ret_row->head.length);
    return STORE_OK;
}

static enum store_status append(struct trail_writer *writer, struct text organization_id,
                                struct trail_event *event, struct store_detail *detail)
{
    struct trail_row row;
    const enum store_status status = find_row(writer, organization_id, &row, detail);
    if (status != STORE_OK)
        return status;
    trail_append(&row.head, event);
    int code = insert(writer->connection, row.organization, event);
    if (code == SQLITE_OK)
        code = keep(writer, organization_id, &row);
    return code == SQLITE_OK ? STORE_OK : connection_status(writer->connection, code, detail);
}

enum store_status trail_writer_add(struct trail_writer *writer, struct trail_facts *facts,
                                   struct store_detail *detail)
{
    char room[2048];
    struct json_writer body;
    struct trail_event event;
    json_writer_begin(&body, room, sizeof room);
    const enum store_status status = trail_event_write(&body, facts, &event)
                                         ? append(writer, facts->organization_id, &event, detail)
                                         : STORE_NO_MEMORY;
    json_writer_finish(&body);
    return status;
}
