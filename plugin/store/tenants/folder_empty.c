// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/tenants/folder.h"

static int32_t fail_at(const char *path, gql_failure *failure)
{
    const int error = errno;
    return fail(failure, GQL_E_UNAVAILABLE, "'%s' can't be removed: %s", path,
                strerrordesc_np(error));
}

static bool is_kept(const char *name)
{
    static const char *const kept[] = {".", "..", TENANT_LEASE, TENANT_LEASE_FORMER,
                                       TENANT_RECEIPT};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (strcmp(name, kept[i]) == 0)
            return true;
    }
    return false;
}

static int32_t check_file(const char *folder, const char *name, mode_t mode, gql_failure *failure)
{
    if (S_ISDIR(mode))
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s/%s' is a folder, and not of this plugin: move it elsewhere, and run this "
                    "again; nothing was changed",
                    folder, name);
    if (S_ISLNK(mode))
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s/%s' is a symbolic link, and what it leads to would stay: put the file in "
                    "its place, and run this again; nothing was changed",
                    folder, name);
    return GQL_OK;
}

int32_t folder_check(const char *folder, gql_failure *failure)
{
    struct dirent *entry;
    struct stat found;
    int32_t code = GQL_OK;
    DIR *opened = opendir(folder);
    if (opened == NULL)
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' can't be read: %s", folder,
                    strerrordesc_np(errno));
    while (code == GQL_OK && (entry = readdir(opened)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            fstatat(dirfd(opened), name, &found, AT_SYMLINK_NOFOLLOW) == 0)
            code = check_file(folder, name, found.st_mode, failure);
    }
    closedir(opened);
    return code;
}

/* Calls `take` for each name; it fails with errno, and the folder is synced at the end. */
static int32_t each_file(const char *folder,
                         int32_t (*take)(int folder, const char *name, void *user), void *user,
                         gql_failure *failure)
{
    char path[PATH_MAX + NAME_MAX + 2];
    const struct dirent *entry;
    int32_t code = GQL_OK;
    DIR *opened = opendir(folder);
    if (opened == NULL)
        return fail_at(folder, failure);
    while (code == GQL_OK && (entry = readdir(opened)) != NULL) {
        if (is_kept(entry->d_name))
            continue;
        code = take(dirfd(opened), entry->d_name, user);
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (code == GQL_E_UNAVAILABLE)
            fail_at(path, failure);
    }
    if (code == GQL_OK && fsync(dirfd(opened)) != 0)
        code = fail_at(folder, failure);
    closedir(opened);
    return code == GQL_E_NO_MEMORY ? fail_no_memory(failure) : code;
}

struct list {
    folder_file_fn *take;
    void *user;
};

static int32_t list_file(int folder, const char *name, void *user)
{
    struct stat found;
    const struct list *list = user;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? GQL_OK : GQL_E_UNAVAILABLE;
    return list->take(list->user, name, (long long)found.st_size) ? GQL_OK : GQL_E_NO_MEMORY;
}

int32_t folder_list(const char *folder, folder_file_fn *take, void *user, gql_failure *failure)
{
    struct list list = {take, user};
    return each_file(folder, list_file, &list, failure);
}

static int32_t remove_file(int folder, const char *name, void *user)
{
    (void)user;
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ? GQL_OK : GQL_E_UNAVAILABLE;
}

int32_t folder_empty(const char *folder, gql_failure *failure)
{
    return each_file(folder, remove_file, NULL, failure);
}
