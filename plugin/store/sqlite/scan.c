// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/scan.h"

#include "plugin/store/sqlite/row.h"
#include "plugin/store/sqlite/row_order.h"

/* A position as it stands in the index. */
struct bound {
    const struct store_position *position; /* NULL: none. */
    struct sort_key key;
    struct row_place place;
    bool met; /* A row stands there. */
};

static void bound_finish(struct bound *bound)
{
    if (bound->position != NULL)
        sort_key_finish(&bound->key);
}

#define BOUND_AUTO __attribute__((cleanup(bound_finish))) struct bound

static bool bound_make(struct bound *bound, const struct collation *collation,
                       const struct store_position *position)
{
    if (position == NULL)
        return true;
    if (!sort_key_make(collation, position->title, &bound->key))
        return false;
    bound->position = position;
    bound->place = (struct row_place){bound->key.data, bound->key.size, position->id};
    return true;
}

enum { ID_COLUMN = 0, SORT_KEY_COLUMN = 5, AGREES_COLUMN = 6 };

struct scan {
    struct connection *connection;
    const struct organization_row *organization;
    const struct store_range *range;
    struct bound *start, *end; /* In the direction of the scan. */
    struct row_order *order;
    struct integration_list *list;
    size_t limit; /* Of the list. */
    bool at_end;
    struct store_detail *detail;
};

static void bind_range(const struct scan *scan, sqlite3_stmt *statement, size_t limit)
{
    sqlite3_bind_int64(statement, 1, scan->organization->key);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)limit);
    if (scan->range->filter != STORE_ALL)
        sqlite3_bind_int(statement, 5, scan->range->filter == STORE_ACTIVE);
}

static void bind_start(sqlite3_stmt *statement, const struct bound *start)
{
    if (start->position == NULL)
        return;
    sqlite3_bind_blob(statement, 2, start->place.key, (int)start->place.size, SQLITE_STATIC);
    bind_identifier(statement, 3, &start->place.id);
}

static void finish(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static struct row_place place_of(sqlite3_stmt *row)
{
    const void *key = sqlite3_column_blob(row, SORT_KEY_COLUMN);
    return (struct row_place){key, (size_t)sqlite3_column_bytes(row, SORT_KEY_COLUMN),
                              column_identifier(row, ID_COLUMN)};
}

/* Whether the row lies behind the scan's end, or at it. */
static bool is_behind(const struct scan *scan, const struct row_place *place)
{
    if (scan->end->position == NULL)
        return false;
    const int order = row_place_compare(place, &scan->end->place);
    scan->end->met = order == 0;
    return scan->range->backward ? order <= 0 : order >= 0;
}

static enum store_status append_row(const struct scan *scan, sqlite3_stmt *row)
{
    struct integration found;
    const enum store_status status = row_integration(row, &found, scan->detail);
    if (status != STORE_OK)
        return status;
    found.organization_id = scan->range->organization_id;
    return integration_list_append(scan->list, &found) ? STORE_OK : STORE_NO_MEMORY;
}

static enum store_status take_row(struct scan *scan, sqlite3_stmt *row)
{
    const struct row_place place = place_of(row);
    enum store_status status = row_agrees(row, AGREES_COLUMN, scan->detail);
    if (status != STORE_OK)
        return status;
    if (scan->start->position != NULL && !scan->start->met &&
        row_place_compare(&place, &scan->start->place) == 0) {
        scan->start->met = true;
        return STORE_OK;
    }
    status = row_order_take(scan->order, &place, scan->detail);
    if (status != STORE_OK)
        return status;
    scan->at_end = is_behind(scan, &place);
    return scan->at_end ? STORE_OK : append_row(scan, row);
}

static bool is_full(const struct scan *scan)
{
    return scan->list->count == scan->limit;
}

/* The limit is one more than the list has room for, because of a row at the position itself. */
static enum store_status run(struct scan *scan, enum statement which)
{
    sqlite3_stmt *statement = connection_statement(scan->connection, which);
    if (statement == NULL)
        return connection_failure(scan->connection, scan->detail);
    bind_range(scan, statement, scan->limit - scan->list->count + 1);
    bind_start(statement, scan->start);
    int code = SQLITE_DONE;
    enum store_status status = STORE_OK;
    while (status == STORE_OK && !scan->at_end && !is_full(scan) &&
           (code = sqlite3_step(statement)) == SQLITE_ROW)
        status = take_row(scan, statement);
    finish(statement);
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

static enum store_status run_all(struct scan *scan)
{
    const bool filtered = scan->range->filter != STORE_ALL, backward = scan->range->backward;
    if (scan->start->position == NULL)
        return run(scan, statements[filtered][backward].all);
    enum store_status status = row_order_take(scan->order, &scan->start->place, scan->detail);
    if (status == STORE_OK)
        status = run(scan, statements[filtered][backward].ties);
    if (status == STORE_OK && !scan->at_end && !is_full(scan))
        status = run(scan, statements[filtered][backward].rows);
    return status;
}

/*
 * There need not be a row at a bound. But if it is there by its ID, and the scan has not met it,
 * then the scan was led to a wrong page of the index.
 */
static enum store_status check_bound(const struct scan *scan, const struct bound *bound)
{
    struct integration found;
    if (bound->position == NULL || bound->met)
        return STORE_OK;
    const enum store_status status = query_integration(scan->connection, &bound->position->id,
                                                       &found, scan->detail);
    if (status != STORE_OK)
        return status == STORE_NOT_FOUND ? STORE_OK : status;
    const enum store_filter filter = scan->range->filter;
    const bool belongs = text_equal(found.organization_id, scan->range->organization_id) &&
                         text_equal(found.title, bound->position->title) &&
                         (filter == STORE_ALL || found.is_active == (filter == STORE_ACTIVE));
    return belongs
               ? row_damage(scan->detail, "a title index lacks a row of the version", found.version)
               : STORE_OK;
}

/* A list without bounds has all rows that the organization counts, up to the limit. */
static enum store_status check_count(const struct scan *scan, size_t limit, bool is_whole)
{
    const struct store_counts *counts = &scan->organization->counts;
    const enum store_filter filter = scan->range->filter;
    const int64_t counted = (filter == STORE_INACTIVE ? 0 : counts->active) +
                            (filter == STORE_ACTIVE ? 0 : counts->inactive);
    const int64_t found = (int64_t)(scan->list->count - (scan->limit - limit));
    if (found <= counted && (found == counted || is_full(scan) || !is_whole))
        return STORE_OK;
    return row_damage(scan->detail, "a list has more or fewer rows than are counted:", found);
}

/* Where the rows end, the first row from the other side lies: not behind the last. */
static enum store_status check_end(const struct scan *scan)
{
    const bool filtered = scan->range->filter != STORE_ALL;
    sqlite3_stmt *statement =
        connection_statement(scan->connection, statements[filtered][!scan->range->backward].all);
    if (statement == NULL)
        return connection_failure(scan->connection, scan->detail);
    bind_range(scan, statement, 1);
    enum store_status status = STORE_OK;
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const struct row_place place = place_of(statement);
        if (row_order_is_next(scan->order, &place))
            status = row_damage(scan->detail, "a title index ends before its last row, after",
                                (sqlite3_int64)scan->list->count);
    }
    finish(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? status
               : connection_status(scan->connection, code, scan->detail);
}

/* Whether the end does not lie behind the start. */
static bool is_empty(const struct scan *scan)
{
    if (scan->start->position == NULL || scan->end->position == NULL)
        return false;
    const int order = row_place_compare(&scan->start->place, &scan->end->place);
    return scan->range->backward ? order <= 0 : order >= 0;
}

static enum store_status check(const struct scan *scan, size_t limit)
{
    const bool is_whole = scan->start->position == NULL && scan->end->position == NULL;
    enum store_status status = check_count(scan, limit, is_whole);
    if (status == STORE_OK)
        status = check_bound(scan, scan->start);
    if (status == STORE_OK && !is_full(scan) && !is_empty(scan))
        status = check_bound(scan, scan->end);
    if (status == STORE_OK && !is_full(scan) && !scan->at_end && !is_whole)
        status = check_end(scan);
    return status;
}

enum store_status scan_rows(struct connection *connection, const struct collation *collation,
                            const struct organization_row *organization,
                            const struct store_range *range, int limit,
                            struct integration_list *list, struct store_detail *detail)
{
    BOUND_AUTO start = {0};
    BOUND_AUTO end = {0};
    ROW_ORDER_AUTO order = {.backward = range->backward};
    if (!bound_make(&start, collation, range->backward ? range->before : range->after) ||
        !bound_make(&end, collation, range->backward ? range->after : range->before))
        return STORE_NO_MEMORY;
    struct scan scan = {
        .connection = connection,
        .organization = organization,
        .range = range,
        .start = &start,
        .end = &end,
        .order = &order,
        .list = list,
        .limit = list->count + (size_t)limit,
        .detail = detail,
    };
    const enum store_status status = run_all(&scan);
    return status == STORE_OK ? check(&scan, (size_t)limit) : status;
}
