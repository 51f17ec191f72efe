// SPDX-License-Identifier: MIT
/* Brings a deleted integration back, with its ID and one version more, while gateways go on. */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_UNDELETE_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_UNDELETE_H

#include "plugin/store/deleted.h"
#include "plugin/store/postgres/maintenance/server.h"

/*
 * One transaction with its event, RESTORED. Refuses a database whose order was made with another
 * collation than this ICU's. The caller finishes the result in any case.
 */
int32_t server_undelete(struct server_access *access, struct undeletion *undeletion,
                        gql_failure *failure);

#endif
