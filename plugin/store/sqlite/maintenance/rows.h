// SPDX-License-Identifier: MIT
/* The integrations of an organization, one after the other. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_ROWS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_ROWS_H

#include "plugin/store/sqlite/maintenance/access.h"

/* Takes an integration, whose texts are borrowed until the return. False ends it. */
typedef bool database_rows_fn(void *user, const struct integration *integration);

/*
 * Gives all integrations of an organization to `take`, in the order of their IDs, of one state.
 * Damage is a failure.
 */
int32_t database_rows_of(struct database_access *access, struct text organization_id,
                         database_rows_fn *take, void *user, gql_failure *failure);

#endif
