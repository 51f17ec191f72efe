// SPDX-License-Identifier: MIT
/* What write transactions share: a row of the table `batch`, a limit of time, the commit. */
#ifndef PLUGIN_STORE_POSTGRES_BATCH_H
#define PLUGIN_STORE_POSTGRES_BATCH_H

#include "plugin/store/postgres/database.h"

enum {
    BATCH_KEPT_MS = 3600 * 1000, /* How long the row stays. */
    BATCH_GRACE_MS = 250,        /* How much longer than the server the client waits. */
};

/* The key of such a row: time, gateway, random. The first is lower than all of that time. */
struct identifier batch_key_at(int64_t unix_milliseconds);
struct identifier batch_key(const struct database *database);

/* Adds a statement that has a tag and a key. */
void batch_add(struct trip *trip, enum query query, uint32_t tag, const struct identifier *key);

/* In milliseconds: until the most patient call gives up. */
int batch_time_limit(const struct database *database, const struct store_mutation *mutations);

/*
 * Commits without a limit of the server's: one that runs out while COMMIT waits for a standby would
 * have the commit reported as done.
 */
void batch_commit(struct trip *trip);

/* After TRIP_DONE. A warning with a commit says that it may not be on the standby yet. */
bool batch_is_committed(const struct trip *trip);

#endif
