// SPDX-License-Identifier: MIT
/* Whether anybody still waits for an answer. */
#ifndef PLUGIN_DEADLINE_H
#define PLUGIN_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, nanoseconds. */
static inline uint64_t monotonic_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both as in gql_request. */
static inline bool deadline_passed(uint64_t deadline, const uint32_t *cancelled)
{
    if (cancelled != NULL && __atomic_load_n(cancelled, __ATOMIC_RELAXED) != 0)
        return true;
    return deadline != 0 && monotonic_now() >= deadline;
}

#endif
