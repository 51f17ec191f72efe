// SPDX-License-Identifier: MIT
/*
 * Puts a file in the place of a database that no gateway uses. Whenever the process is killed, the
 * former database or the new one is at the path, never one with the other's log, and gateways do
 * not open what is half done:
 *
 *   1. link     the former database gets a second name; gateways refuse a file with two
 *   2. rename   its log follows, to a name beside that
 *   3. unlink   the -shm
 *   4. rename   the new file takes the path
 *
 * Who is asked again after a kill goes on with the second name that is there.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_INSTALL_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_INSTALL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "gql_plugin.h"

/* Whether something is at the path that installing would replace: a database, or a log. */
bool database_is_there(const char *path);

/* Whether a process was killed while it installed at the path. */
bool database_is_half_installed(const char *path);

/*
 * Moves the file at `from`, in the same folder, to `path`, durably, and removes what is there: a
 * file, and the log beside it. Fails if somebody uses it as a database.
 */
int32_t database_replace(const char *from, const char *path, gql_failure *failure);

/*
 * Moves the file at `from`, in the same folder, to `path`, which is no symbolic link. The former
 * database, if there is one, is kept as *ret_kept, with its log as *ret_kept-wal; empty: there was
 * none. The new file gets its mode and owner, or those of the folder's owner. `timestamp` is a part
 * of the name that is kept. Fails if somebody uses the database, or if `from` is not the file
 * `made`: who may write into the folder could have put a link to another's in its place.
 */
int32_t database_install(const char *from, const struct stat *made, const char *path,
                         const char *timestamp, char ret_kept[PATH_MAX], gql_failure *failure);

#endif
