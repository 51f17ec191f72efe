// SPDX-License-Identifier: MIT
/*
 * What the metrics say of all that is stored, and takes longer to find out than a host may wait: it
 * is looked for beside the calls, in short turns with pauses, while a host asks for it, and kept
 * for the next time that it asks.
 */
#ifndef PLUGIN_INSTANCE_INVENTORY_H
#define PLUGIN_INSTANCE_INVENTORY_H

#include <pthread.h>

#include "plugin/base/job.h"
#include "plugin/instance/expiries.h"
#include "plugin/instance/state_counts.h"
#include "plugin/store/store.h"

/* How long what was found is kept; longer if it took long to find, so that a tenth of the time is
 * spent on looking. */
enum { INVENTORY_SECONDS = 60, INVENTORY_PATIENCE = 10 };

struct inventory_findings {
    struct expiries expiries;
    struct state_counts states;
    bool failed; /* Memory ran out. */
};

struct inventory {
    struct job job;
    struct store *store;

    /* The job's, while a look is under way. */
    struct store_inventory look;
    struct inventory_findings next;
    uint64_t began; /* CLOCK_MONOTONIC, nanoseconds; also below. */
    int tries;      /* Of the same step. */

    pthread_mutex_t lock; /* Guards the members below. */
    bool under_way;
    uint64_t due; /* When to look again. */
    struct inventory_findings found;
};

/* The store and the pool must outlive inventory_stop. */
void inventory_init(struct inventory *inventory, struct store *store, struct pool *pool);

/* Waits for the turn under way; there is no other one. Does nothing for a zeroed one. */
void inventory_stop(struct inventory *inventory);

/* After inventory_stop. Likewise. */
void inventory_finish(struct inventory *inventory);

/*
 * What was found last; nothing at first. Valid until inventory_give_back, on the same thread. Looks
 * anew, for the next time, if it is old. Any thread.
 */
const struct inventory_findings *inventory_borrow(struct inventory *inventory);
void inventory_give_back(struct inventory *inventory);

#endif
