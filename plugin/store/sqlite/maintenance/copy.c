// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/cure.h"

enum { PAGES_PER_STEP = 1000 };

/* No journal and no syncs: what is not whole is thrown away. */
static const char pragmas[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;";

static int32_t fail_file(const char *path, const char *doing, int error, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE, "'%s' can't be %s: %s%s", path, doing,
                strerrordesc_np(error), cure_of_error(error).text);
}

static int32_t make_file(const char *path, struct stat *ret_made, gql_failure *failure)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_file(path, "replaced", errno, failure);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return fail_file(path, "made", errno, failure);
    const bool is_known = fstat(file, ret_made) == 0;
    const int error = errno;
    close(file);
    return is_known ? GQL_OK : fail_file(path, "made", error, failure);
}

static int32_t sync_file(const char *path, gql_failure *failure)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool synced = file >= 0 && fsync(file) == 0;
    const int error = errno;
    if (file >= 0)
        close(file);
    return synced ? GQL_OK : fail_file(path, "written", error, failure);
}

/* The transaction of `from` is open: all steps copy one state. Returns SQLite's code. */
static int copy_pages(struct database_access *from, sqlite3 *to,
                      const struct inspection *inspection)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->connection.handle, "main");
    const uint64_t until = connection_patience(&from->options);
    int code = SQLITE_OK;
    while (backup != NULL && (code == SQLITE_OK || connection_wait(code, until))) {
        code = sqlite3_backup_step(backup, PAGES_PER_STEP);
        const int all = sqlite3_backup_pagecount(backup);
        inspection->advanced(inspection->user, all - sqlite3_backup_remaining(backup), all);
    }
    const int finished = sqlite3_backup_finish(backup);
    return backup == NULL ? sqlite3_extended_errcode(to) : finished;
}

/* The copy stays in the mode with a log, as the header of its first page says. */
static int32_t copy_content(struct database_access *from, const char *path,
                            const struct inspection *inspection, gql_failure *failure)
{
    struct connection to = {.path = path};
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE |
                      SQLITE_OPEN_NOFOLLOW;
    int code = sqlite3_open_v2(path, &to.handle, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(to.handle, pragmas, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(from, to.handle, inspection);
    const int32_t result = code == SQLITE_OK ? GQL_OK
                                             : connection_fail_with(&to, code, "copying", failure);
    connection_close(&to);
    return result;
}

static int32_t check_copy(const char *path, struct inspection *inspection, gql_failure *failure)
{
    struct database_access copy;
    int32_t code = database_access_open(&copy, path, NO_TEXT, CONNECTION_READER, failure);
    if (code == GQL_OK)
        code = inspection_run(inspection, &copy, failure);
    database_access_close(&copy);
    return code;
}

int32_t database_copy(struct database_access *from, const char *path, struct inspection *inspection,
                      struct stat *ret_made, gql_failure *failure)
{
    int32_t code = make_file(path, ret_made, failure);
    if (code != GQL_OK)
        return code;
    code = database_access_begin(from, STATEMENT_BEGIN_READ, failure);
    if (code == GQL_OK)
        code = copy_content(from, path, inspection, failure);
    database_access_rollback(from);
    if (code == GQL_OK)
        code = sync_file(path, failure);
    if (code == GQL_OK)
        code = check_copy(path, inspection, failure);
    if (code != GQL_OK || inspection->findings > 0)
        unlink(path);
    return code;
}
