// SPDX-License-Identifier: MIT
/*
 * The calls of one kind, reads or changes, that were rejected because the store failed or was short
 * of something: what the log and the health say of them, until such a call succeeds. Any thread.
 */
#ifndef PLUGIN_INSTANCE_REJECTIONS_H
#define PLUGIN_INSTANCE_REJECTIONS_H

#include "plugin/base/throttle.h"
#include "plugin/store/store.h"

enum {
    REJECTIONS_FAILED = 3,   /* So many in a row: calls of this kind have no chance. */
    REJECTIONS_SECONDS = 60, /* So long after the last one, nothing is known any more. */
};

struct rejections {
    const char *calls;                     /* "Reads" or "Changes". */
    struct throttle lines[STORE_STATUSES]; /* For the log. */
    struct throttle ends;
    atomic_bool untold;   /* There was a rejection; its end is not logged yet. */
    pthread_mutex_t lock; /* Guards the members below. */
    unsigned in_a_row;
    uint64_t last; /* CLOCK_MONOTONIC, nanoseconds, as all times. */
    char reason[256];
};

/* `calls` must outlive it. */
void rejections_init(struct rejections *rejections, const char *calls);
void rejections_finish(struct rejections *rejections);

/* The cause, for an operator; NULL: such a rejection is none of the kind that counts here. */
const char *rejections_cause(enum store_status status);

/*
 * Counts a rejection whose status has a cause. Returns whether to log it: once a minute for each
 * status. Then *ret_held is how many were rejected, but not logged, since the last line. Never for
 * STORE_BROKEN, which the caller logs each time, with the trace ID that the client was told.
 */
bool rejections_add(struct rejections *rejections, enum store_status status, const char *detail,
                    uint64_t now, unsigned *ret_held);

/* Whether a success must be reported: cheap, unlike monotonic_now. */
static inline bool rejections_may_end(const struct rejections *rejections)
{
    return atomic_load(&rejections->untold);
}

/*
 * A call succeeded. Returns whether to log that the rejections have ended, which is at most once a
 * minute; then *ret_held is how many were rejected, but not logged.
 */
bool rejections_end(struct rejections *rejections, uint64_t now, unsigned *ret_held);

/*
 * Degraded or failed for a minute after the last rejection, unless a call succeeded since, or
 * something else has `proved` that such calls can (store_proved).
 */
struct store_state rejections_state(struct rejections *rejections, uint64_t now, uint64_t proved);

#endif
