// SPDX-License-Identifier: MIT
/* How long somebody waits for an answer. */
#ifndef PLUGIN_BASE_DEADLINE_H
#define PLUGIN_BASE_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct deadline {
    uint64_t at;               /* CLOCK_MONOTONIC, nanoseconds; 0: none. */
    const uint32_t *cancelled; /* As in gql_request: not 0 when nobody waits; may be NULL. */
};

/* CLOCK_MONOTONIC, nanoseconds. */
static inline uint64_t monotonic_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The later of two times; 0, which is never, is later than all. */
static inline uint64_t deadline_later(uint64_t one, uint64_t other)
{
    return one == 0 || other == 0 ? 0 : one > other ? one : other;
}

static inline bool deadline_is_cancelled(struct deadline deadline)
{
    return deadline.cancelled != NULL && __atomic_load_n(deadline.cancelled, __ATOMIC_RELAXED) != 0;
}

/* Whether it has passed at that time. Also true once the call is cancelled. */
static inline bool deadline_passed_by(struct deadline deadline, uint64_t now)
{
    return deadline_is_cancelled(deadline) || (deadline.at != 0 && now >= deadline.at);
}

/* The same now. */
static inline bool deadline_passed(struct deadline deadline)
{
    return deadline_is_cancelled(deadline) || (deadline.at != 0 && monotonic_now() >= deadline.at);
}

#endif
