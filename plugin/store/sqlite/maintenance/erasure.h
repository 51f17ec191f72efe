// SPDX-License-Identifier: MIT
/*
 * Erases an organization from a database that it shares with others, while gateways go on: the rows
 * of every table with a column `organization`, the bodies and salts of its events, and what the
 * files still hold of them. What is left is the organization's row, the hashes of its trail, and a
 * tombstone: from its beginning on, gateways create nothing in it, and change nothing.
 *
 * The tombstone is JSON, the column `erased`:
 *   {"time": when it began, "removed": {table: rows, …}, "finished": when it ended}
 * Of the table `event`, the rows that lost their bodies are counted. Without `finished`, somebody
 * was killed, or the files could not be reached: erasing again goes on.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_ERASURE_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_ERASURE_H

#include <jansson.h>

#include "plugin/store/sqlite/maintenance/scrub.h"

struct erasure {
    void *user;
    void (*advanced)(void *user, long long done, long long all); /* Rows and events, then pages. */
    int64_t (*unix_milliseconds)(void);

    /* Set by erasure_begin. */
    struct database_access *access;
    int64_t key;
    json_t *tombstone;
    long long done, all;
};

/*
 * Reads the tombstone, or makes it, durably, if `makes`: erasure->tombstone stays NULL only if
 * there is none and it does not. The database was opened for writing. Refuses one whose schema is
 * not this plugin's, and an organization that the database does not know. End it in any case.
 */
int32_t erasure_begin(struct erasure *erasure, struct database_access *access, struct text id,
                      bool makes, gql_failure *failure);

/* Whether it ended before. */
bool erasure_is_finished(const struct erasure *erasure);

/* Erases, in steps that are durable. Unless *ret_result is SCRUB_HELD, it is finished. */
int32_t erasure_run(struct erasure *erasure, enum scrub_result *ret_result, gql_failure *failure);

/* Takes the tombstone away, durably: the organization may begin anew. */
int32_t erasure_forget(struct erasure *erasure, gql_failure *failure);

void erasure_end(struct erasure *erasure);

#endif
