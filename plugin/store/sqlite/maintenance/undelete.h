// SPDX-License-Identifier: MIT
/* Brings a deleted integration back, with its ID and one version more, while gateways go on. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_UNDELETE_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_UNDELETE_H

#include "plugin/store/deleted.h"
#include "plugin/store/sqlite/maintenance/access.h"

/*
 * One transaction with its event, RESTORED. Refuses a database as intake_begin does. The caller
 * finishes the result in any case.
 */
int32_t database_undelete(struct database_access *access, struct undeletion *undeletion,
                          gql_failure *failure);

#endif
