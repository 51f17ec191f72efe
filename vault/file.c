// SPDX-License-Identifier: MIT
#include "vault/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Reading ---- */

/* O_NONBLOCK: opening a FIFO without a writer would block. */
static int open_to_read(const char *path)
{
    int file;
    do {
        file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } while (file < 0 && errno == EINTR);
    return file;
}

/* Reads one byte more than `limit` if the file has it: then it grew since fstat. */
static bool read_all(int file, size_t limit, char *text, size_t *ret_size)
{
    size_t size = 0;
    ssize_t more;
    while (size <= limit && (more = read(file, text + size, limit + 1 - size)) != 0) {
        if (more < 0 && errno != EINTR)
            return false;
        size += more < 0 ? 0 : (size_t)more;
    }
    *ret_size = size;
    return true;
}

/* Only a file that is missing stays so until somebody makes it. */
static bool fail_to_read(const char *path, int error, struct vault_failure *failure)
{
    vault_fail(failure, "'%.300s' can't be read: %s", path, strerror(error));
    failure->temporary = error != ENOENT && error != ENOTDIR;
    return false;
}

static bool read_file(int file, const char *path, size_t limit, char **ret_text, size_t *ret_size,
                      struct vault_failure *failure)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return fail_to_read(path, errno, failure);
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)limit)
        return vault_fail(failure,
                          "'%.300s' can't be read: it is not a regular file of at most %zu bytes",
                          path, limit);
    char *text = malloc((size_t)status.st_size + 1);
    if (text == NULL)
        return fail_to_read(path, ENOMEM, failure);
    if (!read_all(file, (size_t)status.st_size, text, ret_size)) {
        fail_to_read(path, errno, failure);
        free(text);
        return false;
    }
    *ret_text = text;
    return true;
}

bool vault_file_read(const char *path, size_t limit, char **ret_text, size_t *ret_size,
                     struct vault_failure *failure)
{
    const int file = open_to_read(path);
    if (file < 0)
        return fail_to_read(path, errno, failure);
    const bool done = read_file(file, path, limit, ret_text, ret_size, failure);
    close(file);
    return done;
}

/* ---- Writing ---- */

static bool write_all(int file, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, text, size);
        if (written < 0 && errno != EINTR)
            return false;
        text += written < 0 ? 0 : written;
        size -= written < 0 ? 0 : (size_t)written;
    }
    return true;
}

/* A renamed file is durable only when its folder is synced. */
static bool sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return synced;
}

/* A file of this name was left by a process that was killed: the caller holds the lock. */
static int make_temporary(const char *name)
{
    if (unlink(name) != 0 && errno != ENOENT)
        return -1;
    return open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* The owner first, since a change of owner clears bits of the mode. */
static bool keep_owner(int file, const struct vault_file_access *access)
{
    struct stat status;
    return fstat(file, &status) == 0 &&
           ((status.st_uid == access->owner && status.st_gid == access->group) ||
            fchown(file, access->owner, access->group) == 0);
}

static bool write_durably(int file, const char *text, size_t size,
                          const struct vault_file_access *access)
{
    return keep_owner(file, access) && fchmod(file, access->mode) == 0 &&
           write_all(file, text, size) && fsync(file) == 0;
}

struct vault_file_access vault_file_own_access(mode_t mode)
{
    return (struct vault_file_access){mode, geteuid(), getegid()};
}

bool vault_file_write(const char *path, const char *text, size_t size,
                      const struct vault_file_access *access, struct vault_failure *failure)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s" VAULT_FILE_NEW, path) >= (int)sizeof temporary)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    const int file = make_temporary(temporary);
    if (file < 0)
        return vault_fail(failure, "'%.300s' can't be written: %s", temporary, strerror(errno));
    bool done = write_durably(file, text, size, access);
    done = close(file) == 0 && done;
    if (done && rename(temporary, path) == 0 && sync_folder(path))
        return true;
    const int error = errno;
    unlink(temporary);
    return vault_fail(failure, "'%.300s' can't be written with its mode and owner: %s", path,
                      strerror(error));
}
