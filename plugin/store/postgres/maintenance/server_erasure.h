// SPDX-License-Identifier: MIT
/*
 * Erases an organization from a database on a server, while gateways go on: its rows in every
 * table, and the bodies and salts of its events. What is left is the organization's row, the hashes
 * of its trail, and a tombstone: from its beginning on, gateways create nothing in it, and change
 * nothing. The rows of each table go in a transaction of their own.
 *
 * The tombstone is JSON, the column `erased`, as that of the SQLite engine:
 *   {"time": when it began, "removed": {table: rows, …}, "finished": when it ended}
 * Without `finished`, somebody was ended in the middle: erasing again goes on.
 */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_ERASURE_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_ERASURE_H

#include <jansson.h>

#include "plugin/store/postgres/maintenance/server.h"

struct server_erasure {
    struct server_access *access;
    struct text id;
    int64_t (*unix_milliseconds)(void);

    bool is_known;     /* Set by server_erasure_begin. */
    json_t *tombstone; /* Likewise; NULL: there is none. */
};

/* Reads the tombstone. Set the first members before; end it in any case. */
int32_t server_erasure_begin(struct server_erasure *erasure, gql_failure *failure);
void server_erasure_end(struct server_erasure *erasure);

/* Whether it ended before. */
bool server_erasure_is_finished(const struct server_erasure *erasure);

/* Of an organization that is known: makes the tombstone, or goes on, until it is finished. */
int32_t server_erasure_run(struct server_erasure *erasure, gql_failure *failure);

/* Takes the tombstone away: the organization may begin anew. */
int32_t server_erasure_forget(struct server_erasure *erasure, gql_failure *failure);

#endif
