// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/sweep.h"

#include "plugin/store/postgres/batch.h"
#include "plugin/store/postgres/outcome_keys.h"
#include "plugin/store/postgres/sweep_trails.h"

/* TAGS_PER_TRIP: each takes STATEMENTS_PER_TAG of a trip. */
enum { ROWS_PER_STEP = 100, STATEMENTS_PER_TAG = 4, TAGS_PER_TRIP = 7 };

/* Rows with a tag and so many columns that name them within it. */
struct kind {
    enum query find, erase;
    int columns;
};

enum { KINDS = 2 };

static const struct kind kinds[KINDS] = {
    {QUERY_FIND_OLD_DELETED, QUERY_ERASE_DELETED, 1},
    {QUERY_FIND_OLD_IDEMPOTENT_CREATES, QUERY_ERASE_IDEMPOTENT_CREATES, 2},
};

struct step {
    struct sweep_turn turn;
    int64_t before[KINDS]; /* What is older goes. Unix milliseconds. */
};

static enum trip_end run(const struct step *step, struct trip *trip, enum store_status *ret_status)
{
    const enum trip_end end = sweep_trip(&step->turn, trip, ret_status);
    session_rest(trip->session);
    return end;
}

/* ---- What is due ---- */

enum { SETTINGS_RESULT = 2, FOUND_RESULT = 3 };

static enum trip_end find(const struct step *step, struct trip *trip, enum store_status *ret_status)
{
    trip_add(trip, QUERY_BEGIN_SNAPSHOT, NULL);
    trip_add_time_limit(trip, step->turn.limit);
    trip_add(trip, QUERY_GET_SETTINGS, NULL);
    for (int i = 0; i < KINDS; i++) {
        struct wire_parameters given = {0};
        wire_give_bigint(&given, step->before[i]);
        wire_give_bigint(&given, ROWS_PER_STEP);
        trip_add(trip, kinds[i].find, &given);
    }
    trip_add(trip, QUERY_COMMIT, NULL);
    const enum trip_end end = run(step, trip, ret_status);
    if (end == TRIP_DONE &&
        database_judge(step->turn.database, trip->results[SETTINGS_RESULT]) == SETTINGS_UNFIT)
        *ret_status = STORE_STOPPED;
    return end;
}

/* ---- Erasing it ---- */

/* Takes the rows from `row` on that have its tag; returns where the next tag begins. */
static int take_tag(const struct kind *kind, const PGresult *found, int row,
                    struct wire_array columns[2])
{
    const int64_t tag = wire_column_number(found, row, 0);
    while (row < pq.PQntuples(found) && wire_column_number(found, row, 0) == tag) {
        for (int i = 0; i < kind->columns; i++) {
            const struct text name = wire_column(found, row, 1 + i);
            wire_array_add(&columns[i], name.data, name.size);
        }
        row++;
    }
    return row;
}

/* A transaction. */
static int erase_tag(const struct step *step, int which, const PGresult *found, int row,
                     struct trip *trip)
{
    struct wire_array columns[2];
    struct wire_parameters given = {0};
    wire_array_init(&columns[0], WIRE_BYTEA);
    wire_array_init(&columns[1], WIRE_BYTEA);
    wire_give_integer(&given, (int32_t)wire_column_number(found, row, 0));
    wire_give_bigint(&given, step->before[which]);
    const int next = take_tag(&kinds[which], found, row, columns);
    for (int i = 0; i < kinds[which].columns; i++)
        wire_give_array(&given, &columns[i]);
    trip_add(trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(trip, step->turn.limit);
    trip_add(trip, kinds[which].erase, &given);
    trip_add(trip, QUERY_COMMIT, NULL);
    wire_array_finish(&columns[0]);
    wire_array_finish(&columns[1]);
    return next;
}

static enum trip_end erase(const struct step *step, int which, const PGresult *found,
                           enum store_status *ret_status)
{
    enum trip_end end = TRIP_DONE;
    int row = 0;
    while (row < pq.PQntuples(found) && end == TRIP_DONE) {
        TRIP_AUTO trip = {.session = step->turn.session};
        for (int tags = 0; tags < TAGS_PER_TRIP && row < pq.PQntuples(found); tags++)
            row = erase_tag(step, which, found, row, &trip);
        end = run(step, &trip, ret_status);
    }
    return end;
}

static enum trip_end take_step(const struct step *step, enum store_status *ret_status)
{
    TRIP_AUTO found = {.session = step->turn.session};
    const struct store_retention *retention = &step->turn.database->retention;
    int count = 0;
    enum trip_end end = find(step, &found, ret_status);
    for (int i = 0; i < KINDS && end == TRIP_DONE && *ret_status == STORE_OK; i++) {
        count += pq.PQntuples(found.results[FOUND_RESULT + i]);
        end = erase(step, i, found.results[FOUND_RESULT + i], ret_status);
    }
    if (end == TRIP_DONE && *ret_status == STORE_OK && count == 0 &&
        retention->trail_milliseconds > 0)
        end = sweep_trails(&step->turn, &count, ret_status);
    if (*ret_status == STORE_OK && count == 0)
        *ret_status = STORE_NOT_FOUND;
    return end;
}

enum write_end sweep_run(struct write *write, struct database *database, struct session *session,
                         const struct work *work)
{
    const int64_t now = database->unix_milliseconds(database->user);
    enum trip_end end = TRIP_DONE;
    for (struct store_mutation *m = work->mutations; m != NULL && end != TRIP_LOST; m = m->next) {
        const struct step step = {
            .turn = {.database = database,
                     .session = session,
                     .limit = batch_time_limit(database, m),
                     .now = now,
                     .detail = &m->detail},
            .before = {now - database->retention.deleted_milliseconds,
                       now - OUTCOME_KEYS_KEPT_MS + 1},
        };
        end = take_step(&step, &m->status);
        write->status = m->status;
        write->detail = m->detail;
    }
    return end == TRIP_LOST ? WRITE_AGAIN : WRITE_DONE;
}
