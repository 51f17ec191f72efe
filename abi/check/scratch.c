// SPDX-License-Identifier: MIT
#include "abi/check/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool scratch_make(char path[SCRATCH_PATH])
{
    const char *below = getenv("TMPDIR");
    /* The path is inserted into JSON text unescaped. */
    if (below == NULL || below[0] != '/' || strpbrk(below, "\"\\") != NULL)
        below = "/tmp";
    const int size = snprintf(path, SCRATCH_PATH, "%s/gql-plugin-check-XXXXXX", below);
    if (size < 0 || size >= SCRATCH_PATH) {
        errno = ENAMETOOLONG;
        return false;
    }
    return mkdtemp(path) != NULL;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

void scratch_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
