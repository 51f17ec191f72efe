// SPDX-License-Identifier: MIT
/* Brings a database to this tool's schema, as a gateway does that opens it. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_UPGRADE_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_UPGRADE_H

#include "plugin/store/sqlite/maintenance/access.h"

struct upgrade {
    int from, to;  /* Schemas; the same if there was nothing to do. */
    bool finished; /* Gateways of older versions were shut out by this. */
};

/*
 * Takes each step in a transaction of its own, so that who was killed can be started again. With
 * `finishes`, only plugins that know the schema may use the database from then on. The database was
 * opened for writing. A schema that is newer than this tool's, but may be used, stays; that can't
 * be finished.
 */
int32_t database_upgrade(struct database_access *access, bool finishes, struct upgrade *ret_upgrade,
                         gql_failure *failure);

#endif
