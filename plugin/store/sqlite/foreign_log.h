// SPDX-License-Identifier: MIT
/*
 * Whether the log beside a database continues another state of it: a backup was restored, and the
 * old `-wal` left where it was. SQLite has no sign of that. It would copy the log's pages into the
 * database, which mixes two histories.
 *
 * Each page of a database is as it was when the log began, or as some frame of the log has it. So
 * is the page with the mark (mark.h): the database's mark is the one that the log's first mark
 * replaced, or one of the log's. Otherwise the log is foreign.
 *
 * A file that is no database of the plugin's (by the application in its header) is refused beside
 * any log that has changes: with them SQLite would overwrite it, and then remove the log.
 *
 * Found is every log that begins with another state than the database's. Not found are
 * - databases and logs without a mark, which older versions of the plugin wrote;
 * - changes that others made (sqlite3) between the database's state and the log's;
 * - a copy whose pages are in another order (VACUUM INTO), beside the log that the original had
 *   when it was copied, if the log lacks the first page: the database has not grown since;
 * - a log that is put there while some process has the database open.
 * A copy of a state that the log has, or began with, is no damage: the log brings it up to date.
 */
#ifndef PLUGIN_STORE_SQLITE_FOREIGN_LOG_H
#define PLUGIN_STORE_SQLITE_FOREIGN_LOG_H

#include "plugin/store/sqlite/options.h"

/*
 * Before the first connection is opened. GQL_OK, or a failure that names both files if the log or
 * the file is foreign; nothing was changed. `path` is that behind links. While it looks, at a log that has
 * something and that nobody uses, others who open the database wait for a lock. What can't be read
 * or locked is left to SQLite.
 */
int32_t foreign_log_refuse(const char *path, const struct sqlite_options *options,
                           gql_failure *failure);

#endif
