// SPDX-License-Identifier: MIT
#include "abi/host/write_access.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/base/failure.h"

static int32_t fail_errno(const char *path, gql_failure *failure)
{
    return gql_fail(failure, GQL_E_UNAVAILABLE, "'%s': %s", path, strerror(errno));
}

static int32_t check_status(const char *path, const struct stat *status, uid_t user,
                            gql_failure *failure)
{
    const bool folder = S_ISDIR(status->st_mode);
    const bool sticky = folder && (status->st_mode & S_ISVTX) != 0;
    if (status->st_uid != 0 && status->st_uid != user)
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "'%s' belongs to user %u, who can so change what is loaded; give it to "
                        "root, or to user %u, who runs this process, with `chown`",
                        path, status->st_uid, user);
    if (!S_ISLNK(status->st_mode) && (status->st_mode & S_IWOTH) != 0 && !sticky)
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "everyone may write to '%s' (mode %04o), and so change what is loaded; use "
                        "`chmod o-w`%s",
                        path, status->st_mode & 07777,
                        folder ? ", or `chmod +t` for a folder that many share" : "");
    return GQL_OK;
}

/* A walk along a path, as the system takes it. */
struct walk {
    char done[PATH_MAX]; /* Without links; empty: the root. */
    char rest[PATH_MAX]; /* Still to go. */
    unsigned links;
};

enum { MOST_LINKS = 40 }; /* As the system has it. */

static bool set(char target[PATH_MAX], const char *first, const char *second)
{
    char joined[PATH_MAX];
    if (snprintf(joined, sizeof joined, "%s/%s", first, second) >= (int)sizeof joined) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(target, joined);
    return true;
}

static bool begin(struct walk *walk, const char *path)
{
    char folder[PATH_MAX] = "";
    *walk = (struct walk){0};
    return (path[0] == '/' || getcwd(folder, sizeof folder) != NULL) &&
           set(walk->rest, folder, path);
}

static void drop_last(struct walk *walk)
{
    char *slash = strrchr(walk->done, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* False if nothing is left, or with errno. Names that change nothing leave `done` as it is. */
static bool take_name(struct walk *walk)
{
    char name[PATH_MAX];
    const size_t slashes = strspn(walk->rest, "/");
    const size_t size = strcspn(walk->rest + slashes, "/");
    errno = 0;
    memcpy(name, walk->rest + slashes, size);
    name[size] = '\0';
    memmove(walk->rest, walk->rest + slashes + size, strlen(walk->rest + slashes + size) + 1);
    if (size == 0)
        return false;
    if (strcmp(name, "..") == 0)
        drop_last(walk);
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || set(walk->done, walk->done, name);
}

/* Goes on with what the link at `done` leads to. */
static bool follow(struct walk *walk)
{
    char target[PATH_MAX];
    const ssize_t size = readlink(walk->done, target, sizeof target);
    if (size < 0)
        return false;
    if (size == sizeof target || ++walk->links > MOST_LINKS) {
        errno = ELOOP;
        return false;
    }
    target[size] = '\0';
    if (target[0] == '/')
        walk->done[0] = '\0';
    else
        drop_last(walk);
    return set(walk->rest, target, walk->rest);
}

static int32_t check_step(struct walk *walk, uid_t user, gql_failure *failure)
{
    struct stat status;
    const char *step = walk->done[0] == '\0' ? "/" : walk->done;
    if (lstat(step, &status) != 0)
        return fail_errno(step, failure);
    const int32_t code = check_status(step, &status, user, failure);
    if (code == GQL_OK && S_ISLNK(status.st_mode) && !follow(walk))
        return fail_errno(step, failure);
    return code;
}

int32_t write_access_check(const char *path, uid_t user, gql_failure *failure)
{
    struct walk walk;
    if (!begin(&walk, path))
        return fail_errno(path, failure);
    int32_t code = check_step(&walk, user, failure);
    while (code == GQL_OK && take_name(&walk))
        code = check_step(&walk, user, failure);
    return code == GQL_OK && errno != 0 ? fail_errno(path, failure) : code;
}
