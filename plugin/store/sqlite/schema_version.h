// SPDX-License-Identifier: MIT
/*
 * Which plugins may use a database. It states its schema (PRAGMA user_version), and the oldest
 * schema that a plugin must know to use it: the setting `oldest_reader`, in decimal digits; without
 * it, the schema itself. A migration that only adds leaves `oldest_reader` as it is, so that
 * gateways of several versions share a database while they are upgraded one after the other.
 */
#ifndef PLUGIN_STORE_SQLITE_SCHEMA_VERSION_H
#define PLUGIN_STORE_SQLITE_SCHEMA_VERSION_H

#include "plugin/store/sqlite/connection.h"

struct schema_version {
    int schema; /* 0: a new file, or another application's. */
    int oldest_reader;
};

/* Within a transaction. Returns SQLite's code. */
int schema_version_read(struct connection *connection, struct schema_version *ret_version);

/* Whether this plugin may use a database of that version, if need be after migrating it. */
bool schema_version_is_served(const struct schema_version *version);

#endif
