// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/write.h"

#include "plugin/store/postgres/batch.h"

enum { FORGET_EVERY = 64 };

/* ---- The first trip ---- */

static bool changes_row(const struct store_mutation *mutation)
{
    return mutation->kind == STORE_UPDATE || mutation->kind == STORE_DELETE;
}

static void add_locks(struct trip *trip, const struct work *work, struct wire_array *ids,
                      struct wire_array *created, struct wire_array *organizations)
{
    struct wire_parameters rows = {0}, new = {0}, owners = {0};
    wire_give_integer(&rows, (int32_t)work->tag);
    wire_give_array(&rows, ids);
    trip_add(trip, QUERY_LOCK_INTEGRATIONS, &rows);
    wire_give_integer(&new, (int32_t)work->tag);
    wire_give_array(&new, created);
    if (created->count > 0)
        trip_add(trip, QUERY_ADD_ORGANIZATIONS, &new);
    wire_give_integer(&owners, (int32_t)work->tag);
    wire_give_array(&owners, organizations);
    wire_give_array(&owners, ids);
    trip_add(trip, QUERY_LOCK_ORGANIZATIONS, &owners);
}

/* Where the results are in the trip; 0: there are none. */
struct places {
    int organizations, keys, consumers;
};

/*
 * Rows first, in the order of their IDs, then organizations: two batches never wait in a circle.
 * Then what belongs to organizations.
 */
static struct places add_reads(struct trip *trip, const struct work *work)
{
    struct places places = {0};
    WIRE_ARRAY_AUTO ids;
    WIRE_ARRAY_AUTO created;
    WIRE_ARRAY_AUTO organizations;
    wire_array_init(&ids, WIRE_BYTEA);
    wire_array_init(&created, WIRE_BYTEA);
    wire_array_init(&organizations, WIRE_BYTEA);
    for (const struct store_mutation *m = work->mutations; m != NULL; m = m->next) {
        const struct text id = m->organization_id;
        if (changes_row(m))
            wire_array_add(&ids, m->id.bytes, IDENTIFIER_SIZE);
        else
            wire_array_add(&organizations, id.data, id.size);
        if (m->kind == STORE_CREATE)
            wire_array_add(&created, id.data, id.size);
    }
    add_locks(trip, work, &ids, &created, &organizations);
    places.organizations = trip->count - 1;
    if (outcome_keys_read(trip, work->tag, work->mutations))
        places.keys = trip->count - 1;
    if (outcome_consumers_read(trip, work->tag, work->mutations))
        places.consumers = trip->count - 1;
    return places;
}

enum { SETTINGS_RESULT = 2, INTEGRATIONS_RESULT = 3 };

static enum trip_end read_rows(struct database *database, struct trip *trip,
                               const struct work *work, struct outcome_found *ret_found)
{
    const int limit = batch_time_limit(database, work->mutations);
    trip_add(trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(trip, limit);
    trip_add(trip, QUERY_GET_SETTINGS, NULL);
    const struct places places = add_reads(trip, work);
    const enum trip_end end = trip_run(trip, limit + BATCH_GRACE_MS);
    if (end != TRIP_DONE)
        return end;
    PGresult *const *results = trip->results;
    *ret_found = (struct outcome_found){
        .integrations = results[INTEGRATIONS_RESULT],
        .organizations = results[places.organizations],
        .keys = places.keys == 0 ? NULL : results[places.keys],
        .consumers = places.consumers == 0 ? NULL : results[places.consumers],
    };
    return TRIP_DONE;
}

/* ---- Ends ---- */

static enum write_end fail_all(struct database *database, const struct work *work,
                               enum store_status status, const struct store_detail *detail)
{
    for (struct store_mutation *m = work->mutations; m != NULL; m = m->next) {
        m->status = database_status_by(status, m->deadline);
        m->detail = *detail;
    }
    database_note_write(database, status, detail);
    return WRITE_DONE;
}

/* Serialization, a deadlock, an ID that another gateway has made at the same time. */
static bool may_succeed_later(const struct trip *trip, enum trip_end end)
{
    return end == TRIP_LOST || strcmp(trip->sqlstate, "40001") == 0 ||
           strcmp(trip->sqlstate, "40P01") == 0 || strcmp(trip->sqlstate, "23505") == 0;
}

static enum write_end end_refused(struct write *write, struct database *database,
                                  const struct work *work, const struct trip *trip,
                                  enum trip_end end)
{
    write->status = end == TRIP_LOST ? STORE_UNREACHABLE : STORE_BUSY;
    write->detail = trip->detail;
    session_rest(trip->session);
    return may_succeed_later(trip, end)
               ? WRITE_AGAIN
               : fail_all(database, work, database_status(trip, end), &trip->detail);
}

/* ---- The second trip ---- */

static enum write_end commit(struct write *write, struct database *database,
                             struct session *session, struct outcome *outcome,
                             const struct work *work)
{
    TRIP_AUTO trip = {.session = session};
    const struct identifier old = batch_key_at(outcome->unix_milliseconds - BATCH_KEPT_MS);
    const int limit = batch_time_limit(database, work->mutations);
    write->key = batch_key(database);
    batch_add(&trip, QUERY_ADD_BATCH, work->tag, &write->key);
    outcome_write(outcome, &trip);
    if (++write->count % FORGET_EVERY == 0)
        batch_add(&trip, QUERY_FORGET_BATCHES, work->tag, &old);
    batch_commit(&trip);
    const enum trip_end end = trip_run(&trip, limit + BATCH_GRACE_MS);
    if (end == TRIP_FAILED)
        return end_refused(write, database, work, &trip, end);
    if (end == TRIP_DONE && batch_is_committed(&trip)) {
        database_note_write(database, STORE_OK, NULL);
        return WRITE_DONE;
    }
    write->is_doubted = true;
    write->status = STORE_UNREACHABLE;
    write->detail = trip.detail;
    return WRITE_DOUBTED;
}

static enum write_end apply(struct write *write, struct database *database, struct session *session,
                            struct outcome *outcome, const struct work *work,
                            const struct outcome_found *found)
{
    struct store_detail detail = {""};
    enum store_status status = outcome_begin(outcome, database, work->tag, found, &detail);
    for (struct store_mutation *m = work->mutations; m != NULL && status == STORE_OK; m = m->next) {
        outcome_apply(outcome, m);
        if (m->status == STORE_NO_MEMORY || m->status == STORE_DAMAGED) {
            status = m->status;
            detail = m->detail;
        }
    }
    if (status == STORE_OK && outcome->changed)
        return commit(write, database, session, outcome, work);
    session_rest(session);
    return status == STORE_OK ? WRITE_DONE : fail_all(database, work, status, &detail);
}

static void forget_results(const struct work *work)
{
    for (struct store_mutation *m = work->mutations; m != NULL; m = m->next) {
        integration_copy_finish(&m->result);
        m->detail.text[0] = '\0';
    }
}

static enum write_end run(struct write *write, struct database *database, struct session *session,
                          struct outcome *outcome, const struct work *work)
{
    TRIP_AUTO rows = {.session = session};
    struct outcome_found found;
    const struct store_detail unfit = {"the database does not fit; the log has the cause"};
    const enum trip_end end = read_rows(database, &rows, work, &found);
    if (end != TRIP_DONE)
        return end_refused(write, database, work, &rows, end);
    if (database_judge(database, rows.results[SETTINGS_RESULT]) != SETTINGS_AGREE) {
        session_rest(session);
        return fail_all(database, work, STORE_STOPPED, &unfit);
    }
    const enum write_end how = apply(write, database, session, outcome, work, &found);
    outcome_finish(outcome);
    return how;
}

enum write_end write_run(struct write *write, struct database *database, struct session *session,
                         struct outcome *outcome, const struct work *work)
{
    forget_results(work);
    return run(write, database, session, outcome, work);
}
