// SPDX-License-Identifier: MIT
/* Makes an organization's own database, as a gateway would with the first create. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_PROVISION_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_PROVISION_H

#include "gql_plugin.h"
#include "plugin/base/text.h"

/*
 * Its folder must exist, and the caller hold its lease. A database that is there is left as it is;
 * but a file without tables, which who was killed in the middle has left, is gone on with. The
 * order is that of the locale `und`: a gateway with another rebuilds it.
 */
int32_t database_provision(const char *path, struct text organization_id, gql_failure *failure);

#endif
