// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/cure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

struct cure cure_of_read_only(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct cure cure = cure_of_error(EACCES);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[PATH_MAX + 8];
        struct stat found;
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        if (stat(name, &found) != 0 || faccessat(AT_FDCWD, name, R_OK | W_OK, AT_EACCESS) == 0)
            continue;
        snprintf(cure.text, sizeof cure.text,
                 "; user %u may not write '%.200s' (mode %04o, owner %u, group %u): %s", geteuid(),
                 name, found.st_mode & 07777, found.st_uid, found.st_gid,
                 errno == EROFS ? advice(EROFS) : permit);
        break;
    }
    return cure;
}
