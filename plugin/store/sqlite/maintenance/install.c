// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/cure.h"
#include "plugin/store/sqlite/exclusive.h"

enum { PATIENCE_MILLISECONDS = 2000, NAME_ROOM = 64 };

static const char kept_infix[] = ".before-";

static int32_t fail_system(const char *path, const char *doing, gql_failure *failure)
{
    const int error = errno;
    return fail(failure, GQL_E_UNAVAILABLE, "'%s' can't be %s: %s%s", path, doing,
                strerrordesc_np(error), cure_of_error(error).text);
}

struct beside {
    char path[PATH_MAX + NAME_ROOM];
};

static struct beside beside(const char *path, const char *suffix)
{
    struct beside result;
    snprintf(result.path, sizeof result.path, "%s%s", path, suffix);
    return result;
}

bool database_is_there(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0 ||
           (stat(beside(path, "-wal").path, &found) == 0 && found.st_size > 0);
}

/* ---- What a killed process left ---- */

static bool is_same_file(int folder, const char *name, const struct stat *file)
{
    struct stat found;
    return fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           found.st_dev == file->st_dev && found.st_ino == file->st_ino;
}

/* The second name of the database at the path; empty if it has none that was made here. */
static void find_kept(const char *path, char ret_kept[PATH_MAX])
{
    char copy[PATH_MAX];
    struct stat file;
    struct dirent *entry;
    ret_kept[0] = '\0';
    snprintf(copy, sizeof copy, "%s", path);
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    const size_t size = strlen(name);
    DIR *folder = stat(path, &file) == 0 && file.st_nlink > 1 ? opendir(dirname(copy)) : NULL;
    while (folder != NULL && ret_kept[0] == '\0' && (entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, name, size) == 0 &&
            strncmp(entry->d_name + size, kept_infix, sizeof kept_infix - 1) == 0 &&
            is_same_file(dirfd(folder), entry->d_name, &file))
            snprintf(ret_kept, PATH_MAX, "%s%s", path, entry->d_name + size);
    }
    if (folder != NULL)
        closedir(folder);
}

bool database_is_half_installed(const char *path)
{
    char kept[PATH_MAX];
    find_kept(path, kept);
    return kept[0] != '\0';
}

/* ---- The steps ---- */

static int32_t keep_database(const char *path, const char *timestamp, char ret_kept[PATH_MAX],
                             gql_failure *failure)
{
    struct stat found;
    find_kept(path, ret_kept);
    if (ret_kept[0] != '\0')
        return GQL_OK;
    if (snprintf(ret_kept, PATH_MAX, "%s%s%s", path, kept_infix, timestamp) >= PATH_MAX - 4)
        return fail(failure, GQL_E_UNAVAILABLE, "the path '%s' is too long", path);
    const bool is_there = lstat(path, &found) == 0;
    if (is_there && found.st_nlink > 1)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s' is one of several hard links: remove the others", path);
    if (!is_there || link(path, ret_kept) == 0)
        return GQL_OK;
    return fail_system(path, "kept by another name", failure);
}

static int32_t keep_log(const char *path, const char *kept, gql_failure *failure)
{
    const struct beside log = beside(path, "-wal"), index = beside(path, "-shm");
    if (rename(log.path, beside(kept, "-wal").path) != 0 && errno != ENOENT)
        return fail_system(log.path, "moved", failure);
    if (unlink(index.path) != 0 && errno != ENOENT)
        return fail_system(index.path, "removed", failure);
    return GQL_OK;
}

/* Of the file itself: root must give away no other that somebody put at its path. */
static int32_t give_access(int file, const char *path, const struct stat *made,
                           const struct stat *access, mode_t mode, gql_failure *failure)
{
    struct stat found;
    if (fstat(file, &found) != 0)
        return fail_system(path, "used", failure);
    if (!S_ISREG(found.st_mode) || found.st_nlink != 1 || found.st_dev != made->st_dev ||
        found.st_ino != made->st_ino)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s' was replaced meanwhile by another file: find out who did that, and run "
                    "this again",
                    path);
    if (geteuid() == 0 && fchown(file, access->st_uid, access->st_gid) != 0)
        return fail_system(path, "given to the owner of the database", failure);
    return fchmod(file, mode) == 0 ? GQL_OK : fail_system(path, "given its mode", failure);
}

/* As the former database's, or as the owner of the folder would make it. */
static int32_t take_access(const char *from, const struct stat *made, const char *path,
                           const char *folder, gql_failure *failure)
{
    struct stat access;
    mode_t mode = 0600;
    if (lstat(path, &access) == 0)
        mode = access.st_mode & 0777;
    else if (stat(folder, &access) != 0)
        return fail_system(folder, "used", failure);
    const int file = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return fail_system(from, "opened", failure);
    const int32_t code = give_access(file, from, made, &access, mode, failure);
    close(file);
    return code;
}

static int32_t sync_folder(const char *folder, gql_failure *failure)
{
    const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && fsync(file) == 0;
    const int32_t code = synced ? GQL_OK : fail_system(folder, "synced", failure);
    if (file >= 0)
        close(file);
    return code;
}

static int32_t install(const char *from, const struct stat *made, const char *path,
                       const char *timestamp, char ret_kept[PATH_MAX], gql_failure *failure)
{
    char copy[PATH_MAX];
    struct stat found;
    snprintf(copy, sizeof copy, "%s", path);
    const char *folder = dirname(copy);
    int32_t code = take_access(from, made, path, folder, failure);
    if (code == GQL_OK)
        code = keep_database(path, timestamp, ret_kept, failure);
    if (code == GQL_OK)
        code = keep_log(path, ret_kept, failure);
    if (code == GQL_OK && rename(from, path) != 0)
        code = fail_system(path, "replaced", failure);
    if (code == GQL_OK)
        code = sync_folder(folder, failure);
    if (stat(ret_kept, &found) != 0 && stat(beside(ret_kept, "-wal").path, &found) != 0)
        ret_kept[0] = '\0';
    return code;
}

/* Takes what is at the path for oneself, if anything is there. */
static int32_t take_alone(struct exclusive *exclusive, const char *path, gql_failure *failure)
{
    struct stat found;
    *exclusive = (struct exclusive){0};
    if (lstat(path, &found) != 0)
        return GQL_OK;
    if (!S_ISREG(found.st_mode))
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' is not a regular file", path);
    if (access(path, R_OK | W_OK) != 0)
        return fail_system(path, "replaced", failure);
    if (exclusive_take(exclusive, path, PATIENCE_MILLISECONDS))
        return GQL_OK;
    return fail(failure, GQL_E_UNAVAILABLE,
                "'%s' is in use: stop the gateways and tools that use it", path);
}

int32_t database_install(const char *from, const struct stat *made, const char *path,
                         const char *timestamp, char ret_kept[PATH_MAX], gql_failure *failure)
{
    struct exclusive exclusive;
    ret_kept[0] = '\0';
    int32_t code = take_alone(&exclusive, path, failure);
    if (code == GQL_OK)
        code = install(from, made, path, timestamp, ret_kept, failure);
    exclusive_give(&exclusive);
    return code;
}

int32_t database_replace(const char *from, const char *path, gql_failure *failure)
{
    struct exclusive exclusive;
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int32_t code = take_alone(&exclusive, path, failure);
    for (size_t i = 0; i < 2 && code == GQL_OK; i++) {
        const struct beside file = beside(path, i == 0 ? "-wal" : "-shm");
        if (unlink(file.path) != 0 && errno != ENOENT)
            code = fail_system(file.path, "removed", failure);
    }
    if (code == GQL_OK && rename(from, path) != 0)
        code = fail_system(path, "replaced", failure);
    if (code == GQL_OK)
        code = sync_folder(dirname(copy), failure);
    exclusive_give(&exclusive);
    return code;
}
