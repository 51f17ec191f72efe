// SPDX-License-Identifier: MIT
#include "plugin/instance/rejections.h"

#include <stdio.h>

static const char *const causes[STORE_STATUSES] = {
    [STORE_BUSY] = "The database is locked by another process",
    [STORE_UNREACHABLE] = "The database's server can't be reached",
    [STORE_FULL] = "The database's disk is full",
    [STORE_NO_MEMORY] = "Out of memory",
    [STORE_SHORTAGE] = "The service is short of resources",
    [STORE_DENIED] =
        "The service may not use the database's files; check their mode and owner, and "
        "whether their file system is read-only",
    [STORE_BROKEN] = "The store failed",
};

void rejections_init(struct rejections *rejections, const char *calls)
{
    *rejections = (struct rejections){.calls = calls};
    pthread_mutex_init(&rejections->lock, NULL);
}

void rejections_finish(struct rejections *rejections)
{
    pthread_mutex_destroy(&rejections->lock);
}

const char *rejections_cause(enum store_status status)
{
    return causes[status];
}

bool rejections_add(struct rejections *rejections, enum store_status status, const char *detail,
                    uint64_t now, unsigned *ret_held)
{
    pthread_mutex_lock(&rejections->lock);
    rejections->in_a_row++;
    rejections->last = now;
    snprintf(rejections->reason, sizeof rejections->reason, "%s: %s", causes[status], detail);
    atomic_store(&rejections->untold, true);
    pthread_mutex_unlock(&rejections->lock);
    return status != STORE_BROKEN && throttle_pass(&rejections->lines[status], now, ret_held);
}

bool rejections_end(struct rejections *rejections, uint64_t now, unsigned *ret_held)
{
    unsigned of_ends;
    pthread_mutex_lock(&rejections->lock);
    rejections->in_a_row = 0;
    const bool passes = throttle_pass(&rejections->ends, now, &of_ends);
    if (passes)
        atomic_store(&rejections->untold, false);
    pthread_mutex_unlock(&rejections->lock);
    *ret_held = 0;
    for (int i = 0; i < STORE_STATUSES && passes; i++)
        *ret_held += atomic_exchange(&rejections->lines[i].held, 0);
    return passes;
}

struct store_state rejections_state(struct rejections *rejections, uint64_t now, uint64_t proved)
{
    struct store_state state = {STORE_HEALTHY, ""};
    pthread_mutex_lock(&rejections->lock);
    if (rejections->last < proved)
        rejections->in_a_row = 0;
    if (rejections->in_a_row > 0 &&
        now < rejections->last + REJECTIONS_SECONDS * UINT64_C(1000000000)) {
        state.health = rejections->in_a_row < REJECTIONS_FAILED ? STORE_DEGRADED : STORE_FAILED;
        snprintf(state.reason, sizeof state.reason, "%s rejected in a row: %u. %.200s",
                 rejections->calls, rejections->in_a_row, rejections->reason);
    }
    pthread_mutex_unlock(&rejections->lock);
    return state;
}
