// SPDX-License-Identifier: MIT
#include "plugin/store/sweeper.h"

#include <sodium.h>
#include <stdlib.h>

enum { HOURS = 24, PAUSES_OF_A_DAY = HOURS * 3600 / 10 };

/* Allocated while it is needed: there may be thousands of stores that rest. */
struct sweep_step {
    struct store_mutation mutation;
    struct sweeper *sweeper;
    struct tenant_id organization; /* That is swept; of size 0: nobody's. */
};

static bool has_organizations(const struct sweeper *sweeper)
{
    return sweeper->store->engine->next_organization != NULL;
}

static void pause_for(struct sweeper *sweeper, bool goes_on)
{
    enum delay pause = DELAY_SWEEP;
    if (!goes_on && !has_organizations(sweeper))
        pause = DELAY_REST;
    else if (!goes_on && sweeper->swept >= sweeper->each)
        pause = DELAY_WATCH;
    job_wake_after(&sweeper->job, pause);
}

static void end_step(struct store_mutation *mutation)
{
    struct sweep_step *step = (struct sweep_step *)mutation;
    struct sweeper *sweeper = step->sweeper;
    const bool goes_on = mutation->status == STORE_OK;
    if (!goes_on)
        free(step);
    pthread_mutex_lock(&sweeper->lock);
    sweeper->at = goes_on ? step : NULL;
    sweeper->under_way = false;
    pause_for(sweeper, goes_on);
    pthread_cond_broadcast(&sweeper->ended);
    pthread_mutex_unlock(&sweeper->lock);
}

static void take_step(struct sweep_step *step)
{
    struct sweeper *sweeper = step->sweeper;
    step->mutation = (struct store_mutation){
        .kind = STORE_SWEEP,
        .organization_id = tenant_id_text(&step->organization),
        .done = end_step,
    };
    pthread_mutex_lock(&sweeper->lock);
    sweeper->under_way = true;
    pthread_mutex_unlock(&sweeper->lock);
    if (sweeper->store->engine->submit(sweeper->store, &step->mutation))
        return;
    step->mutation.status = STORE_SHORTAGE;
    end_step(&step->mutation);
}

static void end_round(struct sweeper *sweeper)
{
    sweeper->each = 1 + sweeper->round / PAUSES_OF_A_DAY;
    sweeper->round = sweeper->swept = 0;
    sweeper->place.number = 0;
    sweeper->rest = HOURS;
    job_wake_after(&sweeper->job, DELAY_REST);
}

/* False: the round is over. */
static bool enter_next(struct sweep_step *step)
{
    struct sweeper *sweeper = step->sweeper;
    struct store *store = sweeper->store;
    if (!has_organizations(sweeper))
        return true;
    if (sweeper->swept >= sweeper->each)
        sweeper->swept = 0;
    sweeper->swept++;
    sweeper->round++;
    return store->engine->next_organization(store, &sweeper->place, &step->organization);
}

static void begin_step(struct sweeper *sweeper)
{
    struct sweep_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        job_wake_after(&sweeper->job, DELAY_REST);
        return;
    }
    step->sweeper = sweeper;
    if (enter_next(step)) {
        take_step(step);
    } else {
        free(step);
        end_round(sweeper);
    }
}

static bool is_under_way(struct sweeper *sweeper)
{
    pthread_mutex_lock(&sweeper->lock);
    const bool is = sweeper->under_way;
    pthread_mutex_unlock(&sweeper->lock);
    return is;
}

static void take_turn(struct job *job)
{
    struct sweeper *sweeper = (struct sweeper *)job;
    if (is_under_way(sweeper))
        return; /* Its end wakes the job. */
    if (sweeper->rest > 0 && --sweeper->rest > 0)
        job_wake_after(job, DELAY_REST);
    else if (sweeper->at != NULL)
        take_step(sweeper->at);
    else
        begin_step(sweeper);
}

bool sweeper_start(struct sweeper *sweeper, struct store *store, struct pool *pool)
{
    *sweeper = (struct sweeper){.store = store, .each = 1};
    pthread_mutex_init(&sweeper->lock, NULL);
    pthread_cond_init(&sweeper->ended, NULL);
    job_init(&sweeper->job, pool, take_turn);
    if (!has_organizations(sweeper))
        return job_wake_after(&sweeper->job, DELAY_WATCH);
    sweeper->place.offset = randombytes_random();
    sweeper->rest = 1 + (int)randombytes_uniform(HOURS);
    return job_wake_after(&sweeper->job, DELAY_REST);
}

void sweeper_stop(struct sweeper *sweeper)
{
    if (sweeper->store == NULL)
        return;
    job_stop(&sweeper->job);
    pthread_mutex_lock(&sweeper->lock);
    while (sweeper->under_way)
        pthread_cond_wait(&sweeper->ended, &sweeper->lock);
    pthread_mutex_unlock(&sweeper->lock);
}

void sweeper_finish(struct sweeper *sweeper)
{
    if (sweeper->store == NULL)
        return;
    sweeper_stop(sweeper);
    free(sweeper->at);
    pthread_mutex_destroy(&sweeper->lock);
    pthread_cond_destroy(&sweeper->ended);
}
