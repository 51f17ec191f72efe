// SPDX-License-Identifier: MIT
/* Brings a database to this plugin's schema in numbered steps, each in one transaction. */
#ifndef PLUGIN_STORE_SQLITE_MIGRATIONS_H
#define PLUGIN_STORE_SQLITE_MIGRATIONS_H

#include "plugin/store/sqlite/connection.h"

/*
 * Made from migrations/N_*.sql. The schema version (PRAGMA user_version) is the number of the last
 * migration that was applied.
 */
extern const char *const migration_sql[];
extern const int migration_count;

/* Refuses a file that is not a database of this plugin, or that has a newer schema. */
int32_t migrate(struct connection *connection, gql_failure *failure);

#endif
