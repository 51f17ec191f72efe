// SPDX-License-Identifier: MIT
/*
 * The schema, in numbered steps that never change: migrations/. Each runs in a transaction of its
 * own, under the lock of the row that has the schema's version, so gateways may migrate at once.
 */
#ifndef PLUGIN_STORE_POSTGRES_MIGRATIONS_H
#define PLUGIN_STORE_POSTGRES_MIGRATIONS_H

#include "plugin/store/postgres/settings.h"
#include "plugin/store/postgres/trip.h"

extern const char *const postgres_migration_sql[];
extern const int postgres_migration_count;

/*
 * Brings an empty database, or one with an older schema, to this plugin's schema. False, with the
 * reason, if that fails; the steps before stay.
 */
bool migrations_run(struct session *session, const char *collation, char reason[REASON_SIZE]);

#endif
