// SPDX-License-Identifier: MIT
/* The consumers of events (plugin/store/consumer.h). A database of an older schema has none. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_CONSUMERS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_CONSUMERS_H

#include "plugin/store/consumer_list.h"
#include "plugin/store/sqlite/maintenance/access.h"

/*
 * Gives those of an organization to `take`, in the order of their names. Of one state if a
 * transaction is open.
 */
int32_t database_consumers_of(struct database_access *access, struct text organization_id,
                              consumer_fn *take, void *user, gql_failure *failure);

/*
 * Forgets a consumer, in one transaction of a database that was opened for writing. Refuses one of
 * whose leases somebody holds.
 */
int32_t database_consumer_remove(struct database_access *access, struct consumer_removal *removal,
                                 gql_failure *failure);

#endif
