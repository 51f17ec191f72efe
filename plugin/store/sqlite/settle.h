// SPDX-License-Identifier: MIT
/*
 * What becomes of a commit that fails. SQLite makes a commit visible last, in the index of the log,
 * so one that fails is seen by nobody. But the log may hold all of its frames, and recovery would
 * bring them back after a crash. Before such a mutation is answered, a transaction of no meaning is
 * therefore committed. Its frames take the place of the others', whose checksums, which are
 * chained, no longer fit. It also writes anew what a failed fsync may have made the kernel forget.
 *
 * As long as that fails too, nothing else is written, and the outcome is unknown: it depends on
 * what reached the disk. One thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_SETTLE_H
#define PLUGIN_STORE_SQLITE_SETTLE_H

#include <stdatomic.h>

#include "plugin/store/sqlite/write_link.h"

struct settler {
    struct write_link *link;   /* The writer's. */
    struct state_board *state; /* Where STATE_COMMITS is reported. */
    void *user;
    void (*log)(void *user, uint32_t level, const char *message);
    struct wal_state before; /* Of the log, before the last commit. */
    atomic_bool open;        /* A commit failed that may come back. Any thread reads it. */
    uint64_t retry_at;       /* CLOCK_MONOTONIC, nanoseconds. */
};

/*
 * Commits. Returns SQLite's code; if it is not SQLITE_OK, sets *ret_known to whether nothing of the
 * transaction remains and nothing can come back. The connection may be another one afterwards, or
 * closed. `detail` says why the commit failed, and *ret_status what it means.
 */
int settle_commit(struct settler *settler, bool *ret_known, enum store_status *ret_status,
                  struct store_detail *detail);

/*
 * Before a transaction: SQLITE_OK if one may begin. Tries at most once a second to settle what is
 * open. CONNECTION_STOPPED if that failed; SQLITE_BUSY if another process holds the lock now.
 */
int settle_before(struct settler *settler);

#endif
