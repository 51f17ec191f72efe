// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/reader.h"

#include "plugin/base/organization.h"
#include "plugin/store/postgres/suspension.h"
#include "plugin/store/postgres/tuple.h"

/* How much longer than the server the client waits. */
enum { GRACE_MS = 250 };

/* Where the results of the first trip are. */
enum { SETTINGS_RESULT = 2, AHEAD_RESULT = 3 };

/* Columns that say whether an organization is suspended. */
enum { SUSPENSION_OF_INTEGRATION = 6, SUSPENSION_OF_ORGANIZATION = 7 };

static struct postgres_reader *reader_of(struct store_reader *base)
{
    return (struct postgres_reader *)base;
}

static bool is_by_id(const struct store_read *read)
{
    return read->route.organization_id.data == NULL && read->route.id_count > 0;
}

/* ---- Beginning ---- */

static void ask_for(const struct identifier *ids, size_t count, struct wire_array *tags,
                    struct wire_array *keys)
{
    for (size_t i = 0; i < count; i++) {
        wire_array_add_integer(tags, (int32_t)identifier_tag(&ids[i]));
        wire_array_add(keys, ids[i].bytes, IDENTIFIER_SIZE);
    }
}

static void add_lookup(const struct postgres_reader *reader, struct trip *trip,
                       struct wire_array *tags, struct wire_array *keys)
{
    struct wire_parameters given = {0};
    wire_give_array(&given, tags);
    wire_give_array(&given, keys);
    trip_add(trip,
             reader->database->rejects_suspended_reads ? QUERY_GET_INTEGRATIONS_AND_SUSPENSIONS
                                                       : QUERY_GET_INTEGRATIONS,
             &given);
}

static void look_up_ahead(struct postgres_reader *reader, const struct store_read *reads)
{
    struct trip *trip = &reader->ahead;
    WIRE_ARRAY_AUTO tags;
    WIRE_ARRAY_AUTO keys;
    wire_array_init(&tags, WIRE_INTEGER);
    wire_array_init(&keys, WIRE_BYTEA);
    for (const struct store_read *read = reads; read != NULL; read = read->next)
        ask_for(read->route.ids, read->route.id_count, &tags, &keys);
    add_lookup(reader, trip, &tags, &keys);
    trip_add(trip, QUERY_COMMIT, NULL);
}

static void add_organization(struct trip *trip, struct text organization_id)
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)organization_tag(organization_id));
    wire_give_text(&given, organization_id);
    trip_add(trip, QUERY_GET_ORGANIZATION, &given);
}

/* Until the most patient call gives up. */
static int time_limit(const struct postgres_options *options, const struct store_read *reads)
{
    uint64_t until = 1; /* Long past. */
    for (const struct store_read *read = reads; read != NULL; read = read->next)
        until = deadline_later(until, read->deadline.at);
    return postgres_time_limit(options, until);
}

static void add_begin(struct postgres_reader *reader, struct trip *trip)
{
    trip_add(trip, QUERY_BEGIN_SNAPSHOT, NULL);
    trip_add_time_limit(trip, reader->time_limit_ms);
    trip_add(trip, QUERY_GET_SETTINGS, NULL);
}

static enum trip_end run(struct postgres_reader *reader, struct trip *trip)
{
    return trip_run(trip, reader->time_limit_ms + GRACE_MS);
}

enum trip_end reader_begin(struct postgres_reader *reader, struct database *database,
                           struct session *session, const struct store_read *reads,
                           enum store_status *ret_status, struct store_detail *detail)
{
    *reader = (struct postgres_reader){
        .base = {.engine = database->engine, .secret = database->terms.secret},
        .database = database,
        .session = session,
        .time_limit_ms = time_limit(&database->options, reads),
        .ahead.session = session,
        .last.session = session,
    };
    add_begin(reader, &reader->ahead);
    if (is_by_id(reads))
        look_up_ahead(reader, reads);
    else if (reads->route.organization_id.data != NULL)
        add_organization(&reader->ahead, reads->route.organization_id);
    reader->has_snapshot = !is_by_id(reads);
    const enum trip_end end = run(reader, &reader->ahead);
    *ret_status = database_status(&reader->ahead, end);
    *detail = reader->ahead.detail;
    if (end != TRIP_DONE)
        return end;
    if (database_judge(database, reader->ahead.results[SETTINGS_RESULT]) != SETTINGS_UNFIT)
        return TRIP_DONE;
    *ret_status = STORE_STOPPED;
    return TRIP_FAILED;
}

void reader_end(struct postgres_reader *reader)
{
    trip_finish(&reader->ahead);
    trip_finish(&reader->last);
    session_rest(reader->session);
}

/* ---- Reading ---- */

static bool is_of_suspended(const struct postgres_reader *reader, const struct store_read *read)
{
    const PGresult *row = reader->ahead.results[AHEAD_RESULT];
    return reader->database->rejects_suspended_reads && read->route.organization_id.data != NULL &&
           pq.PQntuples(row) > 0 && wire_column_boolean(row, 0, SUSPENSION_OF_ORGANIZATION);
}

void reader_run(struct postgres_reader *reader, struct store_read *read)
{
    reader->read = read;
    if (is_of_suspended(reader, read))
        read->status = suspension_reject(reader->database, read->route.organization_id,
                                         &read->detail);
    else
        store_read_run(read, &reader->base);
}

enum store_status reader_run_last(struct postgres_reader *reader)
{
    const enum trip_end end = run(reader, &reader->last);
    *reader->base.detail = reader->last.detail;
    return database_status(&reader->last, end);
}

int reader_begin_last(struct postgres_reader *reader)
{
    trip_finish(&reader->last);
    if (!reader->has_snapshot)
        add_begin(reader, &reader->last);
    reader->has_snapshot = true;
    return reader->last.count;
}

static int find_row(const PGresult *result, const struct identifier *id)
{
    const struct text wanted = {(const char *)id->bytes, IDENTIFIER_SIZE};
    const int count = result == NULL ? 0 : pq.PQntuples(result);
    int row = 0;
    while (row < count && !text_equal(wire_column(result, row, 0), wanted))
        row++;
    return row < count ? row : -1;
}

static bool is_ahead(const struct store_read *read, const struct identifier *id)
{
    for (size_t i = 0; read != NULL && i < read->route.id_count; i++) {
        if (identifier_equal(&read->route.ids[i], id))
            return true;
    }
    return false;
}

static const PGresult *look_up(struct postgres_reader *reader, const struct identifier *id,
                               enum store_status *ret_status)
{
    WIRE_ARRAY_AUTO tags;
    WIRE_ARRAY_AUTO keys;
    wire_array_init(&tags, WIRE_INTEGER);
    wire_array_init(&keys, WIRE_BYTEA);
    const int place = reader_begin_last(reader);
    ask_for(id, 1, &tags, &keys);
    add_lookup(reader, &reader->last, &tags, &keys);
    *ret_status = reader_run_last(reader);
    return reader->last.results[place];
}

/* Whoever may not know of the integration is not told of a suspension either. */
static bool is_rejected(const struct postgres_reader *reader, const PGresult *result, int row,
                        const struct integration *found)
{
    const struct store_read *read = reader->read;
    return reader->database->rejects_suspended_reads &&
           wire_column_boolean(result, row, SUSPENSION_OF_INTEGRATION) &&
           (read == NULL || read->admits == NULL || read->admits(read, found->organization_id));
}

enum store_status postgres_get(struct store_reader *base, const struct identifier *id,
                               struct integration *ret_integration)
{
    struct postgres_reader *reader = reader_of(base);
    enum store_status status = STORE_OK;
    const PGresult *result = is_ahead(reader->read, id) ? reader->ahead.results[AHEAD_RESULT]
                                                        : look_up(reader, id, &status);
    if (status != STORE_OK)
        return status;
    const int row = find_row(result, id);
    if (row < 0)
        return STORE_NOT_FOUND;
    status = tuple_integration(result, row, ret_integration, base->detail);
    return status == STORE_OK && is_rejected(reader, result, row, ret_integration)
               ? suspension_reject(reader->database, ret_integration->organization_id, base->detail)
               : status;
}

/* *ret_row: a result whose first row is the organization's; NULL: it is not known. */
static enum store_status get_organization(struct postgres_reader *reader,
                                          struct text organization_id, const PGresult **ret_row)
{
    const PGresult *result = reader->ahead.results[AHEAD_RESULT];
    enum store_status status = STORE_OK;
    if (reader->read == NULL || is_by_id(reader->read) ||
        !text_equal(reader->read->route.organization_id, organization_id)) {
        const int place = reader_begin_last(reader);
        add_organization(&reader->last, organization_id);
        status = reader_run_last(reader);
        result = reader->last.results[place];
    }
    *ret_row = status == STORE_OK && pq.PQntuples(result) > 0 ? result : NULL;
    return status;
}

static enum store_status get_counters(struct postgres_reader *reader, struct text organization_id,
                                      struct store_counts *ret_counts, struct trail_head *ret_head)
{
    const PGresult *row;
    const enum store_status status = get_organization(reader, organization_id, &row);
    *ret_counts = (struct store_counts){0};
    *ret_head = trail_start(organization_id);
    return row == NULL ? status
                       : tuple_counters(row, 0, 0, organization_id, ret_counts, ret_head,
                                        reader->base.detail);
}

enum store_status postgres_count(struct store_reader *base, struct text organization_id,
                                 struct store_counts *ret_counts)
{
    struct trail_head head;
    return get_counters(reader_of(base), organization_id, ret_counts, &head);
}

enum store_status postgres_trail_head(struct store_reader *base, struct text organization_id,
                                      struct trail_head *ret_head)
{
    struct store_counts counts;
    return get_counters(reader_of(base), organization_id, &counts, ret_head);
}

enum store_status postgres_trail_checkpoint(struct store_reader *base, struct text organization_id,
                                            struct trail_checkpoint *ret_checkpoint)
{
    const PGresult *row;
    const enum store_status status = get_organization(reader_of(base), organization_id, &row);
    *ret_checkpoint = (struct trail_checkpoint){.head = trail_start(organization_id)};
    if (row != NULL)
        tuple_checkpoint(row, 0, 4, organization_id, ret_checkpoint);
    return status;
}
