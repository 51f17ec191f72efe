// SPDX-License-Identifier: MIT
/*
 * A check of what a database on a server holds: the counters against the rows, the order of titles
 * against the collation, and the trails. Each organization is of one state. A row that can't be is
 * a failure.
 */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_CHECK_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_CHECK_H

#include "plugin/store/postgres/maintenance/server_rows.h"
#include "plugin/store/trail_check.h"

struct server_check {
    void *user; /* Passed to `found`. */
    /* `check`: counters, order, trail. One line. */
    void (*found)(void *user, const char *check, const char *message);
    long long rows, findings;
    const struct collation *collation; /* Of the order; NULL: it is not checked. */
};

/* GQL_OK if the check of the organization came to its end, whatever it found. */
int32_t server_check_organization(struct server_check *check, struct server_access *access,
                                  struct text id, gql_failure *failure);

/* Verifies a trail, in the transaction that is open. The check's fault is the verdict. */
int32_t server_check_trail(struct server_access *access, struct text id, struct trail_check *check,
                           gql_failure *failure);

#endif
