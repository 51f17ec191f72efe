// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_intake.h"

enum { SEQUENCE, ENTITY, SALT, DIGEST, HASH, BODY };

static const enum wire_type event_types[SERVER_INTAKE_COLUMNS] = {WIRE_BIGINT, WIRE_BYTEA,
                                                                  WIRE_BYTEA,  WIRE_BYTEA,
                                                                  WIRE_BYTEA,  WIRE_TEXT};

void server_intake_begin_trail(struct server_intake *intake)
{
    server_intake_begin_rows(intake->events, event_types);
}

void server_intake_finish_trail(struct server_intake *intake)
{
    server_intake_finish_rows(intake->events);
}

static int32_t refuse(const struct server_intake *intake, gql_failure *failure)
{
    return server_intake_refuse(intake, "a trail of that organization", failure);
}

/* ---- Sending ---- */

int32_t server_intake_send_trail(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    if (intake->events[SEQUENCE].count == 0)
        return GQL_OK;
    server_intake_give_organization(intake, &given);
    server_intake_give_rows(&given, intake->events);
    trip_add_sql(
        &trip,
        "INSERT INTO event (tag, organization, sequence, entity, salt, digest, hash, body) "
        "SELECT $1, $2, new.* FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], "
        "$6::bytea[], $7::bytea[], $8::text[]) AS new ON CONFLICT DO NOTHING",
        &given);
    server_intake_give_organization(intake, &compared);
    wire_give_array(&compared, &intake->events[SEQUENCE]);
    wire_give_array(&compared, &intake->events[HASH]);
    trip_add_sql(&trip,
                 "SELECT 1 FROM unnest($3::bigint[], $4::bytea[]) AS new (sequence, hash) "
                 "JOIN event AS e ON e.tag = $1 AND e.organization = $2 "
                 "AND e.sequence = new.sequence WHERE e.hash <> new.hash LIMIT 1",
                 &compared);
    int32_t code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK && pq.PQntuples(trip.results[1]) > 0)
        code = refuse(intake, failure);
    server_intake_finish_rows(intake->events);
    server_intake_begin_rows(intake->events, event_types);
    return code;
}

/* ---- Lines ---- */

/* An event that was removed here: of the last one, the hash is known. */
static int32_t check_removed(const struct server_intake *intake, const struct trail_head *event,
                             gql_failure *failure)
{
    const struct trail_head *removed = &intake->checkpoint.head;
    return event->length < removed->length || trail_hash_equal(&event->hash, &removed->hash)
               ? GQL_OK
               : refuse(intake, failure);
}

int32_t server_intake_take_event(struct server_intake *intake, const struct trail_event *event,
                                 gql_failure *failure)
{
    intake->last = (struct trail_head){event->sequence, event->hash};
    if (event->sequence <= intake->checkpoint.head.length)
        return check_removed(intake, &intake->last, failure);
    wire_array_add_bigint(&intake->events[SEQUENCE], event->sequence);
    wire_array_add(&intake->events[ENTITY], event->entity.bytes, IDENTIFIER_SIZE);
    wire_array_add(&intake->events[SALT], event->body.data == NULL ? NULL : event->salt,
                   TRAIL_SALT_SIZE);
    wire_array_add(&intake->events[DIGEST], event->digest.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&intake->events[HASH], event->hash.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&intake->events[BODY], event->body.data, event->body.size);
    return intake->events[SEQUENCE].count < SERVER_INTAKE_TOGETHER
               ? GQL_OK
               : server_intake_send_trail(intake, failure);
}

/* Whether the trail has that event, and goes on behind it. */
static int32_t check_stored(const struct server_intake *intake, const struct trail_head *event,
                            gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0};
    server_intake_give_organization(intake, &given);
    wire_give_bigint(&given, event->length);
    wire_give(&given, event->hash.bytes, TRAIL_HASH_SIZE);
    trip_add_sql(&trip,
                 "SELECT 1 FROM event WHERE tag = $1 AND organization = $2 AND sequence = $3 "
                 "AND hash = $4",
                 &given);
    const int32_t code = server_run(intake->access, &trip, failure);
    return code == GQL_OK && pq.PQntuples(trip.results[0]) == 0 ? refuse(intake, failure) : code;
}

int32_t server_intake_take_checkpoint(struct server_intake *intake,
                                      const struct trail_checkpoint *checkpoint,
                                      gql_failure *failure)
{
    intake->last = checkpoint->head;
    if (checkpoint->head.length <= intake->checkpoint.head.length)
        return check_removed(intake, &checkpoint->head, failure);
    if (intake->head.length > 0)
        return check_stored(intake, &checkpoint->head, failure);
    intake->checkpoint = *checkpoint;
    return GQL_OK;
}
