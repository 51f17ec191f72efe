// SPDX-License-Identifier: MIT
/*
 * Whether a database that is opened has the indexes, triggers and views that the migrations make,
 * and no others: a trigger that is missing lets events be changed, and another can leave them out.
 * Nothing stops for that, since what is written may be right: it is logged, and degrades the health
 * until the database is opened without a difference. Tables are left out: the statements fail
 * without them. `integrationsctl check` compares those, too (maintenance/schema_check.h).
 */
#ifndef PLUGIN_STORE_SQLITE_SCHEMA_OBJECTS_H
#define PLUGIN_STORE_SQLITE_SCHEMA_OBJECTS_H

#include "plugin/store/sqlite/connection.h"

/* What the newest migration leaves; made by embed.py. The SQL is as the database keeps it. */
struct schema_object {
    const char *type, *name, *sql;
};
extern const struct schema_object schema_objects[];
extern const int schema_object_count;

/* Of indexes, triggers and views. */
struct schema_difference {
    int count;      /* 0: there is none. */
    char text[200]; /* Says what the first is. */
};

/*
 * Not within a transaction. A schema that is newer than this plugin's has no differences. Returns
 * SQLite's code.
 */
int schema_objects_compare(struct connection *connection, struct schema_difference *ret_difference);

/* Whether it is a trigger that databases of an early version have besides; it does no harm. */
bool schema_object_is_early(struct text sql);

#endif
