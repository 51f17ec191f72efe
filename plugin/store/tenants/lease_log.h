// SPDX-License-Identifier: MIT
/* What the operator hears of leases. Any thread. */
#ifndef PLUGIN_STORE_TENANTS_LEASE_LOG_H
#define PLUGIN_STORE_TENANTS_LEASE_LOG_H

#include "plugin/base/throttle.h"
#include "plugin/store/store.h"
#include "plugin/store/tenants/lease.h"

enum { LEASE_LOG_SLOTS = 4 };

/* What was said of some organizations, those whose tags fall to it. */
struct lease_log_slot {
    struct throttle again[LEASE_STATES]; /* Lines about states that were met before. */
    atomic_uint turned_away;             /* The tag of the last one that was, and 1; 0: none. */
};

/* The options must outlive it. */
struct lease_log {
    const struct store_options *options;
    bool suspended_reads; /* Those of suspended organizations are served. */
    struct lease_log_slot slots[LEASE_LOG_SLOTS];
};

/*
 * Says what the state of a lease that was looked at, to be taken, means for its organization, in
 * `folder`, unless it is served: not because the state has changed, but because a call is turned
 * away. Of each state one line a minute, for few organizations; each may be the first of its slot.
 * Says, too, that one is served again that was turned away before.
 */
void lease_log_taken(struct lease_log *log, enum lease_state state, struct text organization_id,
                     const char *folder);

/* Looks at a lease that is held, in `folder`, and says what has changed. Returns its state. */
enum lease_state lease_log_look(struct lease_log *log, struct lease *lease,
                                struct text organization_id, const char *folder);

#endif
