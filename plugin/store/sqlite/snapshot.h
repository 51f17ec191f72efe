// SPDX-License-Identifier: MIT
/*
 * What a connection reads from: the database at one moment. Beginning and ending a read transaction
 * takes locks that all connections share, and makes system calls. A snapshot therefore stays open
 * from one read to the next, until somebody commits or it is old. One thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_SNAPSHOT_H
#define PLUGIN_STORE_SQLITE_SNAPSHOT_H

#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/wal_index.h"

struct snapshot {
    const struct wal_index *index; /* NULL until the connection has read. */
    struct wal_state state;        /* Taken before the snapshot began. */
    uint64_t began;                /* CLOCK_MONOTONIC, nanoseconds. */
    /*
     * The snapshot reads from a long log that was not checkpointed when it began. SQLite can't
     * reset the log while such a snapshot is open, even after a checkpoint: end it as soon as
     * possible.
     */
    bool holds_log;
    bool open;
};

/* Whether the open snapshot includes every commit so far, so that entering it does nothing. */
bool snapshot_is_current(const struct snapshot *snapshot);

/*
 * Gives the connection a snapshot that includes every commit so far: the open one, or a new one.
 * Afterwards reads wait for no lock. Returns SQLite's code. The functions below that end a snapshot
 * close a connection that can't be ended (connection_end); entering then returns SQLITE_BUSY, for
 * the caller to open the connection anew.
 */
int snapshot_enter(struct snapshot *snapshot, struct connection *connection);

/* After a read. Returns whether the snapshot stays open for the next one. */
bool snapshot_leave(struct snapshot *snapshot, struct connection *connection);

/* Whether the snapshot has been open for so long that a writer may be waiting for its end. */
bool snapshot_is_old(const struct snapshot *snapshot);

void snapshot_end(struct snapshot *snapshot, struct connection *connection);

#endif
