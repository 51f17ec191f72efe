// SPDX-License-Identifier: MIT
/*
 * A check of all that a database holds: the schema, which must be that of its version, or, unless
 * only triggers differ, nothing else is read; SQLite's integrity_check and foreign keys, the
 * counters against the rows, each row's values, the order of titles against the collation, and the
 * trails. It takes one short read transaction after the other, so that a gateway's log does not
 * grow meanwhile.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_INSPECTION_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_INSPECTION_H

#include "plugin/store/sqlite/maintenance/access.h"

struct inspection {
    void *user; /* Passed to the functions. */
    /* `check`: schema, integrity, foreign-keys, counters, rows, deleted, order, trail. One line. */
    void (*found)(void *user, const char *check, const char *message);
    void (*advanced)(void *user, long long done, long long all);

    long long rows;       /* That were looked at. */
    long long findings;   /* How many times `found` was called. */
    char unchecked[1024]; /* Why the order was not checked; empty: it was. */
};

/*
 * GQL_OK if the check came to its end, whatever it found; damage that ends it is a finding, too.
 * What is found of many rows is told for the first ten of a kind.
 */
int32_t inspection_run(struct inspection *inspection, struct database_access *access,
                       gql_failure *failure);

#endif
