// SPDX-License-Identifier: MIT
/*
 * What a connection reads from: the database as it was at one moment. To begin and end one takes
 * locks that all connections share, and calls into the system; so a snapshot is kept open from read
 * to read, as long as nothing was committed meanwhile by anybody. One thread at a time.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/wal_index.h"

struct snapshot {
    const struct wal_index *index; /* NULL until the connection has read. */
    struct wal_state state;        /* Before it began. */
    uint64_t began;                /* CLOCK_MONOTONIC, nanoseconds. */
    /*
     * It began before the log was copied into the database, so it reads from the log, which nobody
     * can begin anew as long as it is open: to be ended as soon as may be, also where the log was
     * copied meanwhile.
     */
    bool in_the_way;
    bool open;
};

/*
 * A snapshot that has every commit so far in it: the one that is open, or a new one. Returns
 * SQLite's code.
 */
int snapshot_enter(struct snapshot *snapshot, struct connection *connection);

/* After a read. Returns whether it is still open, for the next one. */
bool snapshot_leave(struct snapshot *snapshot, struct connection *connection);

/* Whether it has been open for so long that a writer somewhere may wait for its end. */
bool snapshot_is_old(const struct snapshot *snapshot);

void snapshot_end(struct snapshot *snapshot, struct connection *connection);

#endif
