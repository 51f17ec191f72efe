// SPDX-License-Identifier: MIT
#include "vault/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool wait_for(int file)
{
    int code;
    do {
        code = flock(file, LOCK_EX);
    } while (code != 0 && errno == EINTR);
    return code == 0;
}

/* Whoever held the lock before has removed its file: another may have made it again since. */
static bool is_current(const struct vault_file_lock *lock)
{
    struct stat held, named;
    return fstat(lock->file, &held) == 0 && lstat(lock->name, &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* It is removed later, so it must not be somebody's file. */
static bool is_lock_file(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink <= 1 &&
           status.st_size == 0;
}

static void drop(struct vault_file_lock *lock)
{
    if (lock->file >= 0)
        close(lock->file);
    lock->file = -1;
}

bool vault_file_lock(const char *path, struct vault_file_lock *lock, struct vault_failure *failure)
{
    lock->file = -1;
    if (snprintf(lock->name, sizeof lock->name, "%s" VAULT_FILE_LOCK, path) >=
        (int)sizeof lock->name)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    do {
        drop(lock);
        lock->file = open(lock->name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (lock->file < 0)
            return vault_fail(failure, "'%.300s' can't be locked: %s", lock->name, strerror(errno));
        if (!is_lock_file(lock->file)) {
            drop(lock);
            return vault_fail(failure, "'%.300s' is no lock file: move it away", lock->name);
        }
        if (!wait_for(lock->file)) {
            vault_fail(failure, "'%.300s' can't be locked: %s", lock->name, strerror(errno));
            drop(lock);
            return false;
        }
    } while (!is_current(lock));
    return true;
}

void vault_file_unlock(struct vault_file_lock *lock)
{
    if (lock->file >= 0 && is_current(lock))
        unlink(lock->name);
    drop(lock);
}
