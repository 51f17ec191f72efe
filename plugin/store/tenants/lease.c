// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/tenant_path.h"
#include "plugin/base/text.h"

static const char *const words[] = {[LEASE_ACTIVE] = "active",
                                    [LEASE_SUSPENDED] = "suspended",
                                    [LEASE_MOVING] = "moving",
                                    [LEASE_ERASED] = "erased"};

/* ---- What it says ---- */

enum lease_state lease_state_of(const char *text, size_t size)
{
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL && text[size - 1] != '\0')
        size--;
    if (size == 0)
        return LEASE_ACTIVE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i] != NULL && text_equal(text_of(words[i]), (struct text){text, size}))
            return (enum lease_state)i;
    }
    return LEASE_DAMAGED;
}

enum lease_state lease_read(int file)
{
    char text[64];
    ssize_t size;
    do {
        size = pread(file, text, sizeof text, 0);
    } while (size < 0 && errno == EINTR);
    return size < 0 || size == sizeof text ? LEASE_DAMAGED : lease_state_of(text, (size_t)size);
}

const char *lease_word(enum lease_state state)
{
    return (size_t)state < sizeof words / sizeof *words ? words[state] : NULL;
}

const char *lease_name(enum lease_state state, bool has_database)
{
    if (state == LEASE_MOVING && !has_database)
        return "moved";
    const char *word = lease_word(state);
    return word == NULL ? "damaged" : word;
}

/* ---- The lock ---- */

static bool write_path(const char *folder, char path[PATH_MAX])
{
    const int size = snprintf(path, PATH_MAX, "%s/" TENANT_LEASE, folder);
    return size >= 0 && size < PATH_MAX;
}

static int open_file(const char *folder, bool makes, unsigned mode)
{
    char path[PATH_MAX];
    struct stat found;
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    if (!write_path(folder, path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int file = open(path, makes ? flags | O_CREAT : flags, (mode_t)mode);
    if (file < 0 || (fstat(file, &found) == 0 && S_ISREG(found.st_mode)))
        return file;
    close(file);
    errno = EINVAL;
    return -1;
}

/* 0, or errno. EAGAIN: a tool has it. */
static int lock_shared(int file)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    while (fcntl(file, F_OFD_SETLK, &lock) != 0) {
        if (errno != EINTR)
            return errno == EACCES ? EAGAIN : errno;
    }
    return 0;
}

/* A tool that waits for the lock is not disturbed by those who come to read the state. */
int lease_take(struct lease *lease, const char *folder, bool makes, unsigned mode)
{
    int error = 0;
    lease->file = open_file(folder, makes, mode);
    if (lease->file < 0)
        return errno;
    lease->state = lease_read(lease->file);
    if (!lease_closes(lease->state)) {
        error = lock_shared(lease->file);
        lease->state = error == EAGAIN ? LEASE_LOCKED : lease_read(lease->file);
    }
    if (error != 0 || lease_closes(lease->state))
        lease_give(lease);
    return error == EAGAIN ? 0 : error;
}

void lease_give(struct lease *lease)
{
    if (lease->file >= 0)
        close(lease->file);
    lease->file = -1;
}

enum lease_state lease_look(const struct lease *lease, const char *folder)
{
    char path[PATH_MAX];
    struct stat held, found;
    if (!write_path(folder, path) || fstat(lease->file, &held) != 0)
        return lease->state;
    if (stat(path, &found) == 0)
        return held.st_dev == found.st_dev && held.st_ino == found.st_ino ? lease_read(lease->file)
                                                                          : LEASE_LOST;
    /* A folder that was moved away is missed by the database itself, until it is back. */
    return errno == ENOENT && stat(folder, &found) == 0 ? LEASE_LOST : lease->state;
}
