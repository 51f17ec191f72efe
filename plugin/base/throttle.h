// SPDX-License-Identifier: MIT
/* Lets one line of a kind through a minute, and counts the others. Any thread; zero at first. */
#ifndef PLUGIN_BASE_THROTTLE_H
#define PLUGIN_BASE_THROTTLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { THROTTLE_SECONDS = 60 };

struct throttle {
    _Atomic uint64_t next; /* When the next one may pass; CLOCK_MONOTONIC, nanoseconds. */
    atomic_uint held;
};

/* Whether this one passes at `now`; then *ret_held is how many were held since the last one. */
bool throttle_pass(struct throttle *throttle, uint64_t now, unsigned *ret_held);

#endif
