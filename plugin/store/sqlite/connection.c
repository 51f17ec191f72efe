// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/connection.h"

#include <stdio.h>
#include <string.h>

#include "plugin/base/deadline.h"

/*
 * Not every storage can have a log: the pragma then succeeds, and returns another mode. The mode is
 * committed by the step after its row.
 */
static int use_wal(struct connection *connection)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_SET_JOURNAL_MODE);
    int code = statement == NULL ? sqlite3_extended_errcode(connection->handle)
                                 : sqlite3_step(statement);
    bool is_wal = false;
    if (code == SQLITE_ROW) {
        is_wal = text_equal(column_text(statement, 0), TEXT("wal"));
        code = sqlite3_step(statement);
    }
    sqlite3_reset(statement);
    if (code != SQLITE_DONE)
        return code;
    return is_wal ? SQLITE_OK : CONNECTION_WITHOUT_LOG;
}

/*
 * With its temporary storage in files, SQLite writes the pages that a savepoint could bring back to
 * one in /var/tmp, many for each mutation of a large batch. What is deleted is overwritten, as
 * Debian's SQLite does without being told.
 */
static int set_pragmas(struct connection *connection, const struct sqlite_options *options,
                       enum connection_role role)
{
    char pragmas[512];
    const bool writes = role == CONNECTION_WRITER;
    const int code = writes ? use_wal(connection) : SQLITE_OK;
    if (code != SQLITE_OK)
        return code;
    sqlite3_snprintf(
        (int)sizeof pragmas, pragmas,
        "%s PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -%d;"
        "PRAGMA mmap_size = %lld; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;",
        writes ? "" : "PRAGMA query_only = ON;", options->cache_kib,
        (sqlite3_int64)options->mmap_mib << 20);
    return sqlite3_exec(connection->handle, pragmas, NULL, NULL, NULL);
}

static int prepare_controls(struct connection *connection)
{
    static const enum statement controls[] = {
        STATEMENT_BEGIN_READ, STATEMENT_LOCK_READ, STATEMENT_BEGIN_WRITE, STATEMENT_COMMIT,
        STATEMENT_ROLLBACK,   STATEMENT_SAVEPOINT, STATEMENT_RELEASE,     STATEMENT_ROLLBACK_TO,
    };
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        if (connection_statement(connection, controls[i]) == NULL)
            return sqlite3_extended_errcode(connection->handle);
    }
    return SQLITE_OK;
}

int connection_open(struct connection *connection, const struct sqlite_options *options,
                    enum connection_role role)
{
    *connection = (struct connection){.path = options->path};
    const bool writes = role == CONNECTION_WRITER;
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(options->path, &connection->handle, flags, NULL);
    /* SQLite opens a file that may not be written all the same, to be read only. */
    if (code == SQLITE_OK && writes && sqlite3_db_readonly(connection->handle, "main") == 1)
        code = SQLITE_READONLY;
    if (code != SQLITE_OK)
        return code;
    /* A database is data: it must not bring functions, tables or triggers of its own. */
    sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    code = set_pragmas(connection, options, role);
    return code == SQLITE_OK ? prepare_controls(connection) : code;
}

void connection_close(struct connection *connection)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(connection->statements[i]);
    const int error = connection->handle == NULL ? connection->system_error
                                                 : sqlite3_system_errno(connection->handle);
    sqlite3_close(connection->handle);
    *connection = (struct connection){.path = connection->path, .system_error = error};
}

uint64_t connection_patience(const struct sqlite_options *options)
{
    return monotonic_now() + (uint64_t)options->busy_timeout_ms * 1000000u;
}

bool connection_wait(int code, uint64_t until)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    if ((code & 0xff) != SQLITE_BUSY || monotonic_now() >= until)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

void connection_keep_log(struct connection *connection)
{
    if (connection->handle != NULL)
        sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
}

void connection_release_row(struct connection *connection)
{
    if (connection->row != NULL)
        sqlite3_reset(connection->row);
    connection->row = NULL;
}

sqlite3_stmt *connection_statement(struct connection *connection, enum statement statement)
{
    sqlite3_stmt **slot = &connection->statements[statement];
    connection_release_row(connection);
    if (*slot == NULL)
        sqlite3_prepare_v3(connection->handle, statement_sql[statement], -1,
                           SQLITE_PREPARE_PERSISTENT, slot, NULL);
    return *slot;
}

int statement_run(sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int connection_run(struct connection *connection, enum statement statement)
{
    sqlite3_stmt *prepared = connection_statement(connection, statement);
    if (prepared == NULL)
        return sqlite3_extended_errcode(connection->handle);
    const int code = sqlite3_step(prepared);
    sqlite3_reset(prepared);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

/* SQLite's autocommit tells the truth: it ends transactions by itself after some failures. */
static bool in_transaction(const struct connection *connection)
{
    return connection->handle != NULL && !sqlite3_get_autocommit(connection->handle);
}

int connection_end(struct connection *connection, enum statement end)
{
    if (!in_transaction(connection))
        return SQLITE_OK;
    const int code = connection_run(connection, end);
    if (in_transaction(connection))
        connection_run(connection, STATEMENT_ROLLBACK);
    if (in_transaction(connection))
        connection_close(connection);
    return code;
}

void bind_text(sqlite3_stmt *statement, int column, struct text text)
{
    if (text.data == NULL)
        sqlite3_bind_null(statement, column);
    else
        sqlite3_bind_text(statement, column, text.data, (int)text.size, SQLITE_STATIC);
}

void bind_identifier(sqlite3_stmt *statement, int column, const struct identifier *identifier)
{
    sqlite3_bind_blob(statement, column, identifier->bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
}

struct text column_text(sqlite3_stmt *statement, int column)
{
    const char *data = (const char *)sqlite3_column_text(statement, column);
    return (struct text){data, data == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, column)};
}

struct identifier column_identifier(sqlite3_stmt *statement, int column)
{
    struct identifier identifier = {{0}};
    const void *blob = sqlite3_column_blob(statement, column);
    if (blob != NULL && sqlite3_column_bytes(statement, column) == IDENTIFIER_SIZE)
        memcpy(identifier.bytes, blob, IDENTIFIER_SIZE);
    return identifier;
}
