// SPDX-License-Identifier: MIT
#include "abi/host/private_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/base/failure.h"

enum { MOST_AT_ONCE = 1 << 20 };

static int32_t fail(const struct private_copy *copy, const char *path, gql_failure *failure)
{
    const int error = errno;
    return gql_fail(failure, error == ENOMEM ? GQL_E_NO_MEMORY : GQL_E_UNAVAILABLE,
                    "%s: can't be copied into '%s', from where it is loaded: %s; see to that "
                    "folder, or set TMPDIR to another",
                    path, copy->folder, strerror(error));
}

const char *private_copy_parent(void)
{
    const char *parent = getenv("TMPDIR");
    return parent != NULL && parent[0] != '\0' ? parent : "/tmp";
}

static bool make_folder(struct private_copy *copy)
{
    const int size = snprintf(copy->folder, sizeof copy->folder, "%s/gql-plugin-XXXXXX",
                              private_copy_parent());
    if (size >= (int)sizeof copy->folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (mkdtemp(copy->folder) != NULL)
        return true;
    *strrchr(copy->folder, '/') = '\0'; /* What is to blame. */
    return false;
}

/* Removing the folder gives its name back, but a number is never used again. */
static bool name_file(struct private_copy *copy, const char *path)
{
    static atomic_uint last;
    const char *slash = strrchr(path, '/');
    const int size = snprintf(copy->path, sizeof copy->path, "%s/%u-%s", copy->folder,
                              atomic_fetch_add(&last, 1) + 1, slash == NULL ? path : slash + 1);
    errno = ENAMETOOLONG;
    return size < (int)sizeof copy->path;
}

static bool fill(int to, int from)
{
    ssize_t sent;
    do
        sent = sendfile(to, from, NULL, MOST_AT_ONCE);
    while (sent > 0 || (sent < 0 && errno == EINTR));
    return sent == 0;
}

static bool copy_file(struct private_copy *copy, const char *path)
{
    const int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from >= 0)
        copy->file = open(copy->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool filled = copy->file >= 0 && fill(copy->file, from);
    const int error = errno;
    if (from >= 0)
        close(from);
    errno = error;
    return filled;
}

int32_t private_copy_make(struct private_copy *copy, const char *path, gql_failure *failure)
{
    copy->path[0] = '\0';
    copy->file = -1;
    if (!make_folder(copy)) {
        const int32_t code = fail(copy, path, failure);
        copy->folder[0] = '\0';
        return code;
    }
    return name_file(copy, path) && copy_file(copy, path) ? GQL_OK : fail(copy, path, failure);
}

void private_copy_remove(struct private_copy *copy)
{
    if (copy->folder[0] == '\0')
        return;
    if (copy->file >= 0)
        close(copy->file);
    copy->file = -1;
    unlink(copy->path);
    rmdir(copy->folder);
    copy->folder[0] = '\0';
}
