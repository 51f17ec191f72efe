// SPDX-License-Identifier: MIT
/*
 * Bounds the refusals that are recorded in audit trails, of each actor in each organization: some
 * at once, then one a minute. Those that were held back are counted. Any thread.
 */
#ifndef PLUGIN_INSTANCE_DENIAL_BUDGET_H
#define PLUGIN_INSTANCE_DENIAL_BUDGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/text.h"

enum {
    DENIALS_AT_ONCE = 10,
    DENIAL_SECONDS = 60,
    DENIAL_SETS = 64, /* Of places: an actor has one in the set that its hash says. */
    DENIAL_PLACES = 4,
};

struct denial_place {
    uint64_t who;  /* A hash of organization and actor. */
    uint64_t full; /* When nothing of the budget is used any more; CLOCK_MONOTONIC, nanoseconds. */
    uint32_t held;
};

struct denial_budget {
    uint8_t secret[16];                           /* So that nobody can choose an actor's place. */
    pthread_mutex_t lock;                         /* Guards the places. */
    struct denial_place (*places)[DENIAL_PLACES]; /* The sets; NULL: nobody was refused yet. */
};

void denial_budget_init(struct denial_budget *budget);
void denial_budget_finish(struct denial_budget *budget);

/*
 * Whether this refusal is recorded; then *ret_held is how many of the same actor were held back
 * since the last one. Where too many actors are refused at once, or memory is short, some are held
 * back, and not counted.
 */
bool denial_budget_take(struct denial_budget *budget, struct text organization_id,
                        struct text actor_id, uint64_t now, uint32_t *ret_held);

#endif
