// SPDX-License-Identifier: MIT
/* What the operator hears of leases. Any thread. */
#ifndef PLUGIN_STORE_TENANTS_LEASE_LOG_H
#define PLUGIN_STORE_TENANTS_LEASE_LOG_H

#include "plugin/base/throttle.h"
#include "plugin/store/store.h"
#include "plugin/store/tenants/lease.h"

/* The options must outlive it. */
struct lease_log {
    const struct store_options *options;
    bool suspended_reads;                /* Those of suspended organizations are served. */
    struct throttle again[LEASE_STATES]; /* Lines about states that were met before. */
};

/*
 * Says what the state means for an organization, whose lease is in `folder`. `again`: not because
 * the state has changed, but because a call was turned away; of each state one line a minute.
 */
void lease_log_say(struct lease_log *log, enum lease_state state, struct text organization_id,
                   const char *folder, bool again);

/* Looks at a lease that is held, in `folder`, and says what has changed. Returns its state. */
enum lease_state lease_log_look(struct lease_log *log, struct lease *lease,
                                struct text organization_id, const char *folder);

#endif
