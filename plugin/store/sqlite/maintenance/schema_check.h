// SPDX-License-Identifier: MIT
/*
 * Whether a database has the tables, indexes and triggers that the migrations of its version make,
 * and no others: a trigger can leave out an event, or undo a change, and a view never end. Reads
 * nothing but the schema. Of a newer version, which may have more, it finds what is missing.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_SCHEMA_CHECK_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_SCHEMA_CHECK_H

#include "plugin/store/sqlite/connection.h"

/* `type`: table, index, trigger or view; `what`: what is wrong with it. Borrowed. */
typedef void schema_fault_fn(void *user, struct text type, struct text name, const char *what);

/* `schema`: the version that the database states, from 1. Returns SQLite's code. */
int schema_check_run(struct connection *connection, int schema, schema_fault_fn *found, void *user);

#endif
