// SPDX-License-Identifier: MIT
/*
 * Erases, beside the calls, what a store keeps beyond its retention: a mutation of its own,
 * STORE_SWEEP, that comes again and again. What is due is erased in steps, with pauses for others.
 *
 * A store with one database is swept ten seconds after it was opened, and every hour. Where each
 * organization has one, a round goes over all of them once a day, one after the other: it opens
 * those that nobody uses, one every ten seconds, or, where there are more than a day has room for,
 * some. The first round begins at a random hour and place: many processes may have been started
 * together.
 */
#ifndef PLUGIN_STORE_SWEEPER_H
#define PLUGIN_STORE_SWEEPER_H

#include <pthread.h>

#include "plugin/base/job.h"
#include "plugin/store/engine.h"

struct sweep_step;

/* Owned by the store. Zeroed, it is stopped. */
struct sweeper {
    struct job job;
    struct store *store;
    struct sweep_place place;
    int rest;  /* Hours until the next round. */
    int each;  /* How many organizations are swept every ten seconds. */
    int swept; /* Since the last pause. */
    int round; /* Organizations in this round. */

    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t ended;
    bool under_way;        /* The step. */
    struct sweep_step *at; /* There is more to do where it was. NULL: there is not. */
};

/* The store must be open. False, with errno, if there is no thread and none can be started. */
bool sweeper_start(struct sweeper *sweeper, struct store *store, struct pool *pool);

/* Waits for the step under way; there is no other one. May be called again. */
void sweeper_stop(struct sweeper *sweeper);

void sweeper_finish(struct sweeper *sweeper);

#endif
