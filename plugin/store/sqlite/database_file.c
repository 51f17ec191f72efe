// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/database_file.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/cure.h"
#include "plugin/store/sqlite/foreign_log.h"
#include "plugin/store/sqlite/open_file.h"

/* Debian's SQLite takes URIs everywhere; their parameters turn off locks or the file itself. */
static bool is_special(const char *path)
{
    return strcmp(path, ":memory:") == 0 || sqlite3_strnicmp(path, "file:", 5) == 0;
}

/* The path behind symbolic links, which need not exist: where SQLite creates the file. */
static bool resolve(const char *path, char resolved[PATH_MAX])
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    return vfs != NULL && (vfs->xFullPathname(vfs, path, PATH_MAX, resolved) & 0xff) == SQLITE_OK;
}

/*
 * Without opening it: closing a file drops the locks that another connection of the process holds
 * on it. chmod, because the process's umask applies to mknod.
 */
static bool create(const char *path, mode_t mode)
{
    if (mknod(path, S_IFREG | 0600, 0) != 0)
        return errno == EEXIST;
    return chmod(path, mode) == 0;
}

static void warn_if_open_to_others(const char *path, const char *suffix, mode_t mode,
                                   const struct store_options *options)
{
    char name[PATH_MAX + 8], message[PATH_MAX + 256];
    struct stat found;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    if (stat(name, &found) != 0 || (found.st_mode & 0777 & ~mode) == 0)
        return;
    snprintf(message, sizeof message,
             "database.path: '%s' has the mode %04o, which is open to more users than "
             "database.fileMode, %04o; use chmod %04o, or set database.fileMode",
             name, found.st_mode & 0777, mode, mode);
    options->log(options->user, GQL_LOG_WARNING, message);
}

static int32_t refuse(const char *path, gql_failure *failure)
{
    return fail(
        failure, GQL_E_CONFIG,
        "database.path: '%s' is not a regular file; give the plain path of a file, which is "
        "created if it does not exist",
        path);
}

/* Each name would have a log of its own: of two stores, neither would see what the other wrote. */
static int32_t refuse_links(const char *path, nlink_t links, gql_failure *failure)
{
    return fail(failure, GQL_E_CONFIG,
                "database.path: '%s' is one of %lu hard links to a database, which would be "
                "damaged if it were opened by two names; remove the others, or make them symbolic "
                "links",
                path, (unsigned long)links);
}

static int32_t refuse_inherited(const char *path, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' was open when this process was forked, and SQLite would take "
                "its parent's locks for its own; create instances after forking, or give each "
                "process a database of its own",
                path);
}

/* SQLite takes a file of one byte for an empty one. */
static bool is_empty(const struct stat *file)
{
    return file->st_size <= 1;
}

static bool has_content(const char *path, const char *suffix)
{
    char name[PATH_MAX + 8];
    struct stat found;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &found) == 0 && !is_empty(&found);
}

/*
 * A database that is not there begins anew, and SQLite removes a log that lies beside one without
 * content: with it go the changes whose database was moved away or emptied by mistake.
 */
static int32_t refuse_without_content(const char *path, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' is missing or empty, but '%s-wal' has changes that belong to "
                "it. Nothing was changed. Put the database back beside its -wal, or restore a "
                "backup and move the -wal and the -shm away; for a new database, move them away",
                path, path);
}

static int32_t refuse_to_create(const char *path, int error, gql_failure *failure)
{
    const bool is_denied = error == EACCES || error == EPERM || error == EROFS;
    return fail(failure, GQL_E_UNAVAILABLE, "database.path: '%s' can't be created: %s%s", path,
                strerrordesc_np(error),
                is_denied ? cure_of_read_only(path).text : cure_of_error(error).text);
}

/*
 * What was created before a crash, and never written, looks like what was emptied by mistake, and
 * has to come to life by itself.
 */
static void log_new(const char *path, bool was_there, const struct store_options *store)
{
    char message[PATH_MAX + 256];
    snprintf(message, sizeof message, "database.path: '%s' %s", path,
             was_there ? "was an empty file, and begins anew: it has no integrations. If it had "
                         "any, restore a backup; if another gateway has just created it, or one "
                         "was ended meanwhile, all is well"
                       : "is new: it has no integrations");
    store->log(store->user, was_there ? GQL_LOG_WARNING : GQL_LOG_INFO, message);
}

static bool make_absolute(struct sqlite_options *options)
{
    char folder[PATH_MAX];
    char *absolute = NULL;
    if (options->path[0] == '/' || getcwd(folder, sizeof folder) == NULL)
        return true; /* Without a working folder, opening fails. */
    if (asprintf(&absolute, "%s/%s", folder, options->path) < 0)
        return false;
    free(options->path);
    options->path = absolute;
    return true;
}

/* What a file that exists may not be. */
static int32_t examine(const struct sqlite_options *options, const struct stat *found,
                       gql_failure *failure)
{
    if (!S_ISREG(found->st_mode))
        return refuse(options->path, failure);
    if (found->st_nlink > 1)
        return refuse_links(options->path, found->st_nlink, failure);
    return open_file_is_parents(found) ? refuse_inherited(options->path, failure) : GQL_OK;
}

int32_t database_file_prepare(struct sqlite_options *options, const struct store_options *store,
                              gql_failure *failure)
{
    char path[PATH_MAX];
    struct stat found;
    if (is_special(options->path))
        return refuse(options->path, failure);
    if (!make_absolute(options))
        return fail_no_memory(failure);
    errno = ELOOP; /* SQLite counts links, and sets no errno when there are too many. */
    const bool resolved = resolve(options->path, path);
    const bool was_there = resolved && stat(path, &found) == 0;
    const bool is_new = resolved && !has_content(path, "");
    if (is_new && has_content(path, "-wal"))
        return refuse_without_content(path, failure);
    if (!resolved || !create(path, options->file_mode))
        return refuse_to_create(options->path, errno, failure);
    const int32_t code = stat(path, &found) == 0 ? examine(options, &found, failure) : GQL_OK;
    if (code != GQL_OK)
        return code;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        warn_if_open_to_others(path, suffixes[i], options->file_mode, store);
    if (is_new)
        log_new(path, was_there, store);
    return foreign_log_refuse(path, options, failure);
}

static int32_t refuse_missing(const char *path, int error, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' can't be used: %s; name a database that a gateway has made",
                path, strerrordesc_np(error));
}

int32_t database_file_find(struct sqlite_options *options, char ret_path[PATH_MAX],
                           gql_failure *failure)
{
    struct stat found;
    if (is_special(options->path))
        return refuse(options->path, failure);
    if (!make_absolute(options))
        return fail_no_memory(failure);
    errno = ELOOP;
    if (!resolve(options->path, ret_path) || stat(ret_path, &found) != 0)
        return refuse_missing(options->path, errno, failure);
    const int32_t code = examine(options, &found, failure);
    if (code != GQL_OK)
        return code;
    if (is_empty(&found) && has_content(ret_path, "-wal"))
        return refuse_without_content(ret_path, failure);
    if (is_empty(&found))
        return fail(failure, GQL_E_UNAVAILABLE, "database.path: '%s' is empty: it is no database",
                    options->path);
    return foreign_log_refuse(ret_path, options, failure);
}
