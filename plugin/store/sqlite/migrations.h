// SPDX-License-Identifier: MIT
/* Brings a database to this plugin's schema in numbered steps. */
#ifndef PLUGIN_STORE_SQLITE_MIGRATIONS_H
#define PLUGIN_STORE_SQLITE_MIGRATIONS_H

#include "plugin/store/sqlite/connection.h"

/*
 * Made from migrations/N_*.sql. The schema version (PRAGMA user_version) is the number of the last
 * migration that was applied.
 */
extern const char *const migration_sql[];
extern const int migration_count;

/*
 * Within a write transaction, since another process may be migrating too: takes every step of a new
 * database, one step of an older one. Sets *ret_done if the schema was this plugin's already, or newer, or
 * the database is new; otherwise commit, and call it again. *ret_changed is whether it took a step.
 * A newer schema that this plugin may use (schema_version.h) stays as it is. Refuses one that it may
 * not use, and a file that is not a database of this plugin.
 */
int32_t migrate(struct connection *connection, bool *ret_done, bool *ret_changed,
                gql_failure *failure);

#endif
