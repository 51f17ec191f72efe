// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/cure.h"

static bool is_known(const struct connection *connection, int code)
{
    return connection->handle != NULL && sqlite3_extended_errcode(connection->handle) == code;
}

/* The last error of a file: of the log or of the database. */
static int error_of_file(sqlite3 *handle, int which)
{
    sqlite3_file *file = NULL;
    int error = 0;
    sqlite3_file_control(handle, "main", which, &file);
    if (file != NULL && file->pMethods != NULL)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

/* SQLite takes errno late: after a commit that failed, it may be lost, but for that of the file. */
static int error_of_handle(sqlite3 *handle)
{
    const int error = sqlite3_system_errno(handle);
    const int of_log = error != 0 ? error : error_of_file(handle, SQLITE_FCNTL_JOURNAL_POINTER);
    return of_log != 0 ? of_log : error_of_file(handle, SQLITE_FCNTL_FILE_POINTER);
}

/*
 * What the system said, for the codes with which SQLite keeps it; or 0. Reading beyond the end of a
 * file is no error of the system: what is kept then is an older one.
 */
static int system_error(const struct connection *connection, int code)
{
    if (code == SQLITE_IOERR_SHORT_READ)
        return 0;
    if ((code & 0xff) == SQLITE_FULL)
        return ENOSPC;
    if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_CANTOPEN)
        return 0;
    return connection->handle == NULL ? connection->system_error
                                      : error_of_handle(connection->handle);
}

void connection_cause(const struct connection *connection, int code, char *ret_cause, size_t size)
{
    const char *message = is_known(connection, code) ? sqlite3_errmsg(connection->handle)
                                                     : sqlite3_errstr(code);
    const int error = system_error(connection, code);
    if (error == 0)
        snprintf(ret_cause, size, "SQLite %d: %.100s", code, message);
    else
        snprintf(ret_cause, size, "SQLite %d: %.100s; errno %d, %s", code, message, error,
                 strerrordesc_np(error));
}

static void describe(const struct connection *connection, int code, struct store_detail *detail)
{
    const char *path = connection->path == NULL ? "" : connection->path;
    connection_cause(connection, code, detail->text, sizeof detail->text);
    const size_t length = strlen(detail->text);
    snprintf(detail->text + length, sizeof detail->text - length, "; '%s'", path);
}

/* What passes when others release it, or the operator raises a limit. */
static enum store_status status_of_system(int error)
{
    switch (error) {
    case ENOSPC:
        return STORE_FULL;
    case ENOMEM:
        return STORE_NO_MEMORY;
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case EFBIG:
    case EDQUOT:
    case ENOLCK:
        return STORE_SHORTAGE;
    case EACCES:
    case EPERM:
    case EROFS:
        return STORE_DENIED;
    default:
        return STORE_BROKEN;
    }
}

/*
 * No change that this plugin makes to a sound database violates a constraint of the schema, and no
 * statement of it is wrong, unless the schema is no longer that which it was written for.
 */
bool connection_is_damage(int code)
{
    const int kind = code & 0xff;
    return kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || code == SQLITE_IOERR_DATA ||
           code == SQLITE_ERROR || (kind == SQLITE_CONSTRAINT && code != SQLITE_CONSTRAINT_TRIGGER);
}

enum store_status connection_status(const struct connection *connection, int code,
                                    struct store_detail *detail)
{
    describe(connection, code, detail);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* A reader has tried for ten seconds to get past the others' locks. */
        return STORE_BUSY;
    case SQLITE_FULL:
        return STORE_FULL;
    case SQLITE_NOMEM:
        return STORE_NO_MEMORY;
    default:
        break;
    }
    if (code == CONNECTION_STOPPED)
        return STORE_STOPPED;
    if ((code & 0xff) == SQLITE_READONLY)
        return STORE_DENIED;
    if (connection_is_damage(code))
        return STORE_DAMAGED;
    return code == SQLITE_IOERR_NOMEM ? STORE_NO_MEMORY
                                      : status_of_system(system_error(connection, code));
}

enum store_status connection_failure(const struct connection *connection,
                                     struct store_detail *detail)
{
    return connection_status(connection, sqlite3_extended_errcode(connection->handle), detail);
}

static struct cure cure_of(const struct connection *connection, int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_NOTADB)
        return (struct cure){"; correct the path, if it leads to another kind of file; otherwise "
                             "it is damaged: " CONNECTION_DAMAGE_CURE};
    if (connection_is_damage(code))
        return (struct cure){"; " CONNECTION_DAMAGE_CURE};
    if (code == CONNECTION_STOPPED)
        return (struct cure){"; it was changed while it was opened: try again"};
    if (kind == SQLITE_BUSY)
        return (struct cure){"; another process holds it: try again when it is done"};
    const int error = system_error(connection, code);
    if (kind != SQLITE_READONLY && error != EACCES && error != EPERM)
        return cure_of_error(error);
    const char *behind_links = connection->handle == NULL
                                   ? NULL
                                   : sqlite3_db_filename(connection->handle, "main");
    return cure_of_read_only(behind_links == NULL ? connection->path : behind_links);
}

int32_t connection_fail_with(const struct connection *connection, int code, const char *doing,
                             gql_failure *failure)
{
    struct store_detail detail;
    describe(connection, code, &detail);
    return fail(failure, GQL_E_UNAVAILABLE, "database.path: %s failed: %s%s", doing, detail.text,
                cure_of(connection, code).text);
}

int32_t connection_fail_or_wait(const struct connection *connection, int code, const char *doing,
                                enum store_opening *ret_opening, gql_failure *failure)
{
    const int32_t failed = connection_fail_with(connection, code, doing, failure);
    if ((code & 0xff) != SQLITE_BUSY)
        return failed;
    *ret_opening = STORE_IS_LOCKED;
    return GQL_PENDING;
}

int32_t connection_fail(const struct connection *connection, const char *doing,
                        gql_failure *failure)
{
    return connection_fail_with(connection, sqlite3_extended_errcode(connection->handle), doing,
                                failure);
}
