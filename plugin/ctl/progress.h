// SPDX-License-Identifier: MIT
/*
 * How far something has come, on standard error if that is a terminal, from a second after its
 * beginning on. One thread.
 */
#ifndef PLUGIN_CTL_PROGRESS_H
#define PLUGIN_CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    uint64_t next; /* When it is shown again; CLOCK_MONOTONIC, nanoseconds. */
    bool shown;
};

/* `what` is borrowed until the end. */
struct progress progress_begin(const char *what);
void progress_advance(struct progress *progress, long long done, long long all);

/* Wipes it from the terminal. */
void progress_end(struct progress *progress);

#endif
