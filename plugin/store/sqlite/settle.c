// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/settle.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/base/deadline.h"
#include "plugin/store/sqlite/mark.h"

enum { ATTEMPTS = 3, RETRY_NANOSECONDS = 1000 * 1000 * 1000 };

/* Within a transaction. */
static struct wal_state log_state(struct write_link *link)
{
    const struct wal_index *index = wal_index_of(&link->connection);
    return index == NULL ? (struct wal_state){{0}} : wal_index_state(index);
}

/*
 * Frames are written in order, the one that commits last: where a write failed, it is not there.
 * Nor if the file was not that of the store.
 */
static bool may_come_back(int code)
{
    const int kind = code & 0xff;
    return kind != SQLITE_FULL && kind != SQLITE_BUSY && kind != SQLITE_READONLY &&
           code != SQLITE_IOERR_WRITE;
}

/*
 * Sets *ret_moved if the log is not as it was before the commit: another process has written to it,
 * and whether before or after ours can't be told.
 */
static int overwrite(struct settler *settler, bool *ret_moved)
{
    struct write_link *link = settler->link;
    int code = write_link_begin(link);
    if (code == SQLITE_OK) {
        const struct wal_state now = log_state(link);
        *ret_moved = !wal_state_is_kept(&settler->before, &now);
        code = mark_advance(&link->connection);
    }
    if (code == SQLITE_OK)
        code = write_link_commit(link);
    connection_end(&link->connection, STATEMENT_ROLLBACK);
    return code;
}

/* Returns SQLite's code. A failure is often gone at the second look, of another connection. */
static int settle(struct settler *settler, bool *ret_moved)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int code = overwrite(settler, ret_moved);
    for (int i = 1; i < ATTEMPTS && code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY; i++) {
        connection_close(&settler->link->connection);
        nanosleep(&pause, NULL);
        code = overwrite(settler, ret_moved);
    }
    return code;
}

static const char *path_of(const struct settler *settler)
{
    return settler->link->readers->options->path;
}

static void stop(struct settler *settler, int code)
{
    char cause[256], line[PATH_MAX + 512];
    connection_cause(&settler->link->connection, code, cause, sizeof cause);
    snprintf(line, sizeof line,
             "Writing has stopped: a commit failed, and whether it is in the file can't be told "
             "(%s). It goes on once a commit succeeds; check the disk of '%s'",
             cause, path_of(settler));
    atomic_store(&settler->open, true);
    /* A lock passes, and others wait for it on the clock. */
    settler->retry_at = (code & 0xff) == SQLITE_BUSY ? 0 : monotonic_now() + RETRY_NANOSECONDS;
    if (state_report(settler->state, STATE_COMMITS, STORE_FAILED, line))
        settler->log(settler->user, GQL_LOG_ERROR, line);
}

static void go_on(struct settler *settler)
{
    char line[PATH_MAX + 128];
    atomic_store(&settler->open, false);
    state_report(settler->state, STATE_COMMITS, STORE_HEALTHY, "");
    snprintf(line, sizeof line, "Commits succeed again: writing goes on with '%s'",
             path_of(settler));
    settler->log(settler->user, GQL_LOG_INFO, line);
}

int settle_commit(struct settler *settler, bool *ret_known, enum store_status *ret_status,
                  struct store_detail *detail)
{
    struct connection *connection = &settler->link->connection;
    bool moved = false;
    settler->before = log_state(settler->link);
    const int code = write_link_commit(settler->link);
    *ret_known = true;
    if (code == SQLITE_OK)
        return code;
    *ret_status = connection_status(connection, code, detail);
    connection_end(connection, STATEMENT_ROLLBACK);
    if (!may_come_back(code))
        return code;
    const int settled = settle(settler, &moved);
    *ret_known = settled == SQLITE_OK && !moved;
    if (settled != SQLITE_OK)
        stop(settler, settled);
    return code;
}

int settle_before(struct settler *settler)
{
    bool moved;
    if (!atomic_load(&settler->open))
        return SQLITE_OK;
    if (monotonic_now() < settler->retry_at)
        return CONNECTION_STOPPED;
    const int code = settle(settler, &moved);
    if (code != SQLITE_OK) {
        stop(settler, code);
        return (code & 0xff) == SQLITE_BUSY ? code : CONNECTION_STOPPED;
    }
    go_on(settler);
    return SQLITE_OK;
}
