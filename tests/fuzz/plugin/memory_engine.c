// SPDX-License-Identifier: MIT
/* Takes the place of plugin/engines.c: a store in memory, used by one thread. */
#include <sodium.h>
#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/engines.h"
#include "plugin/store/engine.h"
#include "tests/plugin/late_engine/change.h"

static const struct store_engine memory_engine;

struct memory_store {
    struct store base;
    struct collation *collation;
    struct table table;
    struct identifier_mint mint;
    void *user;
    int64_t (*unix_milliseconds)(void *user);
};

struct memory_reader {
    struct store_reader base;
    struct memory_store *store;
};

static int32_t init(gql_failure *failure)
{
    (void)failure;
    return GQL_OK;
}

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    struct memory_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    *store = (struct memory_store){.base.engine = &memory_engine,
                                   .mint = options->mint,
                                   .user = options->user,
                                   .unix_milliseconds = options->unix_milliseconds};
    const int32_t code = collation_open(options->locale, &store->collation, failure);
    if (code == GQL_OK)
        *ret_store = &store->base;
    else
        free(store);
    return code;
}

static void close_store(struct store *base)
{
    struct memory_store *store = (struct memory_store *)base;
    table_finish(&store->table);
    collation_close(&store->collation);
    free(store);
}

static void drain(struct store *store)
{
    (void)store;
}

static int32_t read_store(struct store *store, struct store_read *read)
{
    static const uint8_t secret[STORE_SECRET_SIZE];
    struct memory_reader reader = {.base = {.engine = &memory_engine, .secret = secret},
                                   .store = (struct memory_store *)store};
    store_read_run(read, &reader.base);
    return read->done(read);
}

static struct memory_store *store_of(const struct store_reader *reader)
{
    return ((const struct memory_reader *)reader)->store;
}

static enum store_status get(struct store_reader *reader, const struct identifier *id,
                             struct integration *ret_integration)
{
    const struct row *row = table_find(&store_of(reader)->table, id);
    if (row == NULL)
        return STORE_NOT_FOUND;
    *ret_integration = row->copy.integration;
    return STORE_OK;
}

static enum store_status count(struct store_reader *reader, struct text organization_id,
                               struct store_counts *ret_counts)
{
    *ret_counts = table_count(&store_of(reader)->table, organization_id);
    return STORE_OK;
}

static enum store_status scan(struct store_reader *reader, const struct store_range *range,
                              int limit, struct integration_list *list)
{
    const struct memory_store *store = store_of(reader);
    return table_scan(&store->table, store->collation, range, limit, list);
}

static bool submit(struct store *base, struct store_mutation *mutation)
{
    struct memory_store *store = (struct memory_store *)base;
    mutation->detail.text[0] = '\0';
    mutation->status = table_apply(&store->table, store->collation, &store->mint,
                                   store->unix_milliseconds(store->user), mutation);
    mutation->done(mutation);
    return true;
}

static const struct store_engine memory_engine = {
    .setting = "path",
    .init = init,
    .open = open_store,
    .close = close_store,
    .drain = drain,
    .read = read_store,
    .get = get,
    .count = count,
    .scan = scan,
    .submit = submit,
};

const struct store_engine *const store_engines[] = {&memory_engine, NULL};
