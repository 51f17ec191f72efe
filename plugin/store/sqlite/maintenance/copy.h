// SPDX-License-Identifier: MIT
/* A copy of a database in a file of its own, of one state of what gateways write meanwhile. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_COPY_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_COPY_H

#include <sys/stat.h>

#include "plugin/store/sqlite/maintenance/inspection.h"

/*
 * Makes the file at `path`, of mode 0600, with all that was committed before the call; a file that
 * is there, or was left by a process that was killed, is removed first. The file has no log beside
 * it, and is synced, but not its folder. Then checks it, as inspection_run, with `inspection`; a
 * copy with findings, or one that failed, is removed. *ret_made is the file that was made, by which
 * database_install knows it. `path` has no symbolic link in it.
 */
int32_t database_copy(struct database_access *from, const char *path, struct inspection *inspection,
                      struct stat *ret_made, gql_failure *failure);

#endif
