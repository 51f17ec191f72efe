// SPDX-License-Identifier: MIT
/*
 * Watches that the database at its path is the one that the connections use. SQLite opens a file by
 * name once: if it is removed, replaced or overwritten, SQLite goes on with what nobody else sees.
 *
 * It looks with `stat` only. Opening and closing a file would drop the locks that SQLite holds on
 * it for the whole process.
 */
#ifndef PLUGIN_STORE_SQLITE_FILE_GUARD_H
#define PLUGIN_STORE_SQLITE_FILE_GUARD_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "plugin/store/sqlite/wal_index.h"

enum { GUARDED_FILES = 3 }; /* The database, its log, the index of the log. */

struct guarded_file {
    char *path;
    _Atomic(dev_t) device;
    _Atomic(ino_t) inode;
    atomic_bool known; /* Set after the members above. */
};

/*
 * FILE_MOVED and FILE_LOG_MOVED end when the right file is back; the others only for a store that
 * is opened anew.
 */
enum file_condition {
    FILE_FINE,
    FILE_MOVED,
    FILE_LOG_MOVED,
    FILE_LOG_CUT,
    FILE_CUT,
    FILE_OVERWRITTEN,
};

struct file_guard {
    struct guarded_file files[GUARDED_FILES];
    atomic_int condition; /* enum file_condition */
    pthread_mutex_t lock; /* For changes of it, which are logged. */
    struct state_board *board;
    void *user;
    void (*log)(void *user, uint32_t level, const char *message);
};

/* What the user of one connection saw last. Zero at first. */
struct file_sight {
    struct wal_rest rest;
    struct timespec modified;
    bool taken;
};

/*
 * Remembers the files of a connection that has read. `path` is the configured one, which may lead
 * over links. Fails if they have been moved already; finish the guard in any case. The functions of
 * `options` and the board must outlive it.
 */
int32_t file_guard_init(struct file_guard *guard, const char *path,
                        const struct connection *connection, const struct store_options *options,
                        struct state_board *board, gql_failure *failure);
void file_guard_finish(struct file_guard *guard);

/*
 * Any thread. `index` is the connection's, or NULL; one thread at a time uses `sight`. Returns
 * SQLITE_OK, or CONNECTION_STOPPED: the files must be neither read nor written. Logs when that
 * begins and ends, and reports it to the board as STATE_FILE.
 */
int file_guard_check(struct file_guard *guard, const struct wal_index *index,
                     struct file_sight *sight);

/* For a connection that was just opened: also CONNECTION_STOPPED if it opened another file. */
int file_guard_check_opened(struct file_guard *guard, const struct connection *connection);

/* Whether the database or its log was damaged: one must not be copied into the other any more. */
bool file_guard_is_final(const struct file_guard *guard);

/*
 * When no connection of the store is open: another process may then delete the log, as SQLite does
 * when the last connection closes.
 */
void file_guard_release_log(struct file_guard *guard);

#endif
