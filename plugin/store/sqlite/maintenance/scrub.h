// SPDX-License-Identifier: MIT
/*
 * Overwrites what no row uses in a database's file, and empties its log, while gateways go on. The
 * rows stay as they are, byte for byte, so that a crash at any moment does no harm.
 *
 * A step is a checkpoint that copies the whole log into the file while nobody can write. Before it
 * syncs the file, some pages of it are overwritten: so gateways that watch the file (file_guard.h)
 * see nothing but a checkpoint. A commit then makes all of them read those pages anew, without what
 * was overwritten.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_SCRUB_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_SCRUB_H

#include "plugin/store/sqlite/maintenance/access.h"

enum scrub_result {
    SCRUB_DONE,
    SCRUB_HELD, /* Somebody reads an old state, for longer than this waits. */
    SCRUB_HUGE, /* The file has too many pages for it. */
};

struct scrub {
    void *user;
    void (*advanced)(void *user, long long done, long long all); /* Pages. */
};

/*
 * The database was opened for writing, and no transaction is open. GQL_OK, and *ret_result says how
 * far it came: what is not done can be done again. Gateways' changes wait for some milliseconds at
 * a time. One thread of the process.
 */
int32_t scrub_run(const struct scrub *scrub, struct database_access *access,
                  enum scrub_result *ret_result, gql_failure *failure);

#endif
