// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/lease_log.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/base/deadline.h"
#include "plugin/base/organization.h"

static void say(const struct lease_log *log, enum lease_state state, struct text organization_id,
                const char *folder)
{
    static const char *const meanings[] = {
        [LEASE_ACTIVE] = "is active again",
        [LEASE_SUSPENDED] = "is suspended",
        [LEASE_DAMAGED] = "is treated as suspended: its lease is damaged. Write active, suspended, "
                          "moving or erased into it",
        [LEASE_MOVING] = "is being moved, restored or reindexed: its calls are rejected, and its "
                         "database is closed",
        [LEASE_ERASED] = "was erased, as its tombstone says: nothing of it is found, and nothing "
                         "can be created",
        [LEASE_LOCKED] = "is locked by a tool: its calls are rejected until the tool has ended",
        [LEASE_LOST] = "has another lease: its database is closed, and opened again when it is "
                       "needed. Write into the file; do not replace it",
    };
    char line[PATH_MAX + 512];
    const char *rejected = !lease_suspends(state) ? ""
                           : log->suspended_reads ? "; its changes are rejected"
                                                  : "; its calls are rejected";
    snprintf(line, sizeof line, "organization '%.*s' %s%s ('%s/lease')", (int)organization_id.size,
             organization_id.data, meanings[state], rejected, folder);
    log->options->log(log->options->user, state == LEASE_ACTIVE ? GQL_LOG_INFO : GQL_LOG_WARNING,
                      line);
}

void lease_log_taken(struct lease_log *log, enum lease_state state, struct text organization_id,
                     const char *folder)
{
    unsigned held;
    const unsigned tag = organization_tag(organization_id);
    struct lease_log_slot *slot = &log->slots[tag % LEASE_LOG_SLOTS];
    unsigned expected = tag + 1;
    if (state == LEASE_ACTIVE) {
        if (atomic_compare_exchange_strong(&slot->turned_away, &expected, 0))
            say(log, state, organization_id, folder);
        return;
    }
    atomic_store(&slot->turned_away, tag + 1);
    if (throttle_pass(&slot->again[state], monotonic_now(), &held))
        say(log, state, organization_id, folder);
}

enum lease_state lease_log_look(struct lease_log *log, struct lease *lease,
                                struct text organization_id, const char *folder)
{
    const unsigned tag = organization_tag(organization_id);
    const enum lease_state state = lease_look(lease, folder);
    if (atomic_exchange(&lease->state, state) == state)
        return state;
    say(log, state, organization_id, folder);
    atomic_store(&log->slots[tag % LEASE_LOG_SLOTS].turned_away,
                 state == LEASE_ACTIVE ? 0 : tag + 1);
    return state;
}
