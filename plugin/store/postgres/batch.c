// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/batch.h"

#include <sodium.h>

enum { TIME_SIZE = 8 };

struct identifier batch_key_at(int64_t unix_milliseconds)
{
    struct identifier key = {{0}};
    for (int i = 0; i < TIME_SIZE; i++)
        key.bytes[i] = (uint8_t)((uint64_t)unix_milliseconds >> (8 * (TIME_SIZE - 1 - i)));
    return key;
}

struct identifier batch_key(const struct database *database)
{
    struct identifier key = batch_key_at(database->unix_milliseconds(database->user));
    memcpy(key.bytes + TIME_SIZE, database->gateway, GATEWAY_SIZE);
    randombytes_buf(key.bytes + TIME_SIZE + GATEWAY_SIZE,
                    IDENTIFIER_SIZE - TIME_SIZE - GATEWAY_SIZE);
    return key;
}

void batch_add(struct trip *trip, enum query query, uint32_t tag, const struct identifier *key)
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)tag);
    wire_give_identifier(&given, key);
    trip_add(trip, query, &given);
}

int batch_time_limit(const struct database *database, const struct store_mutation *mutations)
{
    uint64_t until = 1; /* Long past. */
    for (const struct store_mutation *m = mutations; m != NULL; m = m->next)
        until = deadline_later(until, m->deadline.at);
    return postgres_time_limit(&database->options, until);
}

void batch_commit(struct trip *trip)
{
    trip_add_time_limit(trip, 0);
    trip_add(trip, QUERY_COMMIT, NULL);
}

bool batch_is_committed(const struct trip *trip)
{
    return !trip->session->warned;
}
