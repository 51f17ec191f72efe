// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/cure.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char permit[] =
    "let the user that runs the gateway read and write the file, its -wal and its -shm, and create "
    "files in their folder";

static const char *advice(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return permit;
    case EROFS:
        return "its file system is read-only: mount it for writing";
    case ENOTDIR:
        return "a part of its path is a file, not a folder: correct the path";
    case ENOENT:
        return "its folder must exist: create it, or correct the path";
    case ENAMETOOLONG:
        return "use a shorter path";
    case ELOOP:
        return "a symbolic link leads to itself: correct the path";
    case ENOSPC:
        return "free space on its disk";
    case EDQUOT:
        return "raise the disk quota of the user that runs the gateway";
    case EFBIG:
        return "raise the limit on file sizes (ulimit -f)";
    case EMFILE:
        return "raise the process's limit on open files (ulimit -n)";
    case ENFILE:
        return "raise the system's limit on open files (fs.file-max)";
    case ENOMEM:
        return "free memory, or raise its limit";
    case EIO:
        return "check its disk";
    default:
        return NULL;
    }
}

struct cure cure_of_error(int error)
{
    struct cure cure = {""};
    const char *text = advice(error);
    if (text != NULL)
        snprintf(cure.text, sizeof cure.text, "; %s", text);
    return cure;
}

/* False if the process may use it. errno says why it may not. */
static bool name_denied(const char *path, int access, struct cure *cure)
{
    struct stat found;
    if (stat(path, &found) != 0 || faccessat(AT_FDCWD, path, access, AT_EACCESS) == 0)
        return false;
    snprintf(cure->text, sizeof cure->text,
             "; user %u may not write '%.200s' (mode %04o, owner %u, group %u): %s", geteuid(),
             path, found.st_mode & 07777, found.st_uid, found.st_gid,
             errno == EROFS ? advice(EROFS) : permit);
    return true;
}

struct cure cure_of_folder(const char *path)
{
    struct stat found;
    struct cure cure = cure_of_error(EACCES);
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s", path);
    const char *folder = name;
    while (stat(folder, &found) != 0 && errno == ENOENT && strchr(folder, '/') != NULL)
        folder = dirname(name);
    name_denied(folder, R_OK | W_OK | X_OK, &cure);
    return cure;
}

struct cure cure_of_read_only(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char name[PATH_MAX + 8];
    struct cure cure;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        if (name_denied(name, R_OK | W_OK, &cure))
            return cure;
    }
    snprintf(name, sizeof name, "%s", path);
    return cure_of_folder(dirname(name));
}
