// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/probe.h"

#include "plugin/store/postgres/batch.h"

/* A row of the tag 0, whose old ones it removes. */
static void add_probe(struct trip *trip, const struct database *database)
{
    const int64_t now = database->unix_milliseconds(database->user);
    const struct identifier key = batch_key(database), old = batch_key_at(now - BATCH_KEPT_MS);
    batch_add(trip, QUERY_ADD_BATCH, 0, &key);
    batch_add(trip, QUERY_FORGET_BATCHES, 0, &old);
}

bool probe_run(struct database *database, struct session *session, bool writes)
{
    TRIP_AUTO trip = {.session = session};
    const int limit = database->options.statement_timeout_ms;
    trip_add(&trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(&trip, limit);
    const int settings = trip.count;
    trip_add(&trip, QUERY_GET_SETTINGS, NULL);
    if (writes)
        add_probe(&trip, database);
    batch_commit(&trip);
    const enum trip_end end = trip_run(&trip, limit + BATCH_GRACE_MS);
    if (writes)
        database_note_write(database, database_status(&trip, end), &trip.detail);
    const bool fits = end == TRIP_DONE && batch_is_committed(&trip) &&
                      database_judge(database, trip.results[settings]) == SETTINGS_AGREE;
    session_rest(session);
    return fits;
}
