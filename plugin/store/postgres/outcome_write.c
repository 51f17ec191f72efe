// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/outcome.h"
#include "plugin/store/postgres/place.h"

struct row_arrays {
    struct wire_array ids, organizations, versions, activities, titles, keys, credentials;
};

static void begin_arrays(struct row_arrays *arrays)
{
    wire_array_init(&arrays->ids, WIRE_BYTEA);
    wire_array_init(&arrays->organizations, WIRE_BYTEA);
    wire_array_init(&arrays->versions, WIRE_INTEGER);
    wire_array_init(&arrays->activities, WIRE_BOOLEAN);
    wire_array_init(&arrays->titles, WIRE_BYTEA);
    wire_array_init(&arrays->keys, WIRE_BYTEA);
    wire_array_init(&arrays->credentials, WIRE_BYTEA);
}

static void finish_arrays(struct row_arrays *arrays)
{
    wire_array_finish(&arrays->ids);
    wire_array_finish(&arrays->organizations);
    wire_array_finish(&arrays->versions);
    wire_array_finish(&arrays->activities);
    wire_array_finish(&arrays->titles);
    wire_array_finish(&arrays->keys);
    wire_array_finish(&arrays->credentials);
}

static void add_row(struct row_arrays *arrays, const struct integration *row)
{
    wire_array_add(&arrays->ids, row->id.bytes, IDENTIFIER_SIZE);
    wire_array_add(&arrays->organizations, row->organization_id.data, row->organization_id.size);
    wire_array_add_integer(&arrays->versions, row->version);
    wire_array_add_boolean(&arrays->activities, row->is_active);
    wire_array_add(&arrays->titles, row->title.data, row->title.size);
    wire_array_add(&arrays->credentials, row->credential_ref.data, row->credential_ref.size);
}

static void add_key(struct row_arrays *arrays, const struct collation *collation, struct text title)
{
    SORT_KEY_AUTO key;
    if (sort_key_make(collation, title, &key))
        wire_array_add(&arrays->keys, key.data, place_key_size(&key));
    else
        arrays->keys.failed = true;
}

static void give_rows(struct wire_parameters *given, struct row_arrays *arrays)
{
    wire_give_array(given, &arrays->ids);
    wire_give_array(given, &arrays->organizations);
    wire_give_array(given, &arrays->versions);
    wire_give_array(given, &arrays->activities);
    wire_give_array(given, &arrays->titles);
    wire_give_array(given, &arrays->keys);
    wire_give_array(given, &arrays->credentials);
}

static void give_tag(struct wire_parameters *given, const struct outcome *outcome)
{
    wire_give_integer(given, (int32_t)outcome->tag);
}

/* The final state of each row that is there afterwards: of those that were, or were not. */
static void put_rows(const struct outcome *outcome, struct trip *trip, bool stored)
{
    struct row_arrays arrays;
    begin_arrays(&arrays);
    for (int i = 0; i < outcome->row_count; i++) {
        const struct outcome_row *row = &outcome->rows[i];
        if (!row->changed || !row->exists || row->is_stored != stored)
            continue;
        add_row(&arrays, &row->now);
        add_key(&arrays, outcome->database->collation, row->now.title);
    }
    struct wire_parameters given = {0};
    give_tag(&given, outcome);
    give_rows(&given, &arrays);
    if (arrays.ids.count > 0 || given.failed)
        trip_add(trip, stored ? QUERY_PUT_INTEGRATIONS : QUERY_ADD_INTEGRATIONS, &given);
    finish_arrays(&arrays);
}

/* As they were when they were deleted, if that is kept at all. */
static void keep_deleted(const struct outcome *outcome, struct trip *trip)
{
    struct row_arrays arrays;
    if (outcome->database->retention.deleted_milliseconds == 0)
        return;
    begin_arrays(&arrays);
    for (int i = 0; i < outcome->row_count; i++) {
        if (!outcome->rows[i].exists)
            add_row(&arrays, &outcome->rows[i].now);
    }
    struct wire_parameters given = {0};
    give_tag(&given, outcome);
    wire_give_array(&given, &arrays.ids);
    wire_give_array(&given, &arrays.organizations);
    wire_give_array(&given, &arrays.versions);
    wire_give_array(&given, &arrays.activities);
    wire_give_array(&given, &arrays.titles);
    wire_give_array(&given, &arrays.credentials);
    wire_give_bigint(&given, outcome->unix_milliseconds);
    if (arrays.ids.count > 0 || given.failed)
        trip_add(trip, QUERY_KEEP_DELETED, &given);
    finish_arrays(&arrays);
}

static void delete_rows(const struct outcome *outcome, struct trip *trip)
{
    WIRE_ARRAY_AUTO ids;
    wire_array_init(&ids, WIRE_BYTEA);
    for (int i = 0; i < outcome->row_count; i++) {
        const struct outcome_row *row = &outcome->rows[i];
        if (row->is_stored && !row->exists)
            wire_array_add(&ids, row->now.id.bytes, IDENTIFIER_SIZE);
    }
    struct wire_parameters given = {0};
    give_tag(&given, outcome);
    wire_give_array(&given, &ids);
    if (ids.count > 0 || given.failed)
        trip_add(trip, QUERY_DELETE_INTEGRATIONS, &given);
}

static void add_events(struct outcome *outcome, struct trip *trip)
{
    struct outcome_events *events = &outcome->events;
    struct wire_parameters given = {0};
    give_tag(&given, outcome);
    wire_give_array(&given, &events->organizations);
    wire_give_array(&given, &events->sequences);
    wire_give_array(&given, &events->entities);
    wire_give_array(&given, &events->salts);
    wire_give_array(&given, &events->digests);
    wire_give_array(&given, &events->hashes);
    wire_give_array(&given, &events->bodies);
    if (events->bodies.count > 0 || given.failed)
        trip_add(trip, QUERY_ADD_EVENTS, &given);
}

struct organization_arrays {
    struct wire_array ids, active, inactive, lengths, hashes, highest;
};

static void add_organization(struct organization_arrays *arrays,
                             const struct outcome_organization *organization)
{
    static const struct identifier none;
    const struct identifier *highest = &organization->highest;
    const bool has_highest = !identifier_equal(highest, &none);
    wire_array_add(&arrays->ids, organization->id.data, organization->id.size);
    wire_array_add_bigint(&arrays->active, organization->counts.active);
    wire_array_add_bigint(&arrays->inactive, organization->counts.inactive);
    wire_array_add_bigint(&arrays->lengths, organization->head.length);
    wire_array_add(&arrays->hashes, organization->head.hash.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&arrays->highest, has_highest ? highest->bytes : NULL, IDENTIFIER_SIZE);
}

static void give_organizations(struct wire_parameters *given, struct organization_arrays *arrays)
{
    wire_give_array(given, &arrays->ids);
    wire_give_array(given, &arrays->active);
    wire_give_array(given, &arrays->inactive);
    wire_give_array(given, &arrays->lengths);
    wire_give_array(given, &arrays->hashes);
    wire_give_array(given, &arrays->highest);
}

static void put_organizations(const struct outcome *outcome, struct trip *trip)
{
    struct organization_arrays arrays;
    struct wire_parameters given = {0};
    give_tag(&given, outcome);
    wire_array_init(&arrays.ids, WIRE_BYTEA);
    wire_array_init(&arrays.active, WIRE_BIGINT);
    wire_array_init(&arrays.inactive, WIRE_BIGINT);
    wire_array_init(&arrays.lengths, WIRE_BIGINT);
    wire_array_init(&arrays.hashes, WIRE_BYTEA);
    wire_array_init(&arrays.highest, WIRE_BYTEA);
    for (int i = 0; i < outcome->organization_count; i++) {
        if (outcome->organizations[i].changed)
            add_organization(&arrays, &outcome->organizations[i]);
    }
    give_organizations(&given, &arrays);
    wire_give_bigint(&given, outcome->unix_milliseconds);
    if (arrays.ids.count > 0 || given.failed)
        trip_add(trip, QUERY_PUT_ORGANIZATIONS, &given);
    wire_array_finish(&arrays.ids);
    wire_array_finish(&arrays.active);
    wire_array_finish(&arrays.inactive);
    wire_array_finish(&arrays.lengths);
    wire_array_finish(&arrays.hashes);
    wire_array_finish(&arrays.highest);
}

/* Deletions first: their places in the indexes may be needed. */
void outcome_write(struct outcome *outcome, struct trip *trip)
{
    keep_deleted(outcome, trip);
    delete_rows(outcome, trip);
    put_rows(outcome, trip, true);
    put_rows(outcome, trip, false);
    add_events(outcome, trip);
    outcome_keys_write(&outcome->keys, outcome->tag, outcome->unix_milliseconds, trip);
    outcome_consumers_write(&outcome->consumers, outcome->tag, trip);
    put_organizations(outcome, trip);
}
