// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/consumer_rows.h"

#include "plugin/store/sqlite/row.h"

enum { ORGANIZATIONS_PER_STEP = 1000 };

struct consumer_row {
    int64_t organization; /* Its key; 0: there is no such organization. */
    struct consumer_place place;
};

/* ---- A row ---- */

static enum store_status take_row(sqlite3_stmt *found, struct consumer_row *ret_row,
                                  struct store_detail *detail)
{
    struct consumer_row row = {
        .organization = sqlite3_column_int64(found, 0),
        .place = {.trail_length = sqlite3_column_int64(found, 1),
                  .position = sqlite3_column_int64(found, 2),
                  .lease_until = sqlite3_column_int64(found, 4)},
    };
    struct consumer_place *place = &row.place;
    const void *lease = sqlite3_column_blob(found, 3);
    place->is_leased = lease != NULL && sqlite3_column_bytes(found, 3) == STORE_LEASE_SIZE;
    if (place->is_leased)
        memcpy(place->lease, lease, STORE_LEASE_SIZE);
    if (place->position < 0 || place->trail_length < 0)
        return row_damage(detail, "a consumer has the position", place->position);
    *ret_row = row;
    return STORE_OK;
}

static enum store_status find(struct connection *connection, const struct store_mutation *mutation,
                              struct consumer_row *ret_row, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_CONSUMER);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_text(statement, 1, mutation->organization_id);
    bind_text(statement, 2, mutation->lease->consumer);
    const int code = sqlite3_step(statement);
    enum store_status status = STORE_OK;
    *ret_row = (struct consumer_row){0};
    if (code == SQLITE_ROW)
        status = take_row(statement, ret_row, detail);
    else if (code != SQLITE_DONE)
        status = connection_status(connection, code, detail);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static enum store_status put(struct connection *connection, const struct consumer_row *row,
                             struct text consumer, struct store_detail *detail)
{
    const struct consumer_place *place = &row->place;
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_CONSUMER);
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, row->organization);
    bind_text(statement, 2, consumer);
    sqlite3_bind_int64(statement, 3, place->position);
    if (place->is_leased)
        sqlite3_bind_blob(statement, 4, place->lease, STORE_LEASE_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 5, place->lease_until);
    const int code = statement_run(statement);
    return code == SQLITE_OK ? STORE_OK : connection_status(connection, code, detail);
}

/* ---- Claiming ---- */

typedef enum store_status place_fn(struct consumer_place *place, struct store_lease *lease,
                                   int64_t now);

static enum store_status change(struct connection *connection, struct store_mutation *mutation,
                                place_fn *function, int64_t now)
{
    struct consumer_row row;
    enum store_status status = find(connection, mutation, &row, &mutation->detail);
    if (status == STORE_OK)
        status = function(&row.place, mutation->lease, now);
    return status == STORE_OK ? put(connection, &row, mutation->lease->consumer, &mutation->detail)
                              : status;
}

enum store_status consumer_claim(struct connection *connection, struct store_mutation *mutation,
                                 int64_t now)
{
    return change(connection, mutation, consumer_place_claim, now);
}

enum store_status consumer_acknowledge(struct connection *connection,
                                       struct store_mutation *mutation, int64_t now)
{
    return change(connection, mutation, consumer_place_acknowledge, now);
}

/* ---- Surveying ---- */

static enum store_status take_organization(struct store_survey *survey, sqlite3_stmt *row)
{
    survey->place = sqlite3_column_int64(row, 0);
    const bool is_behind = sqlite3_column_int(row, 2) != 0;
    return !is_behind || survey->found(survey->user, column_text(row, 1), 0) ? STORE_OK
                                                                             : STORE_NO_MEMORY;
}

enum store_status consumer_survey(struct connection *connection, struct store_survey *survey,
                                  struct store_detail *detail)
{
    sqlite3_stmt *rows = connection_statement(connection, STATEMENT_SURVEY_ORGANIZATIONS);
    if (rows == NULL)
        return connection_failure(connection, detail);
    bind_text(rows, 1, survey->consumer);
    sqlite3_bind_int64(rows, 2, survey->place);
    sqlite3_bind_int(rows, 3, ORGANIZATIONS_PER_STEP);
    int code, count = 0;
    enum store_status status = STORE_OK;
    while (status == STORE_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        status = take_organization(survey, rows);
        count++;
    }
    if (status == STORE_OK && code != SQLITE_DONE)
        status = connection_status(connection, code, detail);
    sqlite3_reset(rows);
    sqlite3_clear_bindings(rows);
    if (status == STORE_OK && count < ORGANIZATIONS_PER_STEP)
        survey->place = SURVEY_END;
    return status;
}
