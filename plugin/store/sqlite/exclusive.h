// SPDX-License-Identifier: MIT
/*
 * A database's file for oneself, before anybody has opened it: as long as it is held, others that
 * open the database wait for a lock. Nothing of it is read, and nothing is made of its log.
 */
#ifndef PLUGIN_STORE_SQLITE_EXCLUSIVE_H
#define PLUGIN_STORE_SQLITE_EXCLUSIVE_H

#include <sqlite3.h>
#include <stdbool.h>

/* One thread. */
struct exclusive {
    sqlite3 *handle; /* NULL: it is not held. */
    sqlite3_file *file;
};

/*
 * By a connection of SQLite's, which keeps the locks that others in the process may have on the
 * file. False, and not held, if somebody uses the database, or holds it for longer than
 * `busy_timeout_ms`; or if it can't be opened. Give it back in any case.
 */
bool exclusive_take(struct exclusive *exclusive, const char *path, int busy_timeout_ms);
void exclusive_give(struct exclusive *exclusive);

#endif
