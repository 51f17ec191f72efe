// SPDX-License-Identifier: MIT
/* Whether the time of a file tells its state. */
#ifndef PLUGIN_STORE_TENANTS_FILE_AGE_H
#define PLUGIN_STORE_TENANTS_FILE_AGE_H

#include <stdbool.h>
#include <time.h>

/* The clock of files ticks in milliseconds: a change in the same tick leaves no other time. */
static inline bool file_is_young(const struct timespec *changed)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - changed->tv_sec < 2;
}

#endif
