// SPDX-License-Identifier: MIT
/* The integrations of a database, one after the other. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_ROWS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_ROWS_H

#include "plugin/store/sqlite/maintenance/access.h"

/* Takes an integration, whose texts are borrowed until the return. False ends it. */
typedef bool database_rows_fn(void *user, const struct integration *integration);

/*
 * Gives all integrations to `take`, in the order of their IDs. Of one state if a transaction is
 * open; otherwise in steps, between which gateways may write. Damage is a failure.
 */
int32_t database_rows_each(struct database_access *access, database_rows_fn *take, void *user,
                           gql_failure *failure);

/* The same for an organization's integrations, of one state. */
int32_t database_rows_of(struct database_access *access, struct text organization_id,
                         database_rows_fn *take, void *user, gql_failure *failure);

#endif
