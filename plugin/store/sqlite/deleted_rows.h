// SPDX-License-Identifier: MIT
/*
 * Deleted integrations, which are kept in a table of their own until their retention is over: no
 * read of a client's looks there. Within a write transaction.
 */
#ifndef PLUGIN_STORE_SQLITE_DELETED_ROWS_H
#define PLUGIN_STORE_SQLITE_DELETED_ROWS_H

#include "plugin/store/sqlite/connection.h"

enum { DELETED_SCHEMA = 4 }; /* The first with the table. */

/* Before the deletion of an integration that is there: keeps it, as deleted at that time. */
enum store_status deleted_rows_keep(struct connection *connection, const struct identifier *id,
                                    int64_t unix_milliseconds, struct store_detail *detail);

/* Erases those that were deleted before that time, at most `limit`, the oldest first. */
enum store_status deleted_rows_sweep(struct connection *connection, int64_t before, int limit,
                                     int *ret_count, struct store_detail *detail);

#endif
