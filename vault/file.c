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

static bool write_durably(int file, const char *text, size_t size, mode_t mode)
{
    return fchmod(file, mode) == 0 && write_all(file, text, size) && fsync(file) == 0;
}

bool vault_file_write(const char *path, const char *text, size_t size, mode_t mode,
                      struct vault_failure *failure)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    const int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return vault_fail(failure, "'%.300s' can't be written: %s", path, strerror(errno));
    bool done = write_durably(file, text, size, mode);
    done = close(file) == 0 && done;
    if (done && rename(temporary, path) == 0 && sync_folder(path))
        return true;
    const int error = errno;
    unlink(temporary);
    return vault_fail(failure, "'%.300s' can't be written: %s", path, strerror(error));
}
