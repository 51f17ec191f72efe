// SPDX-License-Identifier: MIT
/* How many of something are in each state. */
#ifndef PLUGIN_INSTANCE_STATE_COUNTS_H
#define PLUGIN_INSTANCE_STATE_COUNTS_H

#include <stdint.h>

enum { STATE_COUNTS = 8 };

/* Zeroed, there are none. */
struct state_counts {
    const char *names[STATE_COUNTS]; /* Static. */
    uint64_t counts[STATE_COUNTS];
    int size;
};

/* One more that is in that state; a state beyond STATE_COUNTS is left out. */
void state_counts_add(struct state_counts *counts, const char *name);

#endif
