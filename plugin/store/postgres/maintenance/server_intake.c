// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_intake.h"

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/store/postgres/place.h"
#include "plugin/store/postgres/tuple.h"

/* ---- Rows that have come ---- */

enum { ID, VERSION, ACTIVITY, TITLE, KEY, CREDENTIAL };
enum { TIME = CREDENTIAL }; /* Of deleted ones, whose credentialRef is where others have the key. */

static const enum wire_type integration_types[SERVER_INTAKE_COLUMNS] = {WIRE_BYTEA,   WIRE_INTEGER,
                                                                        WIRE_BOOLEAN, WIRE_BYTEA,
                                                                        WIRE_BYTEA,   WIRE_BYTEA};
static const enum wire_type deleted_types[SERVER_INTAKE_COLUMNS] = {WIRE_BYTEA,   WIRE_INTEGER,
                                                                    WIRE_BOOLEAN, WIRE_BYTEA,
                                                                    WIRE_BYTEA,   WIRE_BIGINT};

/* ---- Sending ---- */

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
    return server_intake_refuse(intake, what, failure);
}

/* Runs the trip that adds and compares the rows, which begin anew then. */
static int32_t send_rows(struct server_intake *intake, struct trip *trip, struct wire_array *rows,
                         const enum wire_type *types, long long *ret_added, gql_failure *failure)
{
    *ret_added = 0;
    int32_t code = server_run(intake->access, trip, failure);
    if (code == GQL_OK)
        code = judge(intake, trip, ret_added, failure);
    server_intake_finish_rows(rows);
    server_intake_begin_rows(rows, types);
    return code;
}

static int32_t send_integrations(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    const long long count = intake->integrations[ID].count;
    long long added;
    if (count == 0)
        return GQL_OK;
    server_intake_give_organization(intake, &given);
    server_intake_give_rows(&given, intake->integrations);
    trip_add_sql(&trip,
                 "WITH added AS (INSERT INTO integration (tag, organization, id, version, "
                 "is_active, title, sort_key, credential_ref) SELECT $1, $2, new.* FROM unnest("
                 "$3::bytea[], $4::integer[], $5::boolean[], $6::bytea[], $7::bytea[], "
                 "$8::bytea[]) AS new ON CONFLICT DO NOTHING RETURNING 1) "
                 "SELECT count(*) FROM added",
                 &given);
    server_intake_give_organization(intake, &compared);
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
    const int32_t code = send_rows(intake, &trip, intake->integrations, integration_types, &added,
                                   failure);
    intake->added += added;
    intake->same += count - added;
    return code;
}

static int32_t send_deleted(struct server_intake *intake, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0}, compared = {0};
    long long added;
    if (intake->deleted[ID].count == 0)
        return GQL_OK;
    server_intake_give_organization(intake, &given);
    server_intake_give_rows(&given, intake->deleted);
    trip_add_sql(&trip,
                 "WITH added AS (INSERT INTO deleted (tag, organization, id, version, is_active, "
                 "title, credential_ref, time) SELECT $1, $2, new.* FROM unnest($3::bytea[], "
                 "$4::integer[], $5::boolean[], $6::bytea[], $7::bytea[], $8::bigint[]) AS new "
                 "ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM added",
                 &given);
    server_intake_give_organization(intake, &compared);
    server_intake_give_rows(&compared, intake->deleted);
    trip_add_sql(&trip,
                 "SELECT new.id FROM unnest($3::bytea[], $4::integer[], $5::boolean[], "
                 "$6::bytea[], $7::bytea[], $8::bigint[]) AS new (id, version, is_active, title, "
                 "credential_ref, time) JOIN deleted AS d ON d.tag = $1 AND d.id = new.id "
                 "WHERE (d.organization, d.version, d.is_active, d.title, d.credential_ref, "
                 "d.time) IS DISTINCT FROM ($2, new.version, new.is_active, new.title, "
                 "new.credential_ref, new.time) UNION ALL SELECT id FROM integration "
                 "WHERE tag = $1 AND id = ANY ($3::bytea[]) LIMIT 1",
                 &compared);
    const int32_t code = send_rows(intake, &trip, intake->deleted, deleted_types, &added, failure);
    intake->deleted_added += added;
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
        code = server_intake_send_trail(intake, failure);
    if (code != GQL_OK)
        return code;
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0};
    const bool grows = intake->last.length > intake->head.length;
    const struct trail_checkpoint *removed = &intake->checkpoint;
    const struct trail_head *head = grows ? &intake->last : &intake->head;
    server_intake_give_organization(intake, &given);
    wire_give_bigint(&given, head->length);
    wire_give(&given, head->length == 0 ? NULL : head->hash.bytes, TRAIL_HASH_SIZE);
    wire_give_bigint(&given, removed->head.length);
    wire_give(&given, removed->head.length == 0 ? NULL : removed->head.hash.bytes, TRAIL_HASH_SIZE);
    wire_give_bigint(&given, removed->time);
    trip_add_sql(
        &trip,
        "UPDATE organization SET active = found.active, inactive = found.inactive, "
        "trail_length = $3, trail_hash = $4, checkpoint_length = $5, checkpoint_hash = $6, "
        "checkpoint_time = nullif($7::bigint, 0), trail_begin = coalesce(trail_begin, "
        "CASE WHEN $3::bigint > $5::bigint THEN 0 END), "
        "highest = GREATEST(highest, (SELECT id FROM "
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
    server_intake_give_organization(intake, &given);
    trip_add_sql(&trip, "INSERT INTO organization (tag, id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                 &given);
    server_intake_give_organization(intake, &same);
    trip_add_sql(&trip,
                 "SELECT active, inactive, trail_length, trail_hash, checkpoint_length, "
                 "checkpoint_hash, checkpoint_time, erased IS NOT NULL FROM organization "
                 "WHERE tag = $1 AND id = $2 FOR UPDATE",
                 &same);
    code = server_run(intake->access, &trip, failure);
    if (code == GQL_OK &&
        (pq.PQntuples(trip.results[1]) != 1 ||
         tuple_counters(trip.results[1], 0, 0, id, &counts, &intake->head, &detail) != STORE_OK))
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' is damaged: an organization's counters",
                    intake->access->name);
    if (code != GQL_OK)
        return code;
    if (wire_column_boolean(trip.results[1], 0, 7))
        return fail(failure, GQL_E_UNAVAILABLE,
                    "organization '%.*s' was erased from '%s', as its tombstone says; nothing was "
                    "imported. integrationsctl tenants resume --force lets it in again",
                    (int)id.size, id.data, intake->access->name);
    tuple_checkpoint(trip.results[1], 0, 4, id, &intake->checkpoint);
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
    return intake->integrations[ID].count < SERVER_INTAKE_TOGETHER
               ? GQL_OK
               : send_integrations(intake, failure);
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
    return intake->deleted[ID].count < SERVER_INTAKE_TOGETHER ? GQL_OK
                                                              : send_deleted(intake, failure);
}

int32_t server_intake_checkpoint(struct server_intake *intake, struct text organization_id,
                                 const struct trail_checkpoint *checkpoint, gql_failure *failure)
{
    const int32_t code = enter(intake, organization_id, failure);
    return code == GQL_OK ? server_intake_take_checkpoint(intake, checkpoint, failure) : code;
}

int32_t server_intake_event(struct server_intake *intake, struct text organization_id,
                            const struct trail_event *event, gql_failure *failure)
{
    const int32_t code = enter(intake, organization_id, failure);
    return code == GQL_OK ? server_intake_take_event(intake, event, failure) : code;
}

int32_t server_intake_consumer(struct server_intake *intake, struct text organization_id,
                               struct text name, int64_t position, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &intake->access->session};
    struct wire_parameters given = {0};
    const int32_t code = enter(intake, organization_id, failure);
    if (code != GQL_OK)
        return code;
    server_intake_give_organization(intake, &given);
    wire_give_text(&given, name);
    wire_give_bigint(&given, position);
    trip_add_sql(&trip,
                 "INSERT INTO consumer (tag, organization, name, position) VALUES ($1, $2, $3, $4) "
                 "ON CONFLICT (tag, organization, name) DO UPDATE "
                 "SET position = greatest(consumer.position, excluded.position)",
                 &given);
    return server_run(intake->access, &trip, failure);
}

/* ---- Begin and end ---- */

int32_t server_intake_begin(struct server_intake *intake, struct server_access *access,
                            gql_failure *failure)
{
    *intake = (struct server_intake){.access = access};
    server_intake_begin_rows(intake->integrations, integration_types);
    server_intake_begin_rows(intake->deleted, deleted_types);
    server_intake_begin_trail(intake);
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
    server_intake_finish_rows(intake->integrations);
    server_intake_finish_rows(intake->deleted);
    server_intake_finish_trail(intake);
    collation_close(&intake->collation);
}
