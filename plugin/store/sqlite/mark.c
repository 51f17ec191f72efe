// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/mark.h"

#include <sodium.h>
#include <string.h>

#include "plugin/store/engine.h"

enum {
    PART_SIZE = 8,
    /* The mark, the former one, the mark again: of a value that is torn, the first and the last
       part differ. */
    VALUE_SIZE = 3 * PART_SIZE,
    /* Section 1.6 of SQLite's file format, "B-tree Pages". */
    LEAF_OF_INDEX = 0x0A,
    CELL_COUNT_PLACE = 3,
    CELL_PLACES = 8,
    CELL_HEAD_SIZE = 4,
};

int mark_advance(struct connection *connection)
{
    uint8_t mark[PART_SIZE];
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_ADVANCE_MARK);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    randombytes_buf(mark, sizeof mark);
    sqlite3_bind_blob(statement, 1, mark, sizeof mark, SQLITE_STATIC);
    return statement_run(statement);
}

static size_t number_at(const uint8_t *place)
{
    return (size_t)place[0] << 8 | place[1];
}

/*
 * The value of a setting: a cell with the size of the record, that of its header, the types of a
 * text and a blob (sections 1.6 and 2.1). All are small enough to be one byte each.
 */
static const uint8_t *find_value(const uint8_t *page, size_t size, const char *name,
                                 size_t value_size)
{
    const size_t length = strlen(name);
    const uint8_t head[CELL_HEAD_SIZE] = {(uint8_t)(3 + length + value_size), 3,
                                          (uint8_t)(13 + 2 * length),
                                          (uint8_t)(12 + 2 * value_size)};
    const size_t count = number_at(page + CELL_COUNT_PLACE);
    if (page[0] != LEAF_OF_INDEX || CELL_PLACES + 2 * count > size)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const size_t place = number_at(page + CELL_PLACES + 2 * i);
        const uint8_t *cell = page + place;
        if (place + sizeof head + length + value_size <= size &&
            memcmp(cell, head, sizeof head) == 0 && memcmp(cell + sizeof head, name, length) == 0)
            return cell + sizeof head + length;
    }
    return NULL;
}

enum mark_sight mark_find(const uint8_t *page, size_t size, struct mark *ret_mark)
{
    const uint8_t *value = find_value(page, size, "mark", VALUE_SIZE);
    if (value == NULL)
        return find_value(page, size, "cursor_secret", STORE_SECRET_SIZE) == NULL ? MARK_ELSEWHERE
                                                                                  : MARK_NONE;
    if (memcmp(value, value + 2 * PART_SIZE, PART_SIZE) != 0)
        return MARK_TORN;
    memcpy(&ret_mark->now, value, PART_SIZE);
    memcpy(&ret_mark->former, value + PART_SIZE, PART_SIZE);
    return MARK_FOUND;
}
