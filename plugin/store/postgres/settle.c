// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/settle.h"

#include "plugin/store/postgres/batch.h"

/*
 * The row of the batch is inserted as void: that waits for the old transaction, if it is still
 * under way, and keeps it from being committed if it is not. If the row is there already, it says
 * how it ended. The other row makes this a commit that is durable after that one.
 */
enum write_end settle_run(struct write *write, struct database *database, struct session *session,
                          const struct work *work)
{
    TRIP_AUTO trip = {.session = session};
    const struct identifier other = batch_key(database);
    const int limit = batch_time_limit(database, work->mutations);
    trip_add(&trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(&trip, limit);
    batch_add(&trip, QUERY_VOID_BATCH, work->tag, &write->key);
    const int place = trip.count;
    batch_add(&trip, QUERY_GET_BATCH, work->tag, &write->key);
    batch_add(&trip, QUERY_ADD_BATCH, work->tag, &other);
    batch_commit(&trip);
    if (trip_run(&trip, limit + BATCH_GRACE_MS) != TRIP_DONE || !batch_is_committed(&trip) ||
        pq.PQntuples(trip.results[place]) != 1) {
        session_rest(session);
        return WRITE_DOUBTED;
    }
    write->is_doubted = false;
    return wire_column_boolean(trip.results[place], 0, 0) ? WRITE_AGAIN : WRITE_DONE;
}

struct store_mutation *settle_give_up(struct write *write, struct work *work, uint64_t since)
{
    struct store_mutation *ended = NULL, **last = &ended, **place = &work->mutations;
    while (*place != NULL) {
        struct store_mutation *m = *place;
        if (!deadline_passed(m->deadline) && (m->deadline.at != 0 || m->waits_since > since)) {
            place = &m->next;
            continue;
        }
        m->status = m->status == STORE_OK ? STORE_UNKNOWN : STORE_UNREACHABLE;
        m->detail = write->detail;
        *place = m->next;
        m->next = NULL;
        *last = m;
        last = &m->next;
    }
    return ended;
}
