// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/store/postgres/link.h"
#include "plugin/store/postgres/others.h"
#include "plugin/store/postgres/reader.h"
#include "plugin/store/postgres/survey.h"

/* Threads of the storage pool besides those of the links, for the rest of the process. */
enum { OTHER_THREADS = 4, LOOK_NANOSECONDS = 1000 * 1000 * 1000 };

struct postgres_store {
    struct store base;
    struct database database;
    struct queue queue;
    struct link links[LINKS_MAX];
    _Atomic uint64_t next_look;
    struct others others;
};

static struct postgres_store *store_of(struct store *base)
{
    return (struct postgres_store *)base;
}

/* libpq is loaded by the first store. */
static int32_t init(gql_failure *failure)
{
    (void)failure;
    return GQL_OK;
}

/* ---- Opening and closing ---- */

static int32_t connect_first(struct postgres_store *store, gql_failure *failure)
{
    char reason[REASON_SIZE];
    struct database *database = &store->database;
    const enum session_end end = database_connect_first(database, &store->links[0].session, reason);
    if (end == SESSION_READY)
        atomic_store(&store->links[0].use, LINK_IDLE);
    if (end == SESSION_READY || (end == SESSION_UNREACHABLE && !database->options.eager))
        return GQL_OK;
    return fail(failure, end == SESSION_UNFIT ? GQL_E_CONFIG : GQL_E_UNAVAILABLE,
                "database.url: %s", reason);
}

static int32_t start_links(struct postgres_store *store, struct pool *pool, gql_failure *failure)
{
    const int count = store->database.options.connections;
    const int threads = count + OTHER_THREADS;
    pool_raise(pool, threads < POOL_THREADS ? threads : POOL_THREADS);
    for (int i = 0; i < count; i++) {
        if (!link_init(&store->links[i], &store->database, &store->queue, pool))
            return fail_no_memory(failure);
    }
    return GQL_OK;
}

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    int32_t code = libpq_load(failure);
    if (code != GQL_OK)
        return code;
    struct postgres_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    store->base.engine = &postgres_engine;
    state_board_init(&store->base.state);
    queue_init(&store->queue);
    struct store *base = &store->base;
    code = database_init(&store->database, base, options, failure);
    if (code == GQL_OK)
        code = start_links(store, &options->executors->storage, failure);
    if (code == GQL_OK)
        code = connect_first(store, failure);
    if (code == GQL_OK)
        *ret_store = base;
    else
        store_close(&base);
    return code;
}

static void close_store(struct store *base)
{
    struct postgres_store *store = store_of(base);
    for (int i = 0; i < LINKS_MAX; i++)
        link_finish(&store->links[i]);
    database_finish(&store->database);
    queue_finish(&store->queue);
    state_board_finish(&base->state);
    free(store);
}

static void drain(struct store *base)
{
    queue_drain(&store_of(base)->queue);
}

/* ---- How it fares ---- */

/* Nobody else may notice that the server is gone, or is back. */
static void look(struct store *base)
{
    struct postgres_store *store = store_of(base);
    const uint64_t now = monotonic_now();
    if (now < atomic_load(&store->next_look))
        return;
    atomic_store(&store->next_look, now + LOOK_NANOSECONDS);
    queue_probe(&store->queue, PROBE_READS);
}

static void probe(struct store *base)
{
    queue_probe(&store_of(base)->queue, PROBE_CHANGES);
}

static bool count_pool(struct store *base, struct store_pool *ret_pool)
{
    struct postgres_store *store = store_of(base);
    const int count = store->database.options.connections;
    *ret_pool = (struct store_pool){.most = count, .waiting = queue_waiting(&store->queue)};
    for (int i = 0; i < count; i++) {
        const int use = atomic_load(&store->links[i].use);
        ret_pool->idle += use == LINK_IDLE;
        ret_pool->used += use == LINK_USED;
    }
    return true;
}

/* ---- Calls ---- */

static int32_t read_store(struct store *base, struct store_read *read)
{
    struct store_detail detail;
    const enum queueing how = queue_add_read(&store_of(base)->queue, read);
    if (how == QUEUED)
        return GQL_PENDING;
    if (how == DRAINING)
        return store_read_fail(read, STORE_BUSY, "the store is closing");
    store_detail_no_thread(&detail, errno);
    return store_read_fail(read, STORE_SHORTAGE, detail.text);
}

static bool submit(struct store *base, struct store_mutation *mutation)
{
    mutation->result = (struct integration_copy){0};
    mutation->detail.text[0] = '\0';
    const enum queueing how = queue_add_mutation(&store_of(base)->queue, mutation);
    if (how == DRAINING)
        errno = ECANCELED;
    return how == QUEUED;
}

static bool others_committed(struct store *base)
{
    struct postgres_store *store = store_of(base);
    const struct database *database = &store->database;
    return others_look(&store->others, base, database->unix_milliseconds(database->user));
}

const struct store_engine postgres_engine = {
    .setting = "url",
    .init = init,
    .open = open_store,
    .close = close_store,
    .drain = drain,
    .look = look,
    .probe = probe,
    .pool = count_pool,
    .read = read_store,
    .get = postgres_get,
    .count = postgres_count,
    .scan = postgres_scan,
    .events = postgres_events,
    .trail_head = postgres_trail_head,
    .trail_checkpoint = postgres_trail_checkpoint,
    .survey = postgres_survey,
    .others_committed = others_committed,
    .submit = submit,
};
