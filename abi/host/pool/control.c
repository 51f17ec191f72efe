// SPDX-License-Identifier: MIT
/* What an operator does with keys: suspend, resume, close, list. */
#include <stdlib.h>
#include <string.h>

#include "abi/host/pool/pool.h"

/* ---- Changes ---- */

static struct pool_call *suspend(struct pool_entry *entry)
{
    struct pool_call *rejected = pool_take_waiting(entry);
    entry->suspended = true;
    pool_config_finish(&entry->config); /* It may be another one after the suspension. */
    if (entry->phase == POOL_OPEN) {
        pool_retire(entry);
    } else if (entry->phase == POOL_EMPTY) {
        pool_list_remove(entry); /* Of those that failed. */
    } else if (entry->phase == POOL_CREATING && entry->list != NULL) {
        pool_list_remove(entry); /* No thread has taken the job. */
        pool_empty(entry);
    }
    return rejected;
}

int32_t gql_pool_suspend_key(gql_pool *pool, const char *key, size_t key_size)
{
    const struct pool_key wanted = {key, key_size};
    struct pool_call *rejected = NULL;
    if (pool == NULL || !pool_is_key(key, key_size))
        return GQL_E_MISUSE;
    pthread_mutex_lock(&pool->mutex);
    struct pool_entry *entry = pool_find(pool, &wanted);
    if (entry == NULL)
        entry = pool_add(pool, &wanted);
    if (entry != NULL)
        rejected = suspend(entry);
    pthread_mutex_unlock(&pool->mutex);
    pool_reject(pool, rejected, POOL_IS_SUSPENDED);
    return entry == NULL ? GQL_E_NO_MEMORY : GQL_OK;
}

static void resume(struct pool_entry *entry)
{
    entry->suspended = false;
    pool_forget_failure(entry);
    pool_rest(entry);
}

static void close_entry(struct pool_entry *entry)
{
    pool_forget_failure(entry);
    if (entry->phase == POOL_CREATING)
        entry->closing = true;
    else if (entry->phase == POOL_OPEN)
        pool_retire(entry);
    pool_rest(entry);
}

static int32_t change(gql_pool *pool, const char *key, size_t key_size,
                      void (*apply)(struct pool_entry *entry))
{
    if (pool == NULL || !pool_is_key(key, key_size))
        return GQL_E_MISUSE;
    pthread_mutex_lock(&pool->mutex);
    struct pool_entry *entry = pool_find(pool, &(struct pool_key){key, key_size});
    if (entry != NULL)
        apply(entry);
    pthread_mutex_unlock(&pool->mutex);
    return GQL_OK;
}

int32_t gql_pool_resume_key(gql_pool *pool, const char *key, size_t key_size)
{
    return change(pool, key, key_size, resume);
}

int32_t gql_pool_close_key(gql_pool *pool, const char *key, size_t key_size)
{
    return change(pool, key, key_size, close_entry);
}

/* ---- The list ---- */

static gql_pool_state state_of(const struct pool_entry *entry)
{
    static const gql_pool_state states[] = {[POOL_EMPTY] = GQL_POOL_FAILED,
                                            [POOL_CREATING] = GQL_POOL_CREATING,
                                            [POOL_OPEN] = GQL_POOL_OPEN,
                                            [POOL_CLOSING] = GQL_POOL_CLOSING};
    if (entry->suspended)
        return entry->phase == POOL_EMPTY ? GQL_POOL_SUSPENDED : GQL_POOL_SUSPENDING;
    return states[entry->phase];
}

const char *gql_pool_state_name(gql_pool_state state)
{
    static const char *const names[] = {
        [GQL_POOL_CREATING] = "creating",     [GQL_POOL_OPEN] = "open",
        [GQL_POOL_CLOSING] = "closing",       [GQL_POOL_FAILED] = "failed",
        [GQL_POOL_SUSPENDING] = "suspending", [GQL_POOL_SUSPENDED] = "suspended",
    };
    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

/* The list under way: first only measured, then written. */
struct listing {
    gql_pool_key *next; /* NULL: only measured. */
    char *text;
    size_t count;
    size_t size; /* Of the texts. */
};

static const char *copy(struct listing *listing, const char *text, size_t size)
{
    char *start = listing->text;
    listing->text = (char *)mempcpy(start, text, size) + 1;
    start[size] = '\0';
    return start;
}

static void list_one(struct pool_entry *entry, void *user)
{
    struct listing *listing = user;
    const char *failure = entry->failure == NULL ? "" : entry->failure;
    const size_t failure_size = strlen(failure);
    listing->count++;
    listing->size += entry->key.size + 1 + failure_size + 1;
    if (listing->next == NULL)
        return;
    *listing->next++ = (gql_pool_key){.key = copy(listing, entry->key.bytes, entry->key.size),
                                      .key_size = entry->key.size,
                                      .state = state_of(entry),
                                      .calls = entry->calls,
                                      .waiting = entry->waiting.count,
                                      .failure = copy(listing, failure, failure_size)};
}

static gql_pool_key *list(gql_pool *pool, size_t *ret_count)
{
    struct listing listing = {0};
    pool_each(pool, list_one, &listing);
    const size_t structs = listing.count * sizeof(gql_pool_key);
    gql_pool_key *keys = malloc(structs + listing.size + 1);
    if (keys == NULL)
        return NULL;
    *ret_count = listing.count;
    listing = (struct listing){.next = keys, .text = (char *)keys + structs};
    pool_each(pool, list_one, &listing);
    return keys;
}

int32_t gql_pool_list_keys(gql_pool *pool, gql_pool_key **ret_keys, size_t *ret_count)
{
    if (pool == NULL || ret_keys == NULL || ret_count == NULL)
        return GQL_E_MISUSE;
    pthread_mutex_lock(&pool->mutex);
    gql_pool_key *keys = list(pool, ret_count);
    pthread_mutex_unlock(&pool->mutex);
    if (keys == NULL)
        return GQL_E_NO_MEMORY;
    *ret_keys = keys;
    return GQL_OK;
}
