// SPDX-License-Identifier: MIT
#include "vault/token_cache.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "vault/process_lock.h"

/* The cache is set-associative: a full set evicts its oldest digest. */
enum { WAYS = 4 };

/* Tokens that the process remembers, 18 bytes each; memory that they do not need is not touched. */
enum { SHARED_CAPACITY = 65536 };

struct set {
    struct vault_token_digest digests[WAYS];
    unsigned used;
    unsigned oldest;
};

struct vault_token_cache {
    unsigned char key[crypto_generichash_KEYBYTES];
    size_t set_count;
    size_t references;    /* Of the process's cache, under shared_lock. */
    pthread_mutex_t lock; /* Guards the sets. */
    struct set *sets;
};

static _Atomic uint64_t found_count, missed_count;
static struct vault_process_lock shared_lock;
static struct vault_token_cache *shared; /* NULL while nobody has acquired it. */

struct vault_token_cache *vault_token_cache_create(size_t capacity)
{
    struct vault_token_cache *cache = sodium_init() < 0 ? NULL : calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    cache->set_count = capacity / WAYS + 1;
    cache->sets = calloc(cache->set_count, sizeof *cache->sets);
    if (cache->sets == NULL) {
        free(cache);
        return NULL;
    }
    randombytes_buf(cache->key, sizeof cache->key);
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void vault_token_cache_destroy(struct vault_token_cache **cache)
{
    if (*cache == NULL)
        return;
    sodium_memzero((*cache)->key, sizeof(*cache)->key);
    pthread_mutex_destroy(&(*cache)->lock);
    free((*cache)->sets);
    free(*cache);
    *cache = NULL;
}

struct vault_token_cache *vault_token_cache_acquire(void)
{
    if (vault_process_lock_take(&shared_lock)) {
        shared = NULL; /* The parent's, whose lock another of its threads may have held. */
        atomic_store(&found_count, 0);
        atomic_store(&missed_count, 0);
    }
    if (shared == NULL)
        shared = vault_token_cache_create(SHARED_CAPACITY);
    if (shared != NULL)
        shared->references++;
    struct vault_token_cache *cache = shared;
    vault_process_lock_give(&shared_lock);
    return cache;
}

void vault_token_cache_release(struct vault_token_cache **cache)
{
    if (*cache == NULL)
        return;
    *cache = NULL;
    vault_process_lock_take(&shared_lock);
    if (--shared->references == 0)
        vault_token_cache_destroy(&shared);
    vault_process_lock_give(&shared_lock);
}

struct vault_token_digest vault_token_cache_digest(const struct vault_token_cache *cache,
                                                   const struct vault_public_key *key,
                                                   const char *token, size_t size)
{
    struct vault_token_digest digest;
    crypto_generichash_state state;
    crypto_generichash_init(&state, cache->key, sizeof cache->key, sizeof digest.bytes);
    crypto_generichash_update(&state, key->bytes, sizeof key->bytes);
    crypto_generichash_update(&state, (const unsigned char *)token, size);
    crypto_generichash_final(&state, digest.bytes, sizeof digest.bytes);
    return digest;
}

/* Its digests are read and written with the lock held. */
static struct set *find_set(const struct vault_token_cache *cache,
                            const struct vault_token_digest *digest)
{
    uint64_t number;
    memcpy(&number, digest->bytes, sizeof number);
    return &cache->sets[number % cache->set_count];
}

static bool holds(const struct set *set, const struct vault_token_digest *digest)
{
    for (unsigned i = 0; i < set->used; i++) {
        if (memcmp(set->digests[i].bytes, digest->bytes, sizeof digest->bytes) == 0)
            return true;
    }
    return false;
}

bool vault_token_cache_has(struct vault_token_cache *cache, const struct vault_token_digest *digest)
{
    pthread_mutex_lock(&cache->lock);
    const bool found = holds(find_set(cache, digest), digest);
    pthread_mutex_unlock(&cache->lock);
    atomic_fetch_add(found ? &found_count : &missed_count, 1);
    return found;
}

void vault_token_cache_lookups(uint64_t *ret_found, uint64_t *ret_missed)
{
    *ret_found = atomic_load(&found_count);
    *ret_missed = atomic_load(&missed_count);
}

void vault_token_cache_add(struct vault_token_cache *cache, const struct vault_token_digest *digest)
{
    pthread_mutex_lock(&cache->lock);
    struct set *set = find_set(cache, digest);
    if (!holds(set, digest)) {
        const unsigned place = set->used < WAYS ? set->used++ : set->oldest++ % WAYS;
        set->digests[place] = *digest;
    }
    pthread_mutex_unlock(&cache->lock);
}
