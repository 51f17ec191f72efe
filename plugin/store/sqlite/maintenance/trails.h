// SPDX-License-Identifier: MIT
/* The audit trails of a database. One that is older than trails has none. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_TRAILS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_TRAILS_H

#include "plugin/store/sqlite/maintenance/access.h"
#include "plugin/store/trail_check.h"

/* Verifies an organization's whole trail, in a transaction. The check's fault is the verdict. */
int32_t database_trail_verify(struct database_access *access, struct text organization_id,
                              struct trail_check *ret_check, gql_failure *failure);

/* The end of an organization's trail, as the organization has it. */
int32_t database_trail_head(struct database_access *access, struct text organization_id,
                            struct trail_head *ret_head, gql_failure *failure);

/* Where it begins: behind the events that were removed. */
int32_t database_trail_checkpoint(struct database_access *access, struct text organization_id,
                                  struct trail_checkpoint *ret_checkpoint, gql_failure *failure);

/*
 * Gives the events of the range to `visit`, in rising order; of one state if a transaction is open,
 * otherwise in steps.
 */
int32_t database_trail_read(struct database_access *access, const struct store_event_range *range,
                            trail_visit_fn visit, void *user, gql_failure *failure);

#endif
