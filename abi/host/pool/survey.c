// SPDX-License-Identifier: MIT
/* Asks the instances of a pool, without the mutex: a use holds each until it has answered. */
#include <stdlib.h>

#include "abi/host/pool/pool.h"

struct survey {
    struct pool_entry **open;
    size_t count;
    void (*see)(struct pool_entry *entry, void *user);
    void *user;
};

static void count(struct pool_entry *entry, void *user)
{
    struct survey *survey = user;
    survey->count += entry->phase == POOL_OPEN;
}

/* The mutex is held. */
static void hold(struct pool_entry *entry, void *user)
{
    struct survey *survey = user;
    if (entry->phase == POOL_OPEN) {
        entry->calls++; /* It stays where it is among the idle ones. */
        survey->open[survey->count++] = entry;
    } else if (survey->see != NULL) {
        survey->see(entry, survey->user);
    }
}

static bool hold_all(gql_pool *pool, struct survey *survey)
{
    pthread_mutex_lock(&pool->mutex);
    pool_each(pool, count, survey);
    survey->open = calloc(survey->count + 1, sizeof *survey->open);
    survey->count = 0;
    if (survey->open != NULL)
        pool_each(pool, hold, survey);
    pthread_mutex_unlock(&pool->mutex);
    return survey->open != NULL;
}

bool pool_survey(gql_pool *pool, void (*see)(struct pool_entry *entry, void *user),
                 void (*ask)(struct pool_entry *entry, void *user), void *user)
{
    struct survey survey = {.see = see, .user = user};
    if (!hold_all(pool, &survey))
        return false;
    for (size_t i = 0; i < survey.count; i++) {
        ask(survey.open[i], user);
        pthread_mutex_lock(&pool->mutex);
        pool_end_use(survey.open[i]);
        pthread_mutex_unlock(&pool->mutex);
    }
    free(survey.open);
    return true;
}
