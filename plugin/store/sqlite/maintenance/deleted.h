// SPDX-License-Identifier: MIT
/* Deleted integrations that a database still has. One of a schema before them has none. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_DELETED_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_DELETED_H

#include "plugin/store/deleted.h"
#include "plugin/store/sqlite/maintenance/access.h"

/* Gives those of an organization to `take`, in the order of their IDs and of one state. */
int32_t database_deleted_of(struct database_access *access, struct text organization_id,
                            deleted_fn *take, void *user, gql_failure *failure);

/* Looks for the one with that ID, and gives it to `take`, if it is there. */
int32_t database_deleted_find(struct database_access *access, const struct identifier *id,
                              deleted_fn *take, void *user, gql_failure *failure);

#endif
