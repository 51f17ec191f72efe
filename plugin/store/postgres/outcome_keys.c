// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/outcome_keys.h"

#include "plugin/store/change.h"
#include "plugin/store/postgres/tuple.h"

/* ---- Beginning ---- */

bool outcome_keys_read(struct trip *trip, uint32_t tag, const struct store_mutation *mutations)
{
    WIRE_ARRAY_AUTO organizations;
    WIRE_ARRAY_AUTO scopes;
    struct wire_parameters given = {0};
    wire_array_init(&organizations, WIRE_BYTEA);
    wire_array_init(&scopes, WIRE_BYTEA);
    for (const struct store_mutation *m = mutations; m != NULL; m = m->next) {
        if (m->key == NULL)
            continue;
        wire_array_add(&organizations, m->organization_id.data, m->organization_id.size);
        wire_array_add(&scopes, m->key->scope, STORE_HASH_SIZE);
    }
    if (scopes.count == 0 && !scopes.failed)
        return false;
    wire_give_integer(&given, (int32_t)tag);
    wire_give_array(&given, &organizations);
    wire_give_array(&given, &scopes);
    trip_add(trip, QUERY_GET_IDEMPOTENT_CREATES, &given);
    return true;
}

static enum store_status take(const PGresult *result, int row, struct outcome_key *key,
                              struct store_detail *detail)
{
    const size_t input = wire_column(result, row, 2).size, id = wire_column(result, row, 3).size;
    if (input != STORE_HASH_SIZE || id != IDENTIFIER_SIZE)
        return tuple_damaged(detail, "the hash and the ID of a create have the size",
                             (int64_t)(input + id));
    *key = (struct outcome_key){.organization_id = wire_column(result, row, 0),
                                .created = wire_column_number(result, row, 4)};
    wire_column_bytes(result, row, 1, key->key.scope, STORE_HASH_SIZE);
    wire_column_bytes(result, row, 2, key->key.input, STORE_HASH_SIZE);
    wire_column_bytes(result, row, 3, key->entity.bytes, IDENTIFIER_SIZE);
    return STORE_OK;
}

enum store_status outcome_keys_begin(struct outcome_keys *keys, const PGresult *result,
                                     struct store_detail *detail)
{
    const int count = result == NULL ? 0 : pq.PQntuples(result);
    enum store_status status = STORE_OK;
    keys->count = 0;
    for (int i = 0; i < count && i < OUTCOME_KEYS_MAX && status == STORE_OK; i++)
        status = take(result, i, &keys->all[keys->count++], detail);
    return status;
}

/* ---- Applying ---- */

/* Its place, or that of a new one. */
static int place_of(const struct outcome_keys *keys, const struct store_mutation *mutation)
{
    int i = 0;
    while (i < keys->count &&
           (memcmp(keys->all[i].key.scope, mutation->key->scope, STORE_HASH_SIZE) != 0 ||
            !text_equal(keys->all[i].organization_id, mutation->organization_id)))
        i++;
    return i;
}

enum store_status outcome_keys_find(const struct outcome_keys *keys, int64_t unix_milliseconds,
                                    struct store_mutation *mutation)
{
    const int place = mutation->key == NULL ? keys->count : place_of(keys, mutation);
    if (place == keys->count)
        return STORE_NOT_FOUND;
    const struct outcome_key *found = &keys->all[place];
    if (found->created <= unix_milliseconds - OUTCOME_KEYS_KEPT_MS)
        return STORE_NOT_FOUND;
    if (memcmp(found->key.input, mutation->key->input, STORE_HASH_SIZE) != 0)
        return STORE_KEY_USED;
    mutation->id = found->entity;
    change_create(mutation);
    return STORE_REPEATED;
}

void outcome_keys_add(struct outcome_keys *keys, int64_t unix_milliseconds,
                      const struct store_mutation *mutation)
{
    if (mutation->key == NULL)
        return;
    const int place = place_of(keys, mutation);
    keys->count += place == keys->count;
    keys->all[place] = (struct outcome_key){.organization_id = mutation->organization_id,
                                            .key = *mutation->key,
                                            .entity = mutation->id,
                                            .created = unix_milliseconds,
                                            .changed = true};
}

/* ---- Writing ---- */

struct key_arrays {
    struct wire_array organizations, scopes, inputs, entities;
};

static void begin_arrays(struct key_arrays *arrays)
{
    wire_array_init(&arrays->organizations, WIRE_BYTEA);
    wire_array_init(&arrays->scopes, WIRE_BYTEA);
    wire_array_init(&arrays->inputs, WIRE_BYTEA);
    wire_array_init(&arrays->entities, WIRE_BYTEA);
}

static void finish_arrays(struct key_arrays *arrays)
{
    wire_array_finish(&arrays->organizations);
    wire_array_finish(&arrays->scopes);
    wire_array_finish(&arrays->inputs);
    wire_array_finish(&arrays->entities);
}

static void add_key(struct key_arrays *arrays, const struct outcome_key *key)
{
    wire_array_add(&arrays->organizations, key->organization_id.data, key->organization_id.size);
    wire_array_add(&arrays->scopes, key->key.scope, STORE_HASH_SIZE);
    wire_array_add(&arrays->inputs, key->key.input, STORE_HASH_SIZE);
    wire_array_add(&arrays->entities, key->entity.bytes, IDENTIFIER_SIZE);
}

static void put(struct trip *trip, uint32_t tag, int64_t unix_milliseconds,
                struct key_arrays *arrays)
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)tag);
    wire_give_array(&given, &arrays->organizations);
    wire_give_array(&given, &arrays->scopes);
    wire_give_array(&given, &arrays->inputs);
    wire_give_array(&given, &arrays->entities);
    wire_give_bigint(&given, unix_milliseconds);
    trip_add(trip, QUERY_PUT_IDEMPOTENT_CREATES, &given);
}

void outcome_keys_write(const struct outcome_keys *keys, uint32_t tag, int64_t unix_milliseconds,
                        struct trip *trip)
{
    struct key_arrays arrays;
    begin_arrays(&arrays);
    for (int i = 0; i < keys->count; i++) {
        if (keys->all[i].changed)
            add_key(&arrays, &keys->all[i]);
    }
    if (arrays.scopes.count > 0 || arrays.scopes.failed)
        put(trip, tag, unix_milliseconds, &arrays);
    finish_arrays(&arrays);
}
