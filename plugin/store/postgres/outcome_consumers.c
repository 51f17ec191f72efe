// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/outcome_consumers.h"

#include "plugin/store/postgres/tuple.h"

/* ---- Beginning ---- */

bool outcome_consumers_read(struct trip *trip, uint32_t tag, const struct store_mutation *mutations)
{
    WIRE_ARRAY_AUTO organizations;
    WIRE_ARRAY_AUTO names;
    struct wire_parameters given = {0};
    wire_array_init(&organizations, WIRE_BYTEA);
    wire_array_init(&names, WIRE_BYTEA);
    for (const struct store_mutation *m = mutations; m != NULL; m = m->next) {
        if (m->lease == NULL)
            continue;
        wire_array_add(&organizations, m->organization_id.data, m->organization_id.size);
        wire_array_add(&names, m->lease->consumer.data, m->lease->consumer.size);
    }
    if (names.count == 0 && !names.failed)
        return false;
    wire_give_integer(&given, (int32_t)tag);
    wire_give_array(&given, &organizations);
    wire_give_array(&given, &names);
    trip_add(trip, QUERY_GET_CONSUMERS, &given);
    return true;
}

static enum store_status take(const PGresult *result, int row, struct outcome_consumer *consumer,
                              struct store_detail *detail)
{
    *consumer = (struct outcome_consumer){
        .organization_id = wire_column(result, row, 0),
        .name = wire_column(result, row, 1),
        .place = {.position = wire_column_number(result, row, 2),
                  .is_leased = wire_column(result, row, 3).size == STORE_LEASE_SIZE,
                  .lease_until = wire_column_number(result, row, 4)},
    };
    wire_column_bytes(result, row, 3, consumer->place.lease, STORE_LEASE_SIZE);
    return consumer->place.position >= 0
               ? STORE_OK
               : tuple_damaged(detail, "a consumer has the position", consumer->place.position);
}

enum store_status outcome_consumers_begin(struct outcome_consumers *consumers,
                                          const PGresult *result, struct store_detail *detail)
{
    const int count = result == NULL ? 0 : pq.PQntuples(result);
    enum store_status status = STORE_OK;
    consumers->count = 0;
    for (int i = 0; i < count && i < OUTCOME_CONSUMERS_MAX && status == STORE_OK; i++)
        status = take(result, i, &consumers->all[consumers->count++], detail);
    return status;
}

/* ---- Applying ---- */

static struct outcome_consumer *find_or_add(struct outcome_consumers *consumers,
                                            const struct store_mutation *mutation)
{
    for (int i = 0; i < consumers->count; i++) {
        struct outcome_consumer *each = &consumers->all[i];
        if (text_equal(each->name, mutation->lease->consumer) &&
            text_equal(each->organization_id, mutation->organization_id))
            return each;
    }
    struct outcome_consumer *added = &consumers->all[consumers->count++];
    *added = (struct outcome_consumer){.organization_id = mutation->organization_id,
                                       .name = mutation->lease->consumer};
    return added;
}

enum store_status outcome_consumers_apply(struct outcome_consumers *consumers,
                                          struct store_mutation *mutation, int64_t trail_length,
                                          int64_t removed, int64_t unix_milliseconds)
{
    struct outcome_consumer *consumer = find_or_add(consumers, mutation);
    struct consumer_place *place = &consumer->place;
    place->trail_length = trail_length;
    if (place->position < removed)
        place->position = removed;
    const enum store_status status =
        mutation->kind == STORE_CLAIM
            ? consumer_place_claim(place, mutation->lease, unix_milliseconds)
            : consumer_place_acknowledge(place, mutation->lease, unix_milliseconds);
    consumer->changed = consumer->changed || status == STORE_OK;
    return status;
}

/* ---- Writing ---- */

enum { ORGANIZATION, NAME, POSITION, LEASE, LEASE_UNTIL, COLUMNS };

static void add_consumer(struct wire_array *columns, const struct outcome_consumer *consumer)
{
    const struct consumer_place *place = &consumer->place;
    wire_array_add(&columns[ORGANIZATION], consumer->organization_id.data,
                   consumer->organization_id.size);
    wire_array_add(&columns[NAME], consumer->name.data, consumer->name.size);
    wire_array_add_bigint(&columns[POSITION], place->position);
    wire_array_add(&columns[LEASE], place->is_leased ? place->lease : NULL, STORE_LEASE_SIZE);
    wire_array_add_bigint(&columns[LEASE_UNTIL], place->lease_until);
}

void outcome_consumers_write(const struct outcome_consumers *consumers, uint32_t tag,
                             struct trip *trip)
{
    static const enum wire_type types[COLUMNS] = {WIRE_BYTEA, WIRE_BYTEA, WIRE_BIGINT, WIRE_BYTEA,
                                                  WIRE_BIGINT};
    struct wire_array columns[COLUMNS];
    struct wire_parameters given = {0};
    for (int i = 0; i < COLUMNS; i++)
        wire_array_init(&columns[i], types[i]);
    for (int i = 0; i < consumers->count; i++) {
        if (consumers->all[i].changed)
            add_consumer(columns, &consumers->all[i]);
    }
    wire_give_integer(&given, (int32_t)tag);
    for (int i = 0; i < COLUMNS; i++)
        wire_give_array(&given, &columns[i]);
    if (columns[NAME].count > 0 || given.failed)
        trip_add(trip, QUERY_PUT_CONSUMERS, &given);
    for (int i = 0; i < COLUMNS; i++)
        wire_array_finish(&columns[i]);
}
