// SPDX-License-Identifier: MIT
/*
 * The last database of a root that could not be opened: no open one tells of it. It counts for a
 * minute after a call has met it, or until it is opened. Any thread.
 */
#ifndef PLUGIN_STORE_TENANTS_UNSERVED_H
#define PLUGIN_STORE_TENANTS_UNSERVED_H

#include <pthread.h>

#include "plugin/base/tenant_name.h"
#include "plugin/store/state.h"

struct unserved {
    pthread_mutex_t lock;
    struct tenant_id id;
    char cause[128];
    uint64_t until; /* CLOCK_MONOTONIC, nanoseconds. */
};

void unserved_init(struct unserved *unserved);
void unserved_finish(struct unserved *unserved);

/* The organization's database could not be opened, for that cause. */
void unserved_note(struct unserved *unserved, struct text organization_id, const char *cause);

/* It could. */
void unserved_end(struct unserved *unserved, struct text organization_id);

/* STORE_DEGRADED with the organization and the cause, or STORE_HEALTHY. */
struct store_state unserved_state(struct unserved *unserved);

#endif
