// SPDX-License-Identifier: MIT
/* How an entry gets its instance, is used, and loses the instance. */
#include "abi/host/pool/pool.h"

static void add_job(struct pool_entry *entry)
{
    pool_list_append(&entry->pool->jobs, entry);
    pthread_cond_signal(&entry->pool->work);
}

void pool_start(struct pool_entry *entry)
{
    pool_list_remove(entry);
    entry->phase = POOL_CREATING;
    entry->closing = false;
    entry->pool->busy++;
    add_job(entry);
}

void pool_retire(struct pool_entry *entry)
{
    pool_list_remove(entry);
    entry->phase = POOL_CLOSING;
    if (entry->calls == 0)
        add_job(entry);
}

static void go_idle(struct pool_entry *entry)
{
    gql_pool *pool = entry->pool;
    pool_list_append(&pool->idle, entry);
    if (pool->idle.count > pool->options.max_idle)
        pool_retire(pool->idle.first);
}

void pool_use(struct pool_entry *entry, size_t calls)
{
    if (entry->list == &entry->pool->idle && calls > 0)
        pool_list_remove(entry);
    entry->calls += calls;
}

void pool_end_use(struct pool_entry *entry)
{
    if (--entry->calls > 0)
        return;
    if (entry->phase == POOL_OPEN && entry->list == NULL)
        go_idle(entry);
    else if (entry->phase == POOL_CLOSING)
        add_job(entry);
}

void pool_open_entry(struct pool_entry *entry, gql_instance *instance)
{
    entry->instance = instance;
    entry->phase = POOL_OPEN;
    if (entry->closing || entry->suspended || entry->pool->ended)
        pool_retire(entry);
    else if (entry->calls == 0)
        go_idle(entry);
}

void pool_empty(struct pool_entry *entry)
{
    gql_pool *pool = entry->pool;
    entry->instance = NULL;
    entry->phase = POOL_EMPTY;
    pool->busy--;
    if (entry->waiting.count > 0)
        pool_start(entry);
    else
        pool_rest(entry);
    if (pool->busy == 0)
        pthread_cond_broadcast(&pool->quiet);
}
