// SPDX-License-Identifier: MIT
/*
 * The connection that writes, opened anew where it had to be closed, and checked against the file
 * at its path whenever a transaction begins and ends. One thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_WRITE_LINK_H
#define PLUGIN_STORE_SQLITE_WRITE_LINK_H

#include "plugin/store/sqlite/checkpoint.h"
#include "plugin/store/sqlite/readers.h"

struct write_link {
    struct connection connection; /* Its handle is NULL if it had to be closed. */
    struct file_sight sight;
    struct checkpointer checkpointer;
    struct readers *readers; /* With which it shares the options and the file's guard. */
};

/* Takes the connection over. The readers and the functions of `options` must outlive the link. */
void write_link_init(struct write_link *link, const struct connection *connection,
                     const struct store_options *options, struct readers *readers);
void write_link_finish(struct write_link *link);

/*
 * Whether the database or its log was damaged meanwhile: closing must not copy the log then. Looks.
 */
bool write_link_is_final(struct write_link *link);

/* Copies what is left of the log. Closing has little to do then, and does what failed here. */
void write_link_copy_log(struct write_link *link);

/*
 * Begins a transaction. Returns SQLite's code; where it fails, the transaction may be open. With
 * CONNECTION_STOPPED the file, its schema or its collation is not the store's.
 */
int write_link_begin(struct write_link *link);

/*
 * Commits it; copies the log if it is long. Returns SQLite's code of the commit; where it fails,
 * the transaction may still be open.
 */
int write_link_commit(struct write_link *link);

#endif
