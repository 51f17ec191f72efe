// SPDX-License-Identifier: MIT
/* The file of a database before SQLite opens it: what it may be, and who may read it. */
#ifndef PLUGIN_STORE_SQLITE_DATABASE_FILE_H
#define PLUGIN_STORE_SQLITE_DATABASE_FILE_H

#include <limits.h>

#include "plugin/store/sqlite/options.h"

/*
 * Refuses what is not a regular file (":memory:", URIs, devices), one of several hard links, one
 * that was open in a parent (open_file.h), a log that is not the database's (foreign_log.h), and to
 * begin anew beside a log. Creates the file with the configured mode if it does not exist; SQLite
 * gives the same mode to `-wal` and `-shm`. Warns of an empty file, which begins anew, and of files
 * that more users can read or write than the mode allows, and leaves them as they are. Makes the
 * path absolute: connections that are opened later must not depend on the working folder.
 */
int32_t database_file_prepare(struct sqlite_options *options, const struct store_options *store,
                              gql_failure *failure);

/*
 * The same for a tool, which makes and warns of nothing: the file must exist, and not be empty.
 * *ret_path is what the path leads to behind symbolic links.
 */
int32_t database_file_find(struct sqlite_options *options, char ret_path[PATH_MAX],
                           gql_failure *failure);

#endif
