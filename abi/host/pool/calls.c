// SPDX-License-Identifier: MIT
/* Calls: admitted to the instance of their key, queued for it, or rejected. */
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/pool/pool.h"
#include "abi/host/runtime.h"

/* ---- Beginning and end ---- */

static void finish(gql_answer *answer)
{
    struct pool_call *call = answer->user;
    struct pool_entry *entry = call->entry;
    gql_pool *pool = entry == NULL ? NULL : entry->pool;
    const gql_answer_fn on_answer = call->on_answer;
    answer->user = call->user;
    free(call);
    on_answer(answer);
    if (entry == NULL) /* The pool rejected the call. */
        return;
    pthread_mutex_lock(&pool->mutex);
    pool_end_use(entry);
    pthread_mutex_unlock(&pool->mutex);
}

/* What stands for the instance in calls that the pool rejects. */
struct rejection {
    const gql_host *host;
    const char *message;
};

static int32_t reject(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    const struct rejection *rejection = (const struct rejection *)(const void *)instance;
    const gql_error error = {.struct_size = sizeof error,
                             .code = GQL_CODE_SERVICE_UNAVAILABLE,
                             .message = rejection->message,
                             .message_size = strlen(rejection->message)};
    (void)call;
    return rejection->host->reply_reject(rejection->host, reply->handle, &error);
}

static int32_t reject_one(gql_pool *pool, struct pool_call *call, const char *message)
{
    struct rejection rejection = {gql_runtime_host(pool->runtime), message};
    call->entry = NULL;
    return gql_runtime_begin(call->slot, (gql_instance *)(void *)&rejection, reject, call->call);
}

void pool_reject(gql_pool *pool, struct pool_call *calls, const char *message)
{
    while (calls != NULL) {
        struct pool_call *next = calls->next;
        reject_one(pool, calls, message);
        calls = next;
    }
}

static int32_t begin_one(gql_instance *instance, struct pool_call *call)
{
    return gql_runtime_begin(call->slot, instance, call->resolve, call->call);
}

void pool_begin(gql_instance *instance, struct pool_call *calls)
{
    while (calls != NULL) {
        struct pool_call *next = calls->next;
        begin_one(instance, calls);
        calls = next;
    }
}

/* ---- Waiting ---- */

static void wait_for_instance(struct pool_entry *entry, struct pool_call *call)
{
    struct pool_queue *waiting = &entry->waiting;
    call->next = NULL;
    *(waiting->first == NULL ? &waiting->first : &waiting->last->next) = call;
    waiting->last = call;
    waiting->count++;
    entry->pool->waiting++;
}

struct pool_call *pool_take_waiting(struct pool_entry *entry)
{
    struct pool_call *calls = entry->waiting.first;
    entry->pool->waiting -= entry->waiting.count;
    entry->waiting = (struct pool_queue){0};
    return calls;
}

/* ---- Admission ---- */

enum verdict { BEGINS, WAITS, IS_REJECTED, NEEDS_CONFIG };

/* Why a call is rejected before it waits. NULL: it is not. */
static const char *obstacle(const gql_pool *pool, const struct pool_entry *entry)
{
    if (pool->ended)
        return POOL_SHUTTING_DOWN;
    if (entry != NULL && entry->suspended)
        return POOL_IS_SUSPENDED;
    if (entry != NULL && entry->phase == POOL_OPEN)
        return NULL;
    if (entry != NULL && entry->phase == POOL_EMPTY && pool_is_held_back(entry))
        return POOL_HAS_FAILED;
    if (pool->waiting >= pool->options.max_waiting ||
        (entry != NULL && entry->waiting.count >= pool->options.max_waiting_per_key))
        return "Too many calls wait for the service to start.";
    return NULL;
}

static bool needs_config(const struct pool_entry *entry)
{
    return entry == NULL || (entry->phase != POOL_CREATING && entry->config.text == NULL);
}

/* The mutex is held. Takes the text of the configuration if it is needed. */
static enum verdict admit(gql_pool *pool, const struct pool_key *key, struct pool_config *config,
                          struct pool_call *call, const char **ret_reason)
{
    struct pool_entry *entry = pool_find(pool, key);
    *ret_reason = obstacle(pool, entry);
    if (*ret_reason != NULL)
        return IS_REJECTED;
    if (entry != NULL && entry->phase == POOL_OPEN) {
        call->entry = entry;
        pool_use(entry, 1);
        return BEGINS;
    }
    if (needs_config(entry) && config->text == NULL)
        return NEEDS_CONFIG;
    if (entry == NULL)
        entry = pool_add(pool, key);
    if (entry == NULL) {
        *ret_reason = "Memory ran out.";
        return IS_REJECTED;
    }
    if (needs_config(entry)) {
        entry->config = *config;
        *config = (struct pool_config){0};
    }
    wait_for_instance(entry, call);
    if (entry->phase == POOL_EMPTY)
        pool_start(entry);
    return WAITS;
}

static void note_missing_config(gql_pool *pool, const struct pool_key *key,
                                const gql_failure *failure)
{
    pthread_mutex_lock(&pool->mutex);
    struct pool_entry *entry = pool_find(pool, key);
    if (entry == NULL)
        entry = pool_add(pool, key);
    if (entry != NULL && entry->phase == POOL_EMPTY && !pool_is_held_back(entry)) {
        pool_note_failure(entry, failure->message);
        pool_rest(entry);
    }
    pthread_mutex_unlock(&pool->mutex);
    pool_log_failure(pool, key, failure);
}

static bool take_config(gql_pool *pool, const struct pool_key *key, struct pool_config *config)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_pool_options *options = &pool->options;
    const int32_t code = options->config(options->user, key->bytes, key->size, &config->text,
                                         &config->size, &failure);
    if (code == GQL_OK && config->text != NULL)
        return true;
    if (failure.message[0] == '\0')
        gql_fail(&failure, code == GQL_OK ? GQL_E_CONFIG : code, "the host has no configuration");
    note_missing_config(pool, key, &failure);
    return false;
}

static enum verdict admit_locked(gql_pool *pool, const struct pool_key *key,
                                 struct pool_config *config, struct pool_call *call,
                                 const char **ret_reason)
{
    pthread_mutex_lock(&pool->mutex);
    const enum verdict verdict = admit(pool, key, config, call, ret_reason);
    pthread_mutex_unlock(&pool->mutex);
    return verdict;
}

static int32_t perform(gql_pool *pool, const struct pool_key *key, struct pool_call *call)
{
    struct pool_config config = {0};
    const char *reason = NULL;
    enum verdict verdict = admit_locked(pool, key, &config, call, &reason);
    if (verdict == NEEDS_CONFIG) {
        reason = POOL_HAS_FAILED;
        if (take_config(pool, key, &config))
            verdict = admit_locked(pool, key, &config, call, &reason);
    }
    pool_config_finish(&config);
    if (verdict == BEGINS)
        return begin_one(call->entry->instance, call);
    return verdict == WAITS ? GQL_PENDING : reject_one(pool, call, reason);
}

int32_t gql_pool_call(gql_pool *pool, const char *key, size_t key_size, gql_resolve_fn resolve,
                      const gql_call *call, gql_answer_fn on_answer, void *user)
{
    if (pool == NULL || !pool_is_key(key, key_size) || resolve == NULL || call == NULL ||
        on_answer == NULL)
        return GQL_E_MISUSE;
    struct pool_call *own = malloc(sizeof *own);
    if (own == NULL)
        return GQL_E_NO_MEMORY;
    *own =
        (struct pool_call){.resolve = resolve, .call = call, .on_answer = on_answer, .user = user};
    const int32_t code = gql_runtime_reserve(pool->runtime, NULL, finish, own, &own->slot);
    if (code == GQL_OK)
        return perform(pool, &(struct pool_key){key, key_size}, own);
    free(own);
    return code;
}
