// SPDX-License-Identifier: MIT
/*
 * Whether the process holds a second SQLite. POSIX locks belong to the process: if two copies of
 * SQLite open the same database, each drops the other's locks when it closes the file, and another
 * process may then overwrite what was committed.
 *
 * Found is a library, or the program itself, that exports SQLite's functions. A copy that is linked
 * in statically and exports nothing, as in many modules for Node and Python, can't be seen.
 */
#ifndef PLUGIN_STORE_SQLITE_OTHER_SQLITE_H
#define PLUGIN_STORE_SQLITE_OTHER_SQLITE_H

#include "plugin/store/store.h"

/* Any thread. Warns of a second SQLite, once in the process. */
void other_sqlite_warn(const struct store_options *options);

#endif
