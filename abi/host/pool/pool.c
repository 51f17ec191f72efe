// SPDX-License-Identifier: MIT
/* A pool as a whole. */
#include "abi/host/pool/pool.h"

#include <stdlib.h>

#include "abi/host/base/failure.h"
#include "abi/host/library.h"

enum { MAX_IDLE = 1000, MAX_WAITING_PER_KEY = 1000, MAX_WAITING = 10000, THREADS = 2 };
enum { MOST_THREADS = 64 };

static void default_to(size_t *option, size_t value)
{
    if (*option == 0)
        *option = value;
}

int32_t gql_pool_create(gql_library *library, const gql_pool_options *options, gql_pool **ret_pool,
                        gql_failure *failure)
{
    if (library == NULL || options == NULL || options->config == NULL || ret_pool == NULL ||
        options->threads > MOST_THREADS)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_pool_create: library, options, config and ret_pool must not be NULL, "
                        "and threads at most %d",
                        MOST_THREADS);
    const size_t threads = options->threads == 0 ? THREADS : options->threads;
    gql_pool *pool = calloc(1, sizeof *pool + threads * sizeof *pool->threads);
    if (pool == NULL)
        return gql_fail_no_memory(failure);
    pool->options = *options;
    default_to(&pool->options.max_idle, MAX_IDLE);
    default_to(&pool->options.max_waiting_per_key, MAX_WAITING_PER_KEY);
    default_to(&pool->options.max_waiting, MAX_WAITING);
    pool->library = library;
    pool->runtime = gql_library_runtime(library);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->quiet, NULL);
    const int32_t code = pool_start_threads(pool, threads, failure);
    if (code == GQL_OK)
        *ret_pool = pool;
    else
        gql_pool_destroy(&pool);
    return code;
}

static void end(struct pool_entry *entry, void *user)
{
    struct pool_call **rejected = user;
    struct pool_call *last = entry->waiting.last;
    struct pool_call *calls = pool_take_waiting(entry);
    if (calls != NULL) {
        last->next = *rejected;
        *rejected = calls;
    }
    if (entry->phase == POOL_OPEN)
        pool_retire(entry);
}

void gql_pool_destroy(gql_pool **pool)
{
    struct pool_call *rejected = NULL;
    if (pool == NULL || *pool == NULL)
        return;
    gql_pool *old = *pool;
    *pool = NULL;
    pthread_mutex_lock(&old->mutex);
    old->ended = true;
    pool_each(old, end, &rejected);
    pthread_mutex_unlock(&old->mutex);
    pool_reject(old, rejected, POOL_SHUTTING_DOWN);
    pthread_mutex_lock(&old->mutex);
    while (old->busy > 0)
        pthread_cond_wait(&old->quiet, &old->mutex);
    pthread_mutex_unlock(&old->mutex);
    pool_stop_threads(old);
    pool_forget_all(old);
    pthread_cond_destroy(&old->quiet);
    pthread_cond_destroy(&old->work);
    pthread_mutex_destroy(&old->mutex);
    free(old);
}
