// SPDX-License-Identifier: MIT
/* The keys of creates (struct store_key), within a write transaction. */
#ifndef PLUGIN_STORE_SQLITE_IDEMPOTENT_CREATES_H
#define PLUGIN_STORE_SQLITE_IDEMPOTENT_CREATES_H

#include "plugin/store/sqlite/connection.h"

/*
 * Looks for the key at an organization. STORE_REPEATED, with the integration's ID; STORE_KEY_USED;
 * STORE_NOT_FOUND: it is not there, or has expired.
 */
enum store_status idempotent_creates_find(struct connection *connection, int64_t organization,
                                          const struct store_key *key, int64_t unix_milliseconds,
                                          struct identifier *ret_id, struct store_detail *detail);

/* Keeps the key of what was created now. idempotent_creates_find has not found it. */
enum store_status idempotent_creates_add(struct connection *connection, int64_t organization,
                                         const struct store_key *key, int64_t unix_milliseconds,
                                         const struct identifier *id, struct store_detail *detail);

/* Erases at most `limit` of those that have expired; *ret_count is how many. */
enum store_status idempotent_creates_sweep(struct connection *connection, int64_t unix_milliseconds,
                                           int limit, int *ret_count, struct store_detail *detail);

#endif
