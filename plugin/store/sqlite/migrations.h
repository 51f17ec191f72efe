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

/* "INTG" in the file's header marks the plugin's databases (PRAGMA application_id). */
enum { APPLICATION_ID = 0x494E5447 };

/*
 * Within a transaction: sets the version of the schema, 0 for a new database. Refuses as `migrate`.
 */
int32_t migrations_examine(struct connection *connection, int *ret_schema, gql_failure *failure);

/*
 * Within a write transaction, since another process may be migrating too: takes every step of a new
 * database, one step of an older one. Sets *ret_done if nothing is left to do: the database is new,
 * or its schema is this plugin's already, or a newer one that it may use (schema_version.h);
 * otherwise commit, and call it again. *ret_changed is whether it took a step. GQL_PENDING, and
 * nothing is changed, if there is a step to take, and it may not take long. Refuses a schema that
 * this plugin may not use, and a file that is not a database of this plugin.
 */
int32_t migrate(struct connection *connection, bool may_take_long, bool *ret_done,
                bool *ret_changed, gql_failure *failure);

#endif
