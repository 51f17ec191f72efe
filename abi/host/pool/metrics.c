// SPDX-License-Identifier: MIT
#include "abi/host/pool/pool.h"

struct reading {
    const gql_library *library;
    uint32_t organizations;
    gql_pool_metrics_fn take;
    void *user;
    const struct pool_entry *entry; /* Whose instance is asked. */
    int32_t code;                   /* The first failure. */
};

static void pass_on(void *user, const char *json, uint64_t size)
{
    const struct reading *reading = user;
    reading->take(reading->user, reading->entry->key.bytes, reading->entry->key.size, json,
                  (size_t)size);
}

static void ask(struct pool_entry *entry, void *user)
{
    struct reading *reading = user;
    reading->entry = entry;
    const int32_t code = gql_library_metrics(reading->library, entry->instance,
                                             reading->organizations, pass_on, reading);
    if (reading->code == GQL_OK)
        reading->code = code;
}

int32_t gql_pool_metrics(gql_pool *pool, uint32_t organizations, gql_pool_metrics_fn take,
                         void *user)
{
    struct reading reading = {pool->library, organizations, take, user, NULL, GQL_OK};
    return pool_survey(pool, NULL, ask, &reading) ? reading.code : GQL_E_NO_MEMORY;
}
