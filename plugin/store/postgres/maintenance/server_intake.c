// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_intake.h"

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/store/postgres/place.h"
#include "plugin/store/postgres/tuple.h"

/* Rows that are sent together. */
enum { TOGETHER = 500 };

/* ---- Rows that have come ---- */

enum { ID, VERSION, ACTIVITY, TITLE, KEY, CREDENTIAL };
enum { TIME = CREDENTIAL }; /* Of deleted ones, whose credentialRef is where others have the key. */
enum { SEQUENCE, ENTITY, SALT, DIGEST, HASH, BODY };

static const enum wire_type integration_types[SERVER_INTAKE_COLUMNS] = {WIRE_BYTEA,   WIRE_INTEGER,
                                                                        WIRE_BOOLEAN, WIRE_BYTEA,
                                                                        WIRE_BYTEA,   WIRE_BYTEA};
static const enum wire_type deleted_types[SERVER_INTAKE_COLUMNS] = {WIRE_BYTEA,   WIRE_INTEGER,
                                                                    WIRE_BOOLEAN, WIRE_BYTEA,
                                                                    WIRE_BYTEA,   WIRE_BIGINT};
static const enum wire_type event_types[SERVER_INTAKE_COLUMNS] = {WIRE_BIGINT, WIRE_BYTEA,
                                                                  WIRE_BYTEA,  WIRE_BYTEA,
                                                                  WIRE_BYTEA,  WIRE_TEXT};

static void begin_rows(struct wire_array *columns, const enum wire_type *types)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_array_init(&columns[i], types[i]);
}

static void finish_rows(struct wire_array *columns)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_array_finish(&columns[i]);
}

static void give_rows(struct wire_parameters *given, struct wire_array *columns)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_give_array(given, &columns[i]);
}

/* ---- Sending ---- */

static void give_organization(const struct server_intake *intake, struct wire_parameters *given)
{
    const struct text id = tenant_id_text(&intake->organization);
    wire_give_integer(given, (int32_t)organization_tag(id));
    wire_give_text(given, id);
}

static int32_t refuse_other(const struct server_intake *intake, const char *what,
                            gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "%s is in '%s' already, and differs; nothing was imported", what,
                intake->access->name);
}

/* The result: how many were added; the IDs of some that are there and differ, or are elsewhere. */
static int32_t judge(struct server_intake *intake, const struct trip *trip, long long *ret_added,
                     gql_failure *failure)
{
    char what[64], id[IDENTIFIER_TEXT_SIZE];
    struct identifier other;
    *ret_added = wire_column_number(trip->results[0], 0, 0);
    if (pq.PQntuples(trip->results[1]) == 0)
        return GQL_OK;
    wire_column_bytes(trip->results[1], 0, 0, other.bytes, IDENTIFIER_SIZE);
    identifier_write(&other, id);
    snprintf(what, sizeof what, "the integration %.*s", IDENTIFIER_TEXT_SIZE, id);
    return refuse_other(intake, what, failure);
}

static int32_t send_integrations(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    if (intake->integrations[ID].count == 0)
        return GQL_OK;
    give_organization(intake, &given);
    give_rows(&given, intake->integrations);
    trip_add_sql(&trip,
                 "WITH added AS (INSERT INTO integration (tag, organization, id, version, "
                 "is_active, title, sort_key, credential_ref) SELECT $1, $2, new.* FROM unnest("
                 "$3::bytea[], $4::integer[], $5::boolean[], $6::bytea[], $7::bytea[], "
                 "$8::bytea[]) AS new ON CONFLICT DO NOTHING RETURNING 1) "
                 "SELECT count(*) FROM added",
                 &given);
    give_organization(intake, &compared);
    wire_give_array(&compared, &intake->integrations[ID]);
    wire_give_array(&compared, &intake->integrations[VERSION]);
    wire_give_array(&compared, &intake->integrations[ACTIVITY]);
    wire_give_array(&compared, &intake->integrations[TITLE]);
    wire_give_array(&compared, &intake->integrations[CREDENTIAL]);
    trip_add_sql(&trip,
                 "SELECT new.id FROM unnest($3::bytea[], $4::integer[], $5::boolean[], "
                 "$6::bytea[], $7::bytea[]) AS new (id, version, is_active, title, credential_ref) "
                 "JOIN integration AS i ON i.tag = $1 AND i.id = new.id WHERE (i.organization, "
                 "i.version, i.is_active, i.title, i.credential_ref) IS DISTINCT FROM "
                 "($2, new.version, new.is_active, new.title, new.credential_ref) "
                 "UNION ALL SELECT id FROM deleted WHERE tag = $1 AND id = ANY ($3::bytea[]) "
                 "LIMIT 1",
                 &compared);
    long long added = 0;
    int32_t code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK)
        code = judge(intake, &trip, &added, failure);
    intake->added += added;
    intake->same += intake->integrations[ID].count - added;
    finish_rows(intake->integrations);
    begin_rows(intake->integrations, integration_types);
    return code;
}

static int32_t send_deleted(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    if (intake->deleted[ID].count == 0)
        return GQL_OK;
    give_organization(intake, &given);
    give_rows(&given, intake->deleted);
    trip_add_sql(&trip,
                 "WITH added AS (INSERT INTO deleted (tag, organization, id, version, is_active, "
                 "title, credential_ref, time) SELECT $1, $2, new.* FROM unnest($3::bytea[], "
                 "$4::integer[], $5::boolean[], $6::bytea[], $7::bytea[], $8::bigint[]) AS new "
                 "ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM added",
                 &given);
    give_organization(intake, &compared);
    give_rows(&compared, intake->deleted);
    trip_add_sql(&trip,
                 "SELECT new.id FROM unnest($3::bytea[], $4::integer[], $5::boolean[], "
                 "$6::bytea[], $7::bytea[], $8::bigint[]) AS new (id, version, is_active, title, "
                 "credential_ref, time) JOIN deleted AS d ON d.tag = $1 AND d.id = new.id "
                 "WHERE (d.organization, d.version, d.is_active, d.title, d.credential_ref, "
                 "d.time) IS DISTINCT FROM ($2, new.version, new.is_active, new.title, "
                 "new.credential_ref, new.time) UNION ALL SELECT id FROM integration "
                 "WHERE tag = $1 AND id = ANY ($3::bytea[]) LIMIT 1",
                 &compared);
    long long added = 0;
    int32_t code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK)
        code = judge(intake, &trip, &added, failure);
    intake->deleted_added += added;
    finish_rows(intake->deleted);
    begin_rows(intake->deleted, deleted_types);
    return code;
}

static int32_t send_events(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    if (intake->events[SEQUENCE].count == 0)
        return GQL_OK;
    give_organization(intake, &given);
    give_rows(&given, intake->events);
    trip_add_sql(
        &trip,
        "INSERT INTO event (tag, organization, sequence, entity, salt, digest, hash, body) "
        "SELECT $1, $2, new.* FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], "
        "$6::bytea[], $7::bytea[], $8::text[]) AS new ON CONFLICT DO NOTHING",
        &given);
    give_organization(intake, &compared);
    wire_give_array(&compared, &intake->events[SEQUENCE]);
    wire_give_array(&compared, &intake->events[HASH]);
    trip_add_sql(&trip,
                 "SELECT 1 FROM unnest($3::bigint[], $4::bytea[]) AS new (sequence, hash) "
                 "JOIN event AS e ON e.tag = $1 AND e.organization = $2 "
                 "AND e.sequence = new.sequence WHERE e.hash <> new.hash LIMIT 1",
                 &compared);
    int32_t code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK && pq.PQntuples(trip.results[1]) > 0)
        code = refuse_other(intake, "a trail of that organization", failure);
    finish_rows(intake->events);
    begin_rows(intake->events, event_types);
    return code;
}

/* ---- The organization ---- */

/* Its counters, the end of its trail, and the highest ID that new ones must exceed. */
static int32_t leave(struct server_intake *intake, gql_failure *failure)
{
    if (intake->organization.size == 0)
        return GQL_OK;
    int32_t code = send_integrations(intake, failure);
    if (code == GQL_OK)
        code = send_deleted(intake, failure);
    if (code == GQL_OK)
        code = send_events(intake, failure);
    if (code != GQL_OK)
        return code;
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0};
    const bool grows = intake->last.length > intake->head.length;
    const struct trail_head *head = grows ? &intake->last : &intake->head;
    give_organization(intake, &given);
    wire_give_bigint(&given, head->length);
    wire_give(&given, head->length == 0 ? NULL : head->hash.bytes, TRAIL_HASH_SIZE);
    trip_add_sql(&trip,
                 "UPDATE organization SET active = found.active, inactive = found.inactive, "
                 "trail_length = $3, trail_hash = $4, highest = GREATEST(highest, (SELECT id FROM "
                 "integration WHERE tag = $1 AND organization = $2 ORDER BY id DESC LIMIT 1), "
                 "(SELECT id FROM deleted WHERE tag = $1 AND organization = $2 "
                 "ORDER BY id DESC LIMIT 1)) "
                 "FROM (SELECT count(*) FILTER (WHERE is_active) AS active, "
                 "count(*) FILTER (WHERE NOT is_active) AS inactive FROM integration "
                 "WHERE tag = $1 AND organization = $2) AS found "
                 "WHERE organization.tag = $1 AND organization.id = $2",
                 &given);
    intake->organization.size = 0;
    return server_run(intake->access, &trip, failure);
}

static int32_t enter(struct server_intake *intake, struct text id, gql_failure *failure)
{
    struct store_counts counts;
    struct store_detail detail;
    if (text_equal(tenant_id_text(&intake->organization), id))
        return GQL_OK;
    int32_t code = leave(intake, failure);
    if (code != GQL_OK)
        return code;
    tenant_id_set(&intake->organization, id);
    intake->last = trail_start(id);
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, same = {0};
    give_organization(intake, &given);
    trip_add_sql(&trip, "INSERT INTO organization (tag, id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                 &given);
    give_organization(intake, &same);
    trip_add_sql(&trip,
                 "SELECT active, inactive, trail_length, trail_hash FROM organization "
                 "WHERE tag = $1 AND id = $2 FOR UPDATE",
                 &same);
    code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK &&
        (pq.PQntuples(trip.results[1]) != 1 ||
         tuple_counters(trip.results[1], 0, 0, id, &counts, &intake->head, &detail) != STORE_OK))
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' is damaged: an organization's counters",
                    intake->access->name);
    return code;
}

/* ---- Lines ---- */

int32_t server_intake_integration(struct server_intake *intake,
                                  const struct integration *integration, gql_failure *failure)
{
    SORT_KEY_AUTO key = {0};
    const int32_t code = enter(intake, integration->organization_id, failure);
    if (code != GQL_OK)
        return code;
    if (!sort_key_make(intake->collation, integration->title, &key))
        return fail_no_memory(failure);
    wire_array_add(&intake->integrations[ID], integration->id.bytes, IDENTIFIER_SIZE);
    wire_array_add_integer(&intake->integrations[VERSION], integration->version);
    wire_array_add_boolean(&intake->integrations[ACTIVITY], integration->is_active);
    wire_array_add(&intake->integrations[TITLE], integration->title.data, integration->title.size);
    wire_array_add(&intake->integrations[KEY], key.data, place_key_size(&key));
    wire_array_add(&intake->integrations[CREDENTIAL], integration->credential_ref.data,
                   integration->credential_ref.size);
    return intake->integrations[ID].count < TOGETHER ? GQL_OK : send_integrations(intake, failure);
}

int32_t server_intake_deleted(struct server_intake *intake,
                              const struct deleted_integration *deleted, gql_failure *failure)
{
    const struct integration *integration = &deleted->integration;
    const int32_t code = enter(intake, integration->organization_id, failure);
    if (code != GQL_OK)
        return code;
    wire_array_add(&intake->deleted[ID], integration->id.bytes, IDENTIFIER_SIZE);
    wire_array_add_integer(&intake->deleted[VERSION], integration->version);
    wire_array_add_boolean(&intake->deleted[ACTIVITY], integration->is_active);
    wire_array_add(&intake->deleted[TITLE], integration->title.data, integration->title.size);
    wire_array_add(&intake->deleted[KEY], integration->credential_ref.data,
                   integration->credential_ref.size);
    wire_array_add_bigint(&intake->deleted[TIME], deleted->time);
    return intake->deleted[ID].count < TOGETHER ? GQL_OK : send_deleted(intake, failure);
}

int32_t server_intake_event(struct server_intake *intake, struct text organization_id,
                            const struct trail_event *event, gql_failure *failure)
{
    const int32_t code = enter(intake, organization_id, failure);
    if (code != GQL_OK)
        return code;
    wire_array_add_bigint(&intake->events[SEQUENCE], event->sequence);
    wire_array_add(&intake->events[ENTITY], event->entity.bytes, IDENTIFIER_SIZE);
    wire_array_add(&intake->events[SALT], event->body.data == NULL ? NULL : event->salt,
                   TRAIL_SALT_SIZE);
    wire_array_add(&intake->events[DIGEST], event->digest.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&intake->events[HASH], event->hash.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&intake->events[BODY], event->body.data, event->body.size);
    intake->last = (struct trail_head){event->sequence, event->hash};
    return intake->events[SEQUENCE].count < TOGETHER ? GQL_OK : send_events(intake, failure);
}

/* ---- Begin and end ---- */

int32_t server_intake_begin(struct server_intake *intake, struct server_access *access,
                            gql_failure *failure)
{
    *intake = (struct server_intake){.access = access};
    begin_rows(intake->integrations, integration_types);
    begin_rows(intake->deleted, deleted_types);
    begin_rows(intake->events, event_types);
    const int32_t code = server_open_collation(access, &intake->collation, failure);
    return code == GQL_OK ? server_begin(access, true, failure) : code;
}

int32_t server_intake_commit(struct server_intake *intake, gql_failure *failure)
{
    const int32_t code = leave(intake, failure);
    return code == GQL_OK ? server_commit(intake->access, failure) : code;
}

void server_intake_end(struct server_intake *intake)
{
    if (intake->access == NULL)
        return;
    server_rollback(intake->access);
    finish_rows(intake->integrations);
    finish_rows(intake->deleted);
    finish_rows(intake->events);
    collation_close(&intake->collation);
}
