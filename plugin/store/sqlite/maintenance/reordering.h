// SPDX-License-Identifier: MIT
/* Makes the order of titles anew, and SQLite's indexes with it. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_REORDERING_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_REORDERING_H

#include "plugin/store/sqlite/maintenance/access.h"

struct reordering {
    const char *locale; /* NULL: that of the database's order. */
    void *user;
    void (*advanced)(void *user, long long done, long long all);

    /* What was done. */
    char before[256], after[256]; /* What the orders were made with. */
    long long rows, moved;        /* `moved` have another place now. */
};

/*
 * In one transaction, in which changes of gateways wait. A gateway that orders otherwise stops, or
 * makes its own order when it opens the database. The database was opened for writing, and has this
 * tool's schema.
 */
int32_t database_reorder(struct reordering *reordering, struct database_access *access,
                         gql_failure *failure);

#endif
