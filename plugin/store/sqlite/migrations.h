// SPDX-License-Identifier: MIT
/* Brings a database to the schema of this plugin, by numbered steps, each in one transaction. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include "plugin/store/sqlite/connection.h"

/*
 * Made of migrations/N_*.sql; the schema's version (PRAGMA user_version) is the number of those
 * that were applied.
 */
extern const char *const migration_sql[];
extern const int migration_count;

/* Refuses a file that is not a database of this plugin, or one of a newer schema. */
int32_t migrate(struct connection *connection, const struct store_options *options,
                gql_failure *failure);

#endif
