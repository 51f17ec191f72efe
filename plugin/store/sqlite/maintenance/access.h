// SPDX-License-Identifier: MIT
/*
 * A database as a tool uses it, beside the gateways that serve it. It must exist, be of this
 * plugin, and belong to nobody else. One thread.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_ACCESS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_ACCESS_H

#include <limits.h>

#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/ownership.h"

struct database_access {
    struct sqlite_options options;
    char path[PATH_MAX]; /* What the path of the options leads to. */
    struct connection connection;
    int schema;
    bool is_blank; /* It could be opened, but has no tables. */
    struct owner owner;
};

/*
 * Opens the database at the path. `organization_id`: it must belong to that organization, or to
 * none; no text: to any. Waits for locks for some seconds. Makes and changes nothing, for a reader
 * also when it is closed: a log that nobody has copied into the database stays. A failure names the
 * cause and the cure. Close it in any case.
 */
int32_t database_access_open(struct database_access *access, const char *path,
                             struct text organization_id, enum connection_role role,
                             gql_failure *failure);
void database_access_close(struct database_access *access);

/* Refuses a database of an older schema than this tool writes. */
int32_t database_access_check_schema(const struct database_access *access, gql_failure *failure);

/* Fails with the code of SQLite's last call, or with `code`. */
int32_t database_access_fail(const struct database_access *access, const char *doing,
                             gql_failure *failure);

/* Fails with a status that is not STORE_OK. Damage gets the cure. */
int32_t database_access_fail_status(const struct database_access *access, enum store_status status,
                                    const struct store_detail *detail, gql_failure *failure);

/* Takes a row; *wanted false: no more are needed. */
typedef enum store_status database_row_fn(void *context, sqlite3_stmt *row, bool *wanted,
                                          struct store_detail *detail);

/* Calls `take` for each row of a statement that is bound, and resets it. */
int32_t database_access_each_row(struct database_access *access, sqlite3_stmt *rows,
                                 database_row_fn *take, void *context, gql_failure *failure);

/* Begins and ends the transaction in which everything is of one state. `begin` is a BEGIN. */
int32_t database_access_begin(struct database_access *access, enum statement begin,
                              gql_failure *failure);
void database_access_rollback(struct database_access *access);

#endif
