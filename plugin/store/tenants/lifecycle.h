// SPDX-License-Identifier: MIT
/*
 * How a database of a root is opened and closed. One that another process has locked, or that needs
 * a migration or a new order while others have theirs, is opened later: that occupies no thread.
 */
#ifndef PLUGIN_STORE_TENANTS_LIFECYCLE_H
#define PLUGIN_STORE_TENANTS_LIFECYCLE_H

#include "plugin/store/tenants/databases.h"

/* Opens a new entry of the table for the visit that needs it, on a thread of the storage pool. */
void lifecycle_open(struct database *database, struct visit *visit);

/* Goes on with those that had to wait. The job is `retries` of the databases. */
void lifecycle_retry(struct job *retries);

/* Closes one for who has shut it, or was the last to leave it; on another thread. */
void lifecycle_close_left(struct database *database);

/*
 * Closes one that nobody is in, nor was lately. False if there is none. The caller holds the lock,
 * which is given up meanwhile.
 */
bool lifecycle_close_idle(struct databases *databases);

#endif
