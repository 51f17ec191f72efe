// SPDX-License-Identifier: MIT
/*
 * Looks at SQLite's WAL index, the memory that all connections to a database share across
 * processes, to see whether anybody has committed. Its layout is part of SQLite's file format
 * ("WAL-mode File Format", section 2.1, The WAL-Index Header).
 */
#ifndef PLUGIN_STORE_SQLITE_WAL_INDEX_H
#define PLUGIN_STORE_SQLITE_WAL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/store/sqlite/connection.h"

/* The index as SQLite maps it. */
struct wal_index;

/* The header of the index at one moment. Every commit of any process changes it. */
struct wal_state {
    uint64_t words[6];
};

/*
 * The index of a connection that has read before; NULL if it has none. Valid until the connection
 * is closed. Call it on the thread that uses the connection; the functions below run on any thread.
 */
const struct wal_index *wal_index_of(struct connection *connection);

struct wal_state wal_index_state(const struct wal_index *index);

/* Whether nobody has committed since the state was taken. */
bool wal_index_is(const struct wal_index *index, const struct wal_state *state);

/*
 * A number that each commit of any process increments, by more than one if its changes did not fit
 * into memory. It begins anew when a crashed process has left the log.
 */
uint32_t wal_state_changes(const struct wal_state *state);

/* How many frames the log has. */
uint32_t wal_index_frames(const struct wal_index *index);

/*
 * Whether nobody has committed between two states: they are the same, or a transaction that failed
 * has reset the log, as the first one after a whole checkpoint does before it writes.
 */
bool wal_state_is_kept(const struct wal_state *before, const struct wal_state *now);

/*
 * Whether the first connection of all found commits in the log, and nobody has committed since: the
 * database was not closed before, since closing copies the log into it.
 */
bool wal_index_was_recovered(const struct wal_index *index);

/* The index while no checkpoint is under way: with the number of frames that were checkpointed. */
struct wal_rest {
    struct wal_state state;
    uint64_t backfilled;
};

/* False if a checkpoint is under way, or was interrupted. */
bool wal_index_rest(const struct wal_index *index, struct wal_rest *ret_rest);

/*
 * How large the log is at least, as long as the index shows the state; 0 if it shows another one by
 * now, which says nothing about a size that was looked up in between.
 */
int64_t wal_index_log_size(const struct wal_index *index, const struct wal_state *state);

/* The size of the database file if all of the log is in it, otherwise 0. */
int64_t wal_rest_database_size(const struct wal_rest *rest);

/*
 * Whether a snapshot may stay open: SQLite can only reset a log that no snapshot reads from, so a
 * log that is due for a checkpoint must be released by every reader.
 */
bool wal_index_is_at_rest(const struct wal_index *index);

#endif
