// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/sweep_trails.h"

#include <jansson.h>

#include "plugin/store/trail_checkpoint.h"
#include "vault/json_reader.h"
#include "vault/timestamp.h"

enum { TRAILS_PER_STEP = 10, EVENTS_PER_STEP = 100 };

/* ---- When an event was ---- */

enum { SEQUENCE, HASH, BODY };

/* False: it does not say. An erased one is as old as can be. */
static bool time_of(const PGresult *events, int row, int64_t *ret_time)
{
    json_t *body = NULL;
    const struct text text = wire_column(events, row, BODY);
    *ret_time = 0;
    if (text.data == NULL)
        return true;
    const struct vault_bytes bytes = {text.data, text.size};
    const bool is_json = vault_json_read(bytes, VAULT_JSON_STRICT, &body, NULL) == VAULT_JSON_OK;
    const json_t *time = is_json ? json_object_get(body, "time") : NULL;
    const bool says = json_is_string(time) &&
                      vault_timestamp_parse(json_string_value(time), json_string_length(time),
                                            ret_time);
    json_decref(body);
    return says;
}

/* ---- A trail ---- */

struct shortening {
    const struct sweep_turn *turn;
    int32_t tag;
    struct text id;
    const PGresult *events; /* The first ones, one more than a step removes. */
    int removed;            /* How many of them go. */
};

static void give_organization(const struct shortening *shortening, struct wire_parameters *given)
{
    wire_give_integer(given, shortening->tag);
    wire_give_text(given, shortening->id);
}

static bool is_old(const struct shortening *shortening, int row)
{
    const struct sweep_turn *turn = shortening->turn;
    int64_t time;
    return row < pq.PQntuples(shortening->events) && time_of(shortening->events, row, &time) &&
           time < turn->now - turn->database->retention.trail_milliseconds;
}

static void add_removal(const struct shortening *shortening, struct trip *trip)
{
    const int last = shortening->removed - 1;
    const int64_t sequence = wire_column_number(shortening->events, last, SEQUENCE);
    struct wire_parameters checkpoint = {0}, removed = {0};
    give_organization(shortening, &checkpoint);
    wire_give_bigint(&checkpoint, sequence);
    wire_give_text(&checkpoint, wire_column(shortening->events, last, HASH));
    wire_give_bigint(&checkpoint, shortening->turn->now);
    trip_add(trip, QUERY_PUT_CHECKPOINT, &checkpoint);
    give_organization(shortening, &removed);
    wire_give_bigint(&removed, sequence);
    trip_add(trip, QUERY_REMOVE_EVENTS, &removed);
}

/* When the first one was that is left. */
static void add_begin(const struct shortening *shortening, struct trip *trip)
{
    int64_t time;
    struct wire_parameters given = {0};
    const bool is_left = shortening->removed < pq.PQntuples(shortening->events);
    give_organization(shortening, &given);
    if (is_left && time_of(shortening->events, shortening->removed, &time))
        wire_give_bigint(&given, time);
    else
        wire_give(&given, NULL, 0);
    trip_add(trip, QUERY_PUT_TRAIL_BEGIN, &given);
}

static enum trip_end remove_old(struct shortening *shortening, enum store_status *ret_status)
{
    TRIP_AUTO trip = {.session = shortening->turn->session};
    while (shortening->removed < EVENTS_PER_STEP && is_old(shortening, shortening->removed))
        shortening->removed++;
    if (shortening->removed > 0)
        add_removal(shortening, &trip);
    add_begin(shortening, &trip);
    trip_add(&trip, QUERY_COMMIT, NULL);
    return sweep_trip(shortening->turn, &trip, ret_status);
}

/* The organization is locked before its events are read: another gateway may remove them, too. */
static enum trip_end shorten(struct shortening *shortening, enum store_status *ret_status)
{
    TRIP_AUTO trip = {.session = shortening->turn->session};
    struct wire_parameters locked = {0}, events = {0};
    trip_add(&trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(&trip, shortening->turn->limit);
    give_organization(shortening, &locked);
    trip_add(&trip, QUERY_LOCK_TRAIL, &locked);
    give_organization(shortening, &events);
    wire_give_bigint(&events, EVENTS_PER_STEP + 1);
    const int place = trip.count;
    trip_add(&trip, QUERY_GET_FIRST_EVENTS, &events);
    enum trip_end end = sweep_trip(shortening->turn, &trip, ret_status);
    if (end == TRIP_DONE) {
        shortening->events = trip.results[place];
        end = remove_old(shortening, ret_status);
    }
    session_rest(shortening->turn->session);
    return end;
}

static enum trip_end find(const struct sweep_turn *turn, struct trip *trip, int *ret_place,
                          enum store_status *ret_status)
{
    struct wire_parameters given = {0};
    trip_add(trip, QUERY_BEGIN_SNAPSHOT, NULL);
    trip_add_time_limit(trip, turn->limit);
    *ret_place = trip->count;
    wire_give_bigint(&given, turn->now - turn->database->retention.trail_milliseconds);
    wire_give_bigint(&given, TRAILS_PER_STEP);
    trip_add(trip, QUERY_FIND_OLD_TRAILS, &given);
    trip_add(trip, QUERY_COMMIT, NULL);
    const enum trip_end end = sweep_trip(turn, trip, ret_status);
    session_rest(turn->session);
    return end;
}

enum trip_end sweep_trails(const struct sweep_turn *turn, int *ret_count,
                           enum store_status *ret_status)
{
    TRIP_AUTO trip = {.session = turn->session};
    int place;
    enum trip_end end = find(turn, &trip, &place, ret_status);
    const PGresult *found = end == TRIP_DONE ? trip.results[place] : NULL;
    *ret_count = pq.PQntuples(found);
    for (int i = 0; i < *ret_count && end == TRIP_DONE; i++) {
        struct shortening shortening = {
            .turn = turn,
            .tag = (int32_t)wire_column_number(found, i, 0),
            .id = wire_column(found, i, 1),
        };
        end = shorten(&shortening, ret_status);
    }
    return end;
}
