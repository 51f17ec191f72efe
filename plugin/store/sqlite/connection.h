// SPDX-License-Identifier: MIT
/*
 * A connection to the database with its statements, each prepared once, on first use. Used by one
 * thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_CONNECTION_H
#define PLUGIN_STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "plugin/store/engine.h"
#include "plugin/store/sqlite/options.h"
#include "plugin/store/sqlite/statements.h"

struct connection {
    const char *path; /* That of the options. */
    int system_error; /* The last errno of a connection that was closed. */
    sqlite3 *handle;
    sqlite3_stmt *row; /* The statement whose current row somebody has borrowed, or NULL. */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    const struct wal_index *index; /* See wal_index_of; NULL until it was first asked for. */
    struct identifier landmark;    /* query_integration's: the ID of some row, or all zeros. */
};

/* The code of a file that can't have a write-ahead log: its storage has no shared memory. */
enum { CONNECTION_WITHOUT_LOG = SQLITE_NOLFS };

/* The code of who finds that the database can't be used, and has reported why: STORE_STOPPED. */
enum { CONNECTION_STOPPED = SQLITE_READONLY_DBMOVED };

/*
 * The connection fails at once with SQLITE_BUSY instead of waiting for a lock, and so does this
 * function: who can wait tries again later, on no thread. The file must exist; for a writer that
 * may not write it, SQLITE_READONLY. What begins and ends transactions is prepared: it must not
 * fail for want of memory later. Returns SQLite's code; close the connection in any case.
 */
enum connection_role { CONNECTION_READER, CONNECTION_WRITER };
int connection_open(struct connection *connection, const struct sqlite_options *options,
                    enum connection_role role);
void connection_close(struct connection *connection);

/*
 * For the background, which may wait on its thread: whether to try again after this code. It is
 * SQLITE_BUSY then, and a millisecond has passed. `until` is from connection_patience: the end of
 * the busy timeout that begins now.
 */
uint64_t connection_patience(const struct sqlite_options *options);
bool connection_wait(int code, uint64_t until);

/* From now on, closing does not copy the log into the database. */
void connection_keep_log(struct connection *connection);

/*
 * The statement, ready to be bound; NULL if it can't be prepared. Ends the borrowing of a row.
 */
sqlite3_stmt *connection_statement(struct connection *connection, enum statement statement);

/* Ends the borrowing of a row, if there is one. */
void connection_release_row(struct connection *connection);

/*
 * Runs a statement that is bound and has no rows, and makes it ready for the next use. Returns
 * SQLITE_OK, or SQLite's code.
 */
int statement_run(sqlite3_stmt *statement);

/* Runs a statement without parameters and results. Returns SQLite's code. */
int connection_run(struct connection *connection, enum statement statement);

/*
 * Ends the transaction, if one is open, with `end`, a COMMIT or a ROLLBACK. A transaction that
 * would stay open, and with it its lock, is rolled back; if even that fails, the connection is
 * closed (its handle is NULL). Returns the code of `end`.
 */
int connection_end(struct connection *connection, enum statement end);

/* What is to be done with a damaged database; part of a sentence. */
#define CONNECTION_DAMAGE_CURE                                           \
    "restore a backup by integrationsctl restore, or an index alone by " \
    "integrationsctl reindex"

/* Whether it is the code of a damaged database. */
bool connection_is_damage(int code);

/* What SQLite says of a code and, if it is known, the system: a line without the path. */
void connection_cause(const struct connection *connection, int code, char *ret_cause, size_t size);

/* What SQLite's code means for the caller. Writes the detail. */
enum store_status connection_status(const struct connection *connection, int code,
                                    struct store_detail *detail);

/* The same for the code of the last call that failed. */
enum store_status connection_failure(const struct connection *connection,
                                     struct store_detail *detail);

/* While opening: `doing` something with the file failed with that code. Adds the cure. */
int32_t connection_fail_with(const struct connection *connection, int code, const char *doing,
                             gql_failure *failure);

/*
 * The same, but returns GQL_PENDING for a lock of another process, and sets *ret_opening: try again
 * later.
 */
int32_t connection_fail_or_wait(const struct connection *connection, int code, const char *doing,
                                enum store_opening *ret_opening, gql_failure *failure);

/* The same as connection_fail_with for the code of the last call that failed. */
int32_t connection_fail(const struct connection *connection, const char *doing,
                        gql_failure *failure);

/* Binds no text as NULL. The text is borrowed until the statement's bindings are cleared. */
void bind_text(sqlite3_stmt *statement, int column, struct text text);
void bind_identifier(sqlite3_stmt *statement, int column, const struct identifier *identifier);

/* A column of the current row; the text is borrowed until the next step. */
struct text column_text(sqlite3_stmt *statement, int column);
struct identifier column_identifier(sqlite3_stmt *statement, int column);

#endif
