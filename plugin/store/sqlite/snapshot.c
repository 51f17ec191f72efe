// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/snapshot.h"

#include <time.h>

enum { OLD_NANOSECONDS = 50 * 1000 * 1000 };

static uint64_t coarse_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool snapshot_is_old(const struct snapshot *snapshot)
{
    return coarse_now() - snapshot->began > OLD_NANOSECONDS;
}

/* BEGIN alone takes no lock: the first statement that reads does. */
static int begin(struct connection *connection)
{
    int code = connection_run(connection, STATEMENT_BEGIN_READ);
    if (code == SQLITE_OK)
        code = connection_run(connection, STATEMENT_LOCK_READ);
    if (code != SQLITE_OK)
        connection_end(connection, STATEMENT_ROLLBACK);
    return code;
}

bool snapshot_is_current(const struct snapshot *snapshot)
{
    return snapshot->open && wal_index_is(snapshot->index, &snapshot->state) &&
           !snapshot_is_old(snapshot);
}

int snapshot_enter(struct snapshot *snapshot, struct connection *connection)
{
    if (snapshot_is_current(snapshot))
        return SQLITE_OK;
    snapshot_end(snapshot, connection);
    if (connection->handle == NULL)
        return SQLITE_BUSY;
    /*
     * Before SQLite looks at it: a commit in between makes the state too old, never the snapshot.
     */
    if (snapshot->index != NULL) {
        snapshot->state = wal_index_state(snapshot->index);
        snapshot->holds_log = !wal_index_is_at_rest(snapshot->index);
    }
    snapshot->began = coarse_now();
    const int code = begin(connection);
    snapshot->open = code == SQLITE_OK;
    return code;
}

bool snapshot_leave(struct snapshot *snapshot, struct connection *connection)
{
    connection_release_row(connection);
    const bool current = snapshot->index != NULL && wal_index_is(snapshot->index, &snapshot->state);
    /*
     * A log at rest stays at rest until somebody commits. SQLite itself ends the transaction after
     * some failures.
     */
    if (current && !snapshot->holds_log && !sqlite3_get_autocommit(connection->handle))
        return true;
    if (snapshot->index == NULL)
        snapshot->index = wal_index_of(connection);
    snapshot_end(snapshot, connection);
    return false;
}

void snapshot_end(struct snapshot *snapshot, struct connection *connection)
{
    connection_end(connection, STATEMENT_COMMIT);
    snapshot->open = false;
    if (connection->handle == NULL)
        snapshot->index = NULL; /* It was the connection's. */
}
