// SPDX-License-Identifier: MIT
#include "vault/real_path.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The real path of a file that does not exist, in a folder that does. */
static bool resolve_new(const char *path, char real[PATH_MAX])
{
    char folder[PATH_MAX], name[PATH_MAX], real_folder[PATH_MAX];
    if (strlen(path) >= sizeof folder)
        return false;
    strcpy(folder, path);
    strcpy(name, path);
    return realpath(dirname(folder), real_folder) != NULL &&
           snprintf(real, PATH_MAX, "%s/%s", real_folder, basename(name)) < PATH_MAX;
}

bool vault_real_path(const char *path, bool may_make, char ret_real[PATH_MAX],
                     struct vault_failure *failure)
{
    struct stat status;
    if (realpath(path, ret_real) != NULL)
        return true;
    const int error = errno;
    if (error == ENOENT && lstat(path, &status) == 0)
        return vault_fail(failure, "'%.300s' is a symbolic link to a file that is missing", path);
    if (error == ENOENT && may_make) {
        return resolve_new(path, ret_real) ||
               vault_fail(failure,
                          "'%.300s' can't be made: its folder can't be found; make that first",
                          path);
    }
    return vault_fail(failure, "'%.300s' can't be found: %s", path, strerror(error));
}
