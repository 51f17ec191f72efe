// SPDX-License-Identifier: MIT
/* The content of a database before it serves: its schema, the secret of its cursors, its order. */
#ifndef PLUGIN_STORE_SQLITE_DATABASE_CONTENT_H
#define PLUGIN_STORE_SQLITE_DATABASE_CONTENT_H

#include "plugin/store/collation.h"
#include "plugin/store/engine.h"
#include "plugin/store/sqlite/connection.h"

/*
 * Migrates the database, settles whose it is, draws its secret and rebuilds its order where that is
 * needed. What a new database needs is one transaction: it costs one commit, and after a crash
 * nothing or all of it is there. Each migration of an older database commits by itself, so that one
 * that fails does not undo the ones before, and the log need not hold them all.
 *
 * Migrates and rebuilds only if *opening is STORE_IS_LONG. GQL_PENDING if it is not, and must be,
 * and as connection_fail_or_wait: *opening says which; call it again.
 */
int32_t database_content_prepare(struct connection *connection,
                                 const struct sqlite_options *settings,
                                 const struct collation *collation,
                                 const struct store_options *options,
                                 uint8_t secret[STORE_SECRET_SIZE], enum store_opening *opening,
                                 gql_failure *failure);

#endif
