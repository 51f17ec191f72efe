// SPDX-License-Identifier: MIT
/*
 * Looks at the leases of the databases that are open, twice a second, and lets go those that a tool
 * needs. Any thread.
 */
#ifndef PLUGIN_STORE_TENANTS_LEASE_WATCH_H
#define PLUGIN_STORE_TENANTS_LEASE_WATCH_H

#include "plugin/store/tenants/databases.h"

/* As job.run, for databases->watch. */
void lease_watch_look(struct job *watch);

#endif
