// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/consumer_rows.h"

#include "plugin/store/sqlite/row.h"

enum { ORGANIZATIONS_PER_STEP = 1000 };

struct consumer_row {
    int64_t organization; /* Its key; 0: there is no such organization. */
    int64_t trail_length;
    int64_t position;
    bool is_leased; /* The members below count. */
    uint8_t lease[STORE_LEASE_SIZE];
    int64_t lease_until;
};

/* ---- A row ---- */

static enum store_status take_row(sqlite3_stmt *found, struct consumer_row *ret_row,
                                  struct store_detail *detail)
{
    struct consumer_row row = {
        .organization = sqlite3_column_int64(found, 0),
        .trail_length = sqlite3_column_int64(found, 1),
        .position = sqlite3_column_int64(found, 2),
        .lease_until = sqlite3_column_int64(found, 4),
    };
    const void *lease = sqlite3_column_blob(found, 3);
    row.is_leased = lease != NULL && sqlite3_column_bytes(found, 3) == STORE_LEASE_SIZE;
    if (row.is_leased)
        memcpy(row.lease, lease, STORE_LEASE_SIZE);
    if (row.position < 0 || row.trail_length < 0)
        return row_damage(detail, "a consumer has the position", row.position);
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

/* Without a lease, or with that of `lease`. */
static enum store_status put(struct connection *connection, const struct consumer_row *row,
                             const struct store_lease *lease, int64_t now,
                             struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_CONSUMER);
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, row->organization);
    bind_text(statement, 2, lease->consumer);
    sqlite3_bind_int64(statement, 3, row->position);
    if (lease->milliseconds > 0)
        sqlite3_bind_blob(statement, 4, lease->token, STORE_LEASE_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 5, lease->milliseconds > 0 ? now + lease->milliseconds : 0);
    const int code = statement_run(statement);
    return code == SQLITE_OK ? STORE_OK : connection_status(connection, code, detail);
}

/* ---- Claiming ---- */

enum store_status consumer_claim(struct connection *connection, struct store_mutation *mutation,
                                 int64_t now)
{
    struct consumer_row row;
    enum store_status status = find(connection, mutation, &row, &mutation->detail);
    if (status != STORE_OK)
        return status;
    if (row.trail_length <= row.position)
        return STORE_NOT_FOUND;
    if (row.is_leased && consumer_lease_holds(row.lease_until, now)) {
        mutation->lease->milliseconds = row.lease_until - now;
        return STORE_CONFLICT;
    }
    status = put(connection, &row, mutation->lease, now, &mutation->detail);
    mutation->lease->position = row.position;
    mutation->lease->is_behind = true;
    return status;
}

enum store_status consumer_acknowledge(struct connection *connection,
                                       struct store_mutation *mutation, int64_t now)
{
    struct consumer_row row;
    struct store_lease *lease = mutation->lease;
    enum store_status status = find(connection, mutation, &row, &mutation->detail);
    if (status != STORE_OK)
        return status;
    if (!row.is_leased || memcmp(row.lease, lease->token, STORE_LEASE_SIZE) != 0)
        return STORE_CONFLICT;
    if (lease->position > row.position)
        row.position = lease->position < row.trail_length ? lease->position : row.trail_length;
    status = put(connection, &row, lease, now, &mutation->detail);
    lease->position = row.position;
    lease->is_behind = row.position < row.trail_length;
    return status;
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
