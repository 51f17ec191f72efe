// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/lease_watch.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include "plugin/base/tally.h"
#include "plugin/base/tenant_path.h"

static void look_at(struct databases *databases, struct database *database)
{
    char folder[PATH_MAX];
    enum tally_eviction reason = TALLY_LEASE;
    const struct text id = database_organization(database);
    const bool is_needed =
        tenant_folder(databases->root, id, folder, sizeof folder) &&
        lease_closes(lease_log_look(&databases->lease_log, &database->lease, id, folder));
    if (!is_needed && databases->idle != 0 &&
        database_is_idle(database, monotonic_now(), databases->idle))
        reason = TALLY_IDLE;
    else if (!is_needed)
        return;
    tally_count(TALLY_EVICTIONS + (int)reason);
    databases_let_go(database);
}

void lease_watch_look(struct job *watch)
{
    struct databases *databases =
        (struct databases *)((char *)watch - offsetof(struct databases, watch));
    struct database **entered;
    const size_t count = databases_enter_all(databases, &entered);
    for (size_t i = 0; i < count; i++) {
        look_at(databases, entered[i]);
        databases_leave(databases, entered[i]);
    }
    free(entered);
    pthread_mutex_lock(&databases->lock);
    const bool some = databases->table.taken > 0;
    pthread_mutex_unlock(&databases->lock);
    if (some)
        job_wake_after(watch, DELAY_LEASE); /* The clock runs, or we would not be here. */
}
