// SPDX-License-Identifier: MIT
/*
 * Copies the log into the database once it is long. SQLite would do that by itself, and keep to
 * itself that it fails: then the log grows until the disk is full. One thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_CHECKPOINT_H
#define PLUGIN_STORE_SQLITE_CHECKPOINT_H

#include "plugin/base/throttle.h"
#include "plugin/store/sqlite/connection.h"

struct checkpointer {
    void *user;
    void (*log)(void *user, uint32_t level, const char *message);
    struct throttle lines;
    bool failing;
};

/* From now on, the connection leaves that to checkpoint_if_due. */
void checkpoint_take_over(struct connection *connection);

/*
 * After a commit of the connection. Logs, once a minute, that it fails, and that it succeeds again.
 * What is committed is safe in the log. Readers and other processes that are in its way are not.
 */
void checkpoint_if_due(struct checkpointer *checkpointer, struct connection *connection);

/* Before the connection is closed, which then has nothing left to copy, but for a failure. */
void checkpoint_rest(struct connection *connection);

#endif
