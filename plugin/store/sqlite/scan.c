// SPDX-License-Identifier: MIT
/* Pages: rows in the order of their titles, from a position on. */
#include "plugin/store/sqlite/readers.h"

/* A position as the index has it. */
struct bound {
    bool given;
    struct sort_key key;
    struct identifier id;
};

static void bound_finish(struct bound *bound)
{
    if (bound->given)
        sort_key_finish(&bound->key);
}

#define BOUND_AUTO __attribute__((cleanup(bound_finish))) struct bound

static bool bound_make(struct bound *bound, const struct collation *collation,
                       const struct store_position *position)
{
    if (position == NULL)
        return true;
    bound->id = position->id;
    return bound->given = sort_key_make(collation, position->title, &bound->key);
}

/* As SQLite compares blobs: byte for byte, then by length. */
static int compare_keys(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const size_t common = a_size < b_size ? a_size : b_size;
    const int order = common == 0 ? 0 : memcmp(a, b, common);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

enum { ID_COLUMN = 0, SORT_KEY_COLUMN = 5 };

static bool is_before(sqlite3_stmt *row, const struct bound *end, bool backward)
{
    if (!end->given)
        return true;
    const void *key = sqlite3_column_blob(row, SORT_KEY_COLUMN);
    int order = compare_keys(key, (size_t)sqlite3_column_bytes(row, SORT_KEY_COLUMN), end->key.data,
                             end->key.size);
    if (order == 0) {
        const struct identifier id = column_identifier(row, ID_COLUMN);
        order = memcmp(id.bytes, end->id.bytes, IDENTIFIER_SIZE);
    }
    return backward ? order > 0 : order < 0;
}

static bool append_row(sqlite3_stmt *row, struct text organization_id,
                       struct integration_list *list)
{
    const struct integration found = {
        .id = column_identifier(row, ID_COLUMN),
        .version = sqlite3_column_int(row, 1),
        .is_active = sqlite3_column_int(row, 2) != 0,
        .title = column_text(row, 3),
        .credential_ref = column_text(row, 4),
        .organization_id = organization_id,
    };
    return integration_list_append(list, &found);
}

struct scan {
    struct connection *connection;
    const struct store_organization *organization;
    enum store_filter filter;
    bool backward;
    size_t limit;
    struct bound *start, *end;
    struct integration_list *list;
    bool at_end;
};

/*
 * No title's sort key is below the first, or above the second: ICU's keys are not empty, and none
 * begins so.
 */
static const uint8_t lowest_key[1],
    highest_key[16] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

static void bind(const struct scan *scan, sqlite3_stmt *statement)
{
    const struct bound *start = scan->start;
    sqlite3_bind_int64(statement, 1, scan->organization->key);
    if (start->given)
        sqlite3_bind_blob(statement, 2, start->key.data, (int)start->key.size, SQLITE_STATIC);
    else
        sqlite3_bind_blob(statement, 2, scan->backward ? highest_key : lowest_key,
                          scan->backward ? (int)sizeof highest_key : 0, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, start->id.bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)(scan->limit - scan->list->count));
    if (scan->filter != STORE_ALL)
        sqlite3_bind_int(statement, 5, scan->filter == STORE_ACTIVE);
}

static enum store_status run(struct scan *scan, enum statement which, struct store_trouble *trouble)
{
    sqlite3_stmt *statement = connection_statement(scan->connection, which);
    if (statement == NULL)
        return connection_status(scan->connection,
                                 sqlite3_extended_errcode(scan->connection->handle), trouble);
    bind(scan, statement);
    int code = SQLITE_DONE;
    bool room = true;
    while (room && !scan->at_end && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        scan->at_end = !is_before(statement, scan->end, scan->backward);
        room = scan->at_end || append_row(statement, scan->organization->id, scan->list);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (!room)
        return STORE_NO_MEMORY;
    return code == SQLITE_DONE || code == SQLITE_ROW
               ? STORE_OK
               : connection_status(scan->connection, code, trouble);
}

enum store_status store_read_scan(struct store_reader *reader,
                                  const struct store_organization *organization,
                                  const struct store_range *range, bool backward, int limit,
                                  struct integration_list *list, struct store_trouble *trouble)
{
    static const enum statement statements[2][2][2] = {
        {{STATEMENT_TIES_FORWARD, STATEMENT_ROWS_FORWARD},
         {STATEMENT_TIES_BACKWARD, STATEMENT_ROWS_BACKWARD}},
        {{STATEMENT_ACTIVITY_TIES_FORWARD, STATEMENT_ACTIVITY_ROWS_FORWARD},
         {STATEMENT_ACTIVITY_TIES_BACKWARD, STATEMENT_ACTIVITY_ROWS_BACKWARD}},
    };
    const enum statement *pair = statements[range->filter != STORE_ALL][backward];
    const struct collation *collation = reader->readers->collation;
    BOUND_AUTO start = {0};
    BOUND_AUTO end = {0};
    if (!bound_make(&start, collation, backward ? range->before : range->after) ||
        !bound_make(&end, collation, backward ? range->after : range->before))
        return STORE_NO_MEMORY;
    struct scan scan = {&reader->connection,
                        organization,
                        range->filter,
                        backward,
                        list->count + (size_t)limit,
                        &start,
                        &end,
                        list,
                        false};
    enum store_status status = STORE_OK;
    if (start.given)
        status = run(&scan, pair[0], trouble);
    if (status == STORE_OK && !scan.at_end && list->count < scan.limit)
        status = run(&scan, pair[1], trouble);
    return status;
}
