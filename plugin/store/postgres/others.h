// SPDX-License-Identifier: MIT
/*
 * Whether other gateways have committed: their batches say whose they are, and when. A look waits
 * for nothing; the next one has its result. Any thread.
 */
#ifndef PLUGIN_STORE_POSTGRES_OTHERS_H
#define PLUGIN_STORE_POSTGRES_OTHERS_H

#include <stdatomic.h>

#include "plugin/store/engine.h"

struct others {
    struct store_read read; /* First. The look under way. */
    int64_t since;          /* Unix milliseconds: when the last look began that had a result. */
    int64_t began;          /* The one under way. */
    atomic_bool is_under_way;
    atomic_bool found;
};

/* `now` is Unix milliseconds. As store_others_committed. */
bool others_look(struct others *others, struct store *store, int64_t now);

#endif
