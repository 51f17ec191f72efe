// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/scan.h"

#include "plugin/store/sqlite/row.h"

/* A position as it stands in the index. */
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

enum { ID_COLUMN = 0, SORT_KEY_COLUMN = 5, AGREES_COLUMN = 6 };

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

struct scan {
    struct connection *connection;
    int64_t organization;
    const struct store_range *range;
    const struct bound *start, *end; /* In the direction of the scan. */
    struct integration_list *list;
    size_t limit; /* Of the list. */
    bool at_end;
    struct store_detail *detail;
};

static void bind_start(sqlite3_stmt *statement, const struct bound *start)
{
    if (!start->given)
        return;
    sqlite3_bind_blob(statement, 2, start->key.data, (int)start->key.size, SQLITE_STATIC);
    bind_identifier(statement, 3, &start->id);
}

static enum store_status append_row(const struct scan *scan, sqlite3_stmt *row)
{
    struct integration found;
    enum store_status status = row_integration(row, &found, scan->detail);
    if (status == STORE_OK)
        status = row_agrees(row, AGREES_COLUMN, scan->detail);
    if (status != STORE_OK)
        return status;
    found.organization_id = scan->range->organization_id;
    return integration_list_append(scan->list, &found) ? STORE_OK : STORE_NO_MEMORY;
}

static enum store_status run(struct scan *scan, enum statement which)
{
    sqlite3_stmt *statement = connection_statement(scan->connection, which);
    if (statement == NULL)
        return connection_failure(scan->connection, scan->detail);
    sqlite3_bind_int64(statement, 1, scan->organization);
    bind_start(statement, scan->start);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)(scan->limit - scan->list->count));
    if (scan->range->filter != STORE_ALL)
        sqlite3_bind_int(statement, 5, scan->range->filter == STORE_ACTIVE);
    int code = SQLITE_DONE;
    enum store_status status = STORE_OK;
    while (status == STORE_OK && !scan->at_end && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        scan->at_end = !is_before(statement, scan->end, scan->range->backward);
        if (!scan->at_end)
            status = append_row(scan, statement);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (status != STORE_OK)
        return status;
    return code == SQLITE_DONE || code == SQLITE_ROW
               ? STORE_OK
               : connection_status(scan->connection, code, scan->detail);
}

/*
 * A page that begins at a position is two ranges of one index: the rows whose titles sort as the
 * position's, then the others. Without a position no bound is given: no value sorts after every
 * sort key.
 */
static const struct {
    enum statement all, ties, rows;
} statements[2][2] = {
    {{STATEMENT_ALL_FORWARD, STATEMENT_TIES_FORWARD, STATEMENT_ROWS_FORWARD},
     {STATEMENT_ALL_BACKWARD, STATEMENT_TIES_BACKWARD, STATEMENT_ROWS_BACKWARD}},
    {{STATEMENT_ACTIVITY_ALL_FORWARD, STATEMENT_ACTIVITY_TIES_FORWARD,
      STATEMENT_ACTIVITY_ROWS_FORWARD},
     {STATEMENT_ACTIVITY_ALL_BACKWARD, STATEMENT_ACTIVITY_TIES_BACKWARD,
      STATEMENT_ACTIVITY_ROWS_BACKWARD}},
};

enum store_status scan_rows(struct connection *connection, const struct collation *collation,
                            int64_t organization, const struct store_range *range, int limit,
                            struct integration_list *list, struct store_detail *detail)
{
    BOUND_AUTO start = {0};
    BOUND_AUTO end = {0};
    if (!bound_make(&start, collation, range->backward ? range->before : range->after) ||
        !bound_make(&end, collation, range->backward ? range->after : range->before))
        return STORE_NO_MEMORY;
    struct scan scan = {
        .connection = connection,
        .organization = organization,
        .range = range,
        .start = &start,
        .end = &end,
        .list = list,
        .limit = list->count + (size_t)limit,
        .detail = detail,
    };
    const bool filtered = range->filter != STORE_ALL;
    if (!start.given)
        return run(&scan, statements[filtered][range->backward].all);
    enum store_status status = run(&scan, statements[filtered][range->backward].ties);
    if (status == STORE_OK && !scan.at_end && list->count < scan.limit)
        status = run(&scan, statements[filtered][range->backward].rows);
    return status;
}
