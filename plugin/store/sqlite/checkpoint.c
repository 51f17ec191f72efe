// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/checkpoint.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/base/deadline.h"
#include "plugin/base/tally.h"
#include "plugin/store/sqlite/wal_index.h"

enum { FRAMES_DUE = 1000 }; /* SQLite's own limit, wal_autocheckpoint. */

void checkpoint_take_over(struct connection *connection)
{
    sqlite3_wal_autocheckpoint(connection->handle, 0);
}

static void report(struct checkpointer *checkpointer, const struct connection *connection, int code)
{
    char cause[256], line[PATH_MAX + 512];
    unsigned held;
    checkpointer->failing = true;
    if (!throttle_pass(&checkpointer->lines, monotonic_now(), &held))
        return;
    connection_cause(connection, code, cause, sizeof cause);
    snprintf(line, sizeof line,
             "The log can't be copied into the database, and grows (%s; '%s'). Changes are safe in "
             "the -wal: keep it, check the disk and free space",
             cause, connection->path);
    checkpointer->log(checkpointer->user, GQL_LOG_ERROR, line);
}

static void report_end(struct checkpointer *checkpointer, const struct connection *connection)
{
    char line[PATH_MAX + 128];
    checkpointer->failing = false;
    snprintf(line, sizeof line, "The log is copied into the database again: '%s'",
             connection->path);
    checkpointer->log(checkpointer->user, GQL_LOG_INFO, line);
}

static int copy(struct connection *connection)
{
    return sqlite3_wal_checkpoint_v2(connection->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                                     NULL);
}

static void count(struct connection *connection, int code, uint64_t nanoseconds)
{
    struct store_detail detail;
    const enum store_status status = code == SQLITE_OK
                                         ? STORE_OK
                                         : connection_status(connection, code, &detail);
    tally_duration(TALLY_OPERATIONS + TALLY_CHECKPOINT * TALLY_STATUSES + (int)status, nanoseconds);
}

void checkpoint_if_due(struct checkpointer *checkpointer, struct connection *connection)
{
    const struct wal_index *index = wal_index_of(connection);
    if (index == NULL || wal_index_frames(index) < FRAMES_DUE)
        return;
    const uint64_t began = monotonic_now();
    const int code = copy(connection);
    count(connection, code, monotonic_now() - began);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        report(checkpointer, connection, code);
    if (code == SQLITE_OK && checkpointer->failing)
        report_end(checkpointer, connection);
}

void checkpoint_rest(struct connection *connection)
{
    copy(connection);
}
