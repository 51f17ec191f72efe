// SPDX-License-Identifier: MIT
/*
 * A look at SQLite's WAL index, the memory that all connections to a database share, in whatever
 * process: has anything been committed since? Its layout is part of SQLite's file formats
 * ("WAL-mode File Format", section 2.1, The WAL-Index Header).
 */
#ifndef PLUGIN_STORE_SQLITE_WAL_INDEX_H
#define PLUGIN_STORE_SQLITE_WAL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/store/sqlite/connection.h"

/* The index as SQLite maps it. */
struct wal_index;

/* What the index says at a moment. Every commit, of any process, makes another one of it. */
struct wal_state {
    uint64_t words[6];
};

/*
 * The index of a connection that has read before. Valid until the connection is closed; NULL where
 * it has none. The caller must be the thread that uses the connection; what is below may be called
 * on any.
 */
const struct wal_index *wal_index_of(struct connection *connection);

struct wal_state wal_index_state(const struct wal_index *index);

/* Whether nothing was committed since the state was taken. */
bool wal_index_is(const struct wal_index *index, const struct wal_state *state);

/*
 * Whether a reader may stay in its snapshot without being in the way: a log that is due to be
 * copied into the database, and then begun anew, has to be let go by every reader first.
 */
bool wal_index_is_at_rest(const struct wal_index *index);

#endif
