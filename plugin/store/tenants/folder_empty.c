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

static int32_t remove_file(const char *folder, const char *name, folder_removes_fn *removes,
                           void *user, gql_failure *failure)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat found;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (lstat(path, &found) != 0)
        return errno == ENOENT ? GQL_OK : fail_at(path, failure);
    if (removes != NULL && !removes(user, path, (long long)found.st_size))
        return fail_no_memory(failure);
    return unlink(path) == 0 || errno == ENOENT ? GQL_OK : fail_at(path, failure);
}

static bool is_kept(const char *name)
{
    static const char *const kept[] = {".", "..", TENANT_LEASE, TENANT_LEASE_FORMER};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (strcmp(name, kept[i]) == 0)
            return true;
    }
    return false;
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
            fstatat(dirfd(opened), name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(found.st_mode))
            code = fail(failure, GQL_E_UNAVAILABLE,
                        "'%s/%s' is a folder, and not of this plugin: move it elsewhere, and run "
                        "this again; nothing was changed",
                        folder, name);
    }
    closedir(opened);
    return code;
}

int32_t folder_empty(const char *folder, folder_removes_fn *removes, void *user,
                     gql_failure *failure)
{
    struct dirent *entry;
    int32_t code = GQL_OK;
    DIR *opened = opendir(folder);
    if (opened == NULL)
        return fail_at(folder, failure);
    while (code == GQL_OK && (entry = readdir(opened)) != NULL) {
        if (!is_kept(entry->d_name))
            code = remove_file(folder, entry->d_name, removes, user, failure);
    }
    if (code == GQL_OK && fsync(dirfd(opened)) != 0)
        code = fail_at(folder, failure);
    closedir(opened);
    return code;
}
