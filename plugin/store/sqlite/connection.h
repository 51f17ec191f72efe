// SPDX-License-Identifier: MIT
/*
 * A connection to the database with its statements, each prepared once, on first use. One thread at
 * a time.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <sqlite3.h>

#include "plugin/store/sqlite/statements.h"
#include "plugin/store/store.h"

struct connection {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

/*
 * Opens the file, for reading only if it is not to be `writable`; else it is made where it lacks.
 * Returns SQLite's code.
 */
int connection_open(struct connection *connection, const struct store_options *options,
                    bool writable);
void connection_close(struct connection *connection);

/* The statement, ready to be bound; NULL if it can't be prepared. */
sqlite3_stmt *connection_statement(struct connection *connection, enum statement statement);

/* Runs a statement that takes nothing and returns nothing. Returns SQLite's code. */
int connection_run(struct connection *connection, enum statement statement);

/* What SQLite's code means for the caller, with the detail written down. */
enum store_status connection_status(const struct connection *connection, int code,
                                    struct store_trouble *trouble);

/* Reads a column of the current row; the text is borrowed until the next step. */
struct text column_text(sqlite3_stmt *statement, int column);
struct identifier column_identifier(sqlite3_stmt *statement, int column);

#endif
