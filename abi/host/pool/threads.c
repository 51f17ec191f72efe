// SPDX-License-Identifier: MIT
/* The threads of a pool: they create instances and destroy them, in the order of the jobs. */
#include <signal.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/pool/pool.h"

/* Those that came while the first ones began are begun after the entry is open, beside others. */
static void begin_waiting(struct pool_entry *entry, gql_instance *instance)
{
    gql_pool *pool = entry->pool;
    pool_use(entry, entry->waiting.count);
    struct pool_call *calls = pool_take_waiting(entry);
    for (struct pool_call *call = calls; call != NULL; call = call->next)
        call->entry = entry;
    pthread_mutex_unlock(&pool->mutex);
    pool_begin(instance, calls);
    pthread_mutex_lock(&pool->mutex);
}

static void serve(struct pool_entry *entry, gql_instance *instance)
{
    begin_waiting(entry, instance);
    pool_use(entry, 1); /* Keeps the entry until the last of them has begun. */
    pool_open_entry(entry, instance);
    begin_waiting(entry, instance);
    pool_end_use(entry);
}

static void fail(struct pool_entry *entry, const gql_failure *failure)
{
    gql_pool *pool = entry->pool;
    char bytes[GQL_POOL_KEY_SIZE];
    const struct pool_key key = {bytes, entry->key.size};
    struct pool_call *calls = pool_take_waiting(entry);
    memcpy(bytes, entry->key.bytes, entry->key.size);
    pool_note_failure(entry, failure->message);
    pool_empty(entry); /* May forget the entry. */
    pthread_mutex_unlock(&pool->mutex);
    pool_log_failure(pool, &key, failure);
    pool_reject(pool, calls, POOL_HAS_FAILED);
    pthread_mutex_lock(&pool->mutex);
}

static void create(struct pool_entry *entry)
{
    gql_pool *pool = entry->pool;
    gql_failure failure = {.struct_size = sizeof failure};
    gql_instance *instance = NULL;
    struct pool_config config = entry->config;
    entry->config = (struct pool_config){0};
    pthread_mutex_unlock(&pool->mutex);
    const int32_t code = gql_instance_create(pool->library, config.text, config.size, &instance,
                                             &failure);
    pool_config_finish(&config);
    pthread_mutex_lock(&pool->mutex);
    if (code != GQL_OK) {
        fail(entry, &failure);
        return;
    }
    pool_forget_failure(entry);
    serve(entry, instance);
}

static void destroy(struct pool_entry *entry)
{
    gql_pool *pool = entry->pool;
    pthread_mutex_unlock(&pool->mutex);
    gql_instance_destroy(pool->library, &entry->instance);
    pthread_mutex_lock(&pool->mutex);
    pool_empty(entry);
}

static void run(struct pool_entry *entry)
{
    pool_list_remove(entry);
    if (entry->phase == POOL_CLOSING)
        destroy(entry);
    else if (entry->waiting.count > 0)
        create(entry);
    else /* Nobody waits any more. */
        pool_empty(entry);
}

static void *work(void *data)
{
    gql_pool *pool = data;
    pthread_mutex_lock(&pool->mutex);
    while (pool->jobs.first != NULL || !pool->stopped) {
        if (pool->jobs.first != NULL)
            run(pool->jobs.first);
        else
            pthread_cond_wait(&pool->work, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

int32_t pool_start_threads(gql_pool *pool, size_t count, gql_failure *failure)
{
    sigset_t all, before;
    int error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* Signals are the host's. */
    for (; error == 0 && pool->thread_count < count; pool->thread_count += error == 0)
        error = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        return GQL_OK;
    pool_stop_threads(pool);
    return gql_fail(failure, GQL_E_UNAVAILABLE, "no thread for a pool of instances: %s",
                    strerror(error));
}

void pool_stop_threads(gql_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->stopped = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    while (pool->thread_count > 0)
        pthread_join(pool->threads[--pool->thread_count], NULL);
}
