// SPDX-License-Identifier: MIT
/*
 * Checks a database that was not closed, once, in the background, while the store serves: SQLite's
 * quick_check, table by table, then the counters against the rows. The pool of the background has
 * one thread, with a low priority: in one process, one database is checked at a time, in the order
 * in which they were opened. Damage goes to the store's integrity.
 *
 * A statement of the check is a read transaction: until its end SQLite can't reset the log, which
 * grows by what is written meanwhile. That bounds the priority from below: the thread is nice, but
 * never starved.
 */
#ifndef PLUGIN_STORE_SQLITE_CHECK_H
#define PLUGIN_STORE_SQLITE_CHECK_H

#include "plugin/base/job.h"
#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/file_guard.h"
#include "plugin/store/sqlite/integrity.h"

struct check {
    struct job job;
    const struct sqlite_options *options;
    struct file_guard *guard;
    struct integrity *integrity;
    struct connection connection;
    uint64_t until; /* How long it waits for locks. */
    atomic_bool stopping;
    pthread_mutex_t lock; /* Guards the member below. */
    sqlite3 *running;     /* What can be interrupted, or NULL. */
};

/*
 * Begins the check, unless the file is larger than `options` allows. A thread that can't be started
 * is logged. All that it is given must outlive check_stop.
 */
void check_start(struct check *check, const struct sqlite_options *options,
                 struct file_guard *guard, struct integrity *integrity, struct pool *pool);

/* Ends it within milliseconds, at any point. A zeroed check, or one that has ended, is stopped. */
void check_stop(struct check *check);

#endif
