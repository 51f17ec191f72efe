// SPDX-License-Identifier: MIT
/* How the instances of a pool fare together. Instances are asked without the mutex, held by a use. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/pool/pool.h"

enum { REASON_SIZE = 512 };

struct survey {
    struct pool_entry **open;
    size_t open_count;
    size_t failed; /* Instances that reject calls. */
    size_t unwell; /* Keys with anything but GQL_HEALTH_OK. */
    char *reason;  /* Of the first of them. */
    size_t reason_size;
};

static void count(struct pool_entry *entry, void *user)
{
    struct survey *survey = user;
    survey->open_count += entry->phase == POOL_OPEN;
}

static void note(struct survey *survey, const char *what, const struct pool_entry *entry,
                 const char *why)
{
    if (survey->unwell++ == 0)
        snprintf(survey->reason, survey->reason_size, "%s%.*s: %s", what, (int)entry->key.size,
                 entry->key.bytes, why);
}

/* The mutex is held. */
static void hold(struct pool_entry *entry, void *user)
{
    struct survey *survey = user;
    if (entry->phase == POOL_OPEN) {
        entry->calls++; /* It stays where it is among the idle ones. */
        survey->open[survey->open_count++] = entry;
    } else if (entry->phase == POOL_EMPTY && entry->failures > 0) {
        note(survey, "No instance for ", entry,
             entry->failure == NULL ? "memory ran out" : entry->failure);
    }
}

static bool hold_all(gql_pool *pool, struct survey *survey)
{
    pthread_mutex_lock(&pool->mutex);
    pool_each(pool, count, survey);
    survey->open = calloc(survey->open_count + 1, sizeof *survey->open);
    survey->open_count = 0;
    if (survey->open != NULL)
        pool_each(pool, hold, survey);
    pthread_mutex_unlock(&pool->mutex);
    return survey->open != NULL;
}

static void ask(const gql_pool *pool, struct pool_entry *entry, struct survey *survey)
{
    char why[REASON_SIZE];
    const uint32_t health = gql_instance_health(pool->library, entry->instance, why, sizeof why);
    survey->failed += health == GQL_HEALTH_FAILED;
    if (health != GQL_HEALTH_OK)
        note(survey, "", entry, why);
}

static void count_others(const struct survey *survey)
{
    const size_t used = strlen(survey->reason);
    if (survey->unwell > 1)
        snprintf(survey->reason + used, survey->reason_size - used, ", and %zu more",
                 survey->unwell - 1);
}

uint32_t gql_pool_health(gql_pool *pool, char *reason, size_t reason_size)
{
    char unread[1];
    struct survey survey = {.reason = reason_size > 0 ? reason : unread,
                            .reason_size = reason_size > 0 ? reason_size : sizeof unread};
    survey.reason[0] = '\0';
    if (!hold_all(pool, &survey)) {
        snprintf(survey.reason, survey.reason_size, "Memory ran out");
        return GQL_HEALTH_DEGRADED;
    }
    for (size_t i = 0; i < survey.open_count; i++) {
        ask(pool, survey.open[i], &survey);
        pthread_mutex_lock(&pool->mutex);
        pool_end_use(survey.open[i]);
        pthread_mutex_unlock(&pool->mutex);
    }
    free(survey.open);
    count_others(&survey);
    if (survey.failed > 0 && survey.failed == survey.open_count)
        return GQL_HEALTH_FAILED;
    return survey.unwell > 0 ? GQL_HEALTH_DEGRADED : GQL_HEALTH_OK;
}
