// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/file_guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/base/failure.h"

enum { DATABASE, LOG, LOG_INDEX };

static bool is_same(const struct guarded_file *file, const struct stat *status)
{
    return status->st_dev == file->device && status->st_ino == file->inode;
}

/* Whether it is the file that was opened, or nobody has opened one yet. */
static bool is_there(const struct guarded_file *file, struct stat *ret_status)
{
    return !atomic_load(&file->known) ||
           (stat(file->path, ret_status) == 0 && is_same(file, ret_status));
}

static bool remember(struct guarded_file *file)
{
    struct stat status;
    if (stat(file->path, &status) != 0)
        return false;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    atomic_store(&file->known, true);
    return true;
}

static bool was_moved(const struct connection *connection)
{
    int moved = 0;
    sqlite3_file_control(connection->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

static bool copy_paths(struct file_guard *guard, const char *path, const char *opened)
{
    guard->files[DATABASE].path = strdup(path);
    if (asprintf(&guard->files[LOG].path, "%s-wal", opened) < 0)
        guard->files[LOG].path = NULL;
    if (asprintf(&guard->files[LOG_INDEX].path, "%s-shm", opened) < 0)
        guard->files[LOG_INDEX].path = NULL;
    return guard->files[DATABASE].path != NULL && guard->files[LOG].path != NULL &&
           guard->files[LOG_INDEX].path != NULL;
}

int32_t file_guard_init(struct file_guard *guard, const char *path,
                        const struct connection *connection, const struct store_options *options,
                        struct state_board *board, gql_failure *failure)
{
    *guard = (struct file_guard){.board = board, .user = options->user, .log = options->log};
    pthread_mutex_init(&guard->lock, NULL);
    if (!copy_paths(guard, path, sqlite3_db_filename(connection->handle, "main")))
        return fail_no_memory(failure);
    if (remember(&guard->files[DATABASE]) &&
        file_guard_check_opened(guard, connection) == SQLITE_OK)
        return GQL_OK;
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' or its -wal or -shm was moved while it was opened; try again",
                path);
}

void file_guard_finish(struct file_guard *guard)
{
    if (guard->log == NULL)
        return;
    for (int i = 0; i < GUARDED_FILES; i++)
        free(guard->files[i].path);
    pthread_mutex_destroy(&guard->lock);
    *guard = (struct file_guard){0};
}

/* Whether the files are those that were opened. */
static enum file_condition look_for_others(const struct file_guard *guard,
                                           struct stat *ret_database, struct stat *ret_log)
{
    struct stat index;
    if (!is_there(&guard->files[DATABASE], ret_database))
        return FILE_MOVED;
    return is_there(&guard->files[LOG], ret_log) && is_there(&guard->files[LOG_INDEX], &index)
               ? FILE_FINE
               : FILE_LOG_MOVED;
}

/*
 * Only checkpoints write to the database file. While the index shows that none did, the time of its
 * last change stays; once all of the log is in the file, no page of it is missing.
 */
static enum file_condition look_for_changes(const struct stat *database,
                                            const struct wal_index *index,
                                            const struct wal_rest *before, struct file_sight *sight)
{
    struct wal_rest after;
    const struct file_sight now = {.rest = *before, .modified = database->st_mtim, .taken = true};
    if (!wal_index_rest(index, &after) || memcmp(&after, before, sizeof after) != 0)
        return FILE_FINE; /* Somebody commits or copies the log meanwhile. */
    const bool overwritten = sight->taken && memcmp(&sight->rest, before, sizeof *before) == 0 &&
                             (sight->modified.tv_sec != now.modified.tv_sec ||
                              sight->modified.tv_nsec != now.modified.tv_nsec);
    *sight = now;
    if (database->st_size < wal_rest_database_size(before))
        return FILE_CUT;
    return overwritten ? FILE_OVERWRITTEN : FILE_FINE;
}

static const char *const reasons[] = {
    [FILE_MOVED] = "The database was moved, removed or replaced. Reads and writes stop until the "
                   "file that was opened is back; to use another, stop every gateway that uses it, "
                   "remove the old -wal and -shm, which would damage it, then start them",
    [FILE_LOG_MOVED] = "The database's -wal or -shm was removed or replaced while it is in use. "
                       "Reads and writes stop; stop all gateways that use the database, which "
                       "copies the log into it, then start them",
    [FILE_LOG_CUT] =
        "The database's -wal is shorter than what was written to it: changes are "
        "lost. Reads and writes stop; stop every gateway that uses the database, "
        "check it with PRAGMA integrity_check, restore a backup if it is damaged, then "
        "start them",
    [FILE_CUT] = "The database is shorter than what was written to it. Reads and writes stop; stop "
                 "every gateway that uses it, restore a backup, remove the old -wal and -shm, "
                 "then start them",
    [FILE_OVERWRITTEN] = "The database was overwritten while it is in use. Reads and writes stop; "
                         "stop every gateway that uses it, restore a backup, remove the old -wal "
                         "and -shm, then start them",
};

static bool is_final(enum file_condition condition)
{
    return condition >= FILE_LOG_CUT;
}

bool file_guard_is_final(const struct file_guard *guard)
{
    return is_final((enum file_condition)atomic_load(&guard->condition));
}

static void report(const struct file_guard *guard, enum file_condition condition)
{
    char line[PATH_MAX + 512];
    snprintf(line, sizeof line, "database.path: '%s': %s", guard->files[DATABASE].path,
             condition == FILE_FINE ? "The database is back; service resumes" : reasons[condition]);
    state_report(guard->board, STATE_FILE, condition == FILE_FINE ? STORE_HEALTHY : STORE_FAILED,
                 condition == FILE_FINE ? "" : reasons[condition]);
    guard->log(guard->user, condition == FILE_FINE ? GQL_LOG_INFO : GQL_LOG_ERROR, line);
}

static int note(struct file_guard *guard, enum file_condition condition)
{
    if (atomic_load(&guard->condition) != (int)condition) {
        pthread_mutex_lock(&guard->lock);
        const enum file_condition former = (enum file_condition)atomic_load(&guard->condition);
        if (is_final(former))
            condition = former;
        atomic_store(&guard->condition, (int)condition);
        if (condition != former)
            report(guard, condition);
        pthread_mutex_unlock(&guard->lock);
    }
    return condition == FILE_FINE ? SQLITE_OK : CONNECTION_STOPPED;
}

int file_guard_check(struct file_guard *guard, const struct wal_index *index,
                     struct file_sight *sight)
{
    struct stat database, log = {.st_size = INT64_MAX};
    struct wal_rest rest;
    if (file_guard_is_final(guard))
        return CONNECTION_STOPPED;
    const bool rests = index != NULL && wal_index_rest(index, &rest);
    enum file_condition condition = look_for_others(guard, &database, &log);
    if (condition == FILE_FINE && index != NULL &&
        log.st_size < wal_index_log_size(index, &rest.state))
        condition = FILE_LOG_CUT;
    if (condition == FILE_FINE && rests)
        condition = look_for_changes(&database, index, &rest, sight);
    return note(guard, condition);
}

static bool remember_log(struct file_guard *guard)
{
    bool known = true;
    pthread_mutex_lock(&guard->lock);
    for (int i = LOG; i <= LOG_INDEX && known; i++)
        known = atomic_load(&guard->files[i].known) || remember(&guard->files[i]);
    pthread_mutex_unlock(&guard->lock);
    return known;
}

int file_guard_check_opened(struct file_guard *guard, const struct connection *connection)
{
    if (was_moved(connection))
        return note(guard, FILE_MOVED);
    return remember_log(guard) ? file_guard_check(guard, NULL, NULL) : note(guard, FILE_LOG_MOVED);
}

void file_guard_release_log(struct file_guard *guard)
{
    pthread_mutex_lock(&guard->lock);
    for (int i = LOG; i <= LOG_INDEX; i++)
        atomic_store(&guard->files[i].known, false);
    pthread_mutex_unlock(&guard->lock);
}
