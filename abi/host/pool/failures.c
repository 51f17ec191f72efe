// SPDX-License-Identifier: MIT
/* Creations that failed: when they are tried again, and what the operator learns. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/host/base/failure.h"
#include "abi/host/pool/pool.h"

enum { FIRST_PAUSE = 1000, LONGEST_PAUSE = 60000 }; /* Milliseconds. */

static int64_t now(const gql_pool *pool)
{
    struct timespec time;
    if (pool->options.milliseconds != NULL)
        return pool->options.milliseconds(pool->options.user);
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool pool_is_held_back(const struct pool_entry *entry)
{
    return entry->failures > 0 && now(entry->pool) < entry->retry_at;
}

void pool_note_failure(struct pool_entry *entry, const char *message)
{
    const unsigned doublings = entry->failures < 6 ? entry->failures : 6;
    const int64_t pause = (int64_t)FIRST_PAUSE << doublings;
    entry->failures += entry->failures < 6;
    entry->retry_at = now(entry->pool) + (pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
    free(entry->failure);
    entry->failure = strdup(message);
}

void pool_forget_failure(struct pool_entry *entry)
{
    entry->failures = 0;
    free(entry->failure);
    entry->failure = NULL;
}

void pool_log_failure(gql_pool *pool, const struct pool_key *key, const gql_failure *failure)
{
    const gql_host *host = gql_runtime_host(pool->runtime);
    const gql_log *log = host->extension(host, GQL_EXT_LOG);
    gql_failure line = {.struct_size = sizeof line};
    if (log == NULL)
        return;
    gql_fail(&line, failure->code, "no instance for the key %.*s: %s", (int)key->size, key->bytes,
             failure->message);
    log->write(host, GQL_LOG_ERROR, line.message, strlen(line.message), NULL);
}
