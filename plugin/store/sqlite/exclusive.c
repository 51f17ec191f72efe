// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/exclusive.h"

#include <sodium.h>
#include <time.h>

#include "plugin/base/deadline.h"

enum { ATTEMPTS = 3, PAUSE_NANOSECONDS = 1000000 };

/*
 * Whoever uses the database has a shared lock on it: then the log is in use, and its own. Whoever
 * has an exclusive one will let it go soon: SQLite as it closes the last connection, or another
 * process that looks for a foreign log. Two that meet try again after different times.
 */
static bool lock_alone(sqlite3_file *file, int busy_timeout_ms)
{
    const struct deadline deadline = {.at = monotonic_now() + (uint64_t)busy_timeout_ms * 1000000u +
                                            1};
    for (int in_use = 0; in_use < ATTEMPTS;) {
        int code = file->pMethods->xLock(file, SQLITE_LOCK_SHARED);
        if (code == SQLITE_OK) {
            code = file->pMethods->xLock(file, SQLITE_LOCK_EXCLUSIVE);
            in_use++;
        }
        if (code == SQLITE_OK)
            return true;
        file->pMethods->xUnlock(file, SQLITE_LOCK_NONE);
        if (code != SQLITE_BUSY || deadline_passed(deadline))
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 1 + randombytes_uniform(PAUSE_NANOSECONDS)}, NULL);
    }
    return false;
}

bool exclusive_take(struct exclusive *exclusive, const char *path, int busy_timeout_ms)
{
    *exclusive = (struct exclusive){0};
    const int code = sqlite3_open_v2(path, &exclusive->handle, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        sqlite3_file_control(exclusive->handle, "main", SQLITE_FCNTL_FILE_POINTER,
                             &exclusive->file);
    if (exclusive->file != NULL && exclusive->file->pMethods != NULL &&
        lock_alone(exclusive->file, busy_timeout_ms))
        return true;
    exclusive->file = NULL;
    exclusive_give(exclusive);
    return false;
}

void exclusive_give(struct exclusive *exclusive)
{
    if (exclusive->file != NULL)
        exclusive->file->pMethods->xUnlock(exclusive->file, SQLITE_LOCK_NONE);
    sqlite3_close(exclusive->handle);
    *exclusive = (struct exclusive){0};
}
