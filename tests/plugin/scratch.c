// SPDX-License-Identifier: MIT
#include "tests/plugin/scratch.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch scratch_make(void)
{
    struct scratch scratch;
    const char *parent = getenv("TMPDIR");
    const int size = snprintf(scratch.path, sizeof scratch.path, "%s/integrations-test-XXXXXX",
                              parent == NULL ? "/tmp" : parent);
    cr_assert_lt(size, (int)sizeof scratch.path, "TMPDIR is too long");
    cr_assert_not_null(mkdtemp(scratch.path));
    return scratch;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void scratch_remove(const struct scratch *scratch)
{
    nftw(scratch->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_file(const struct scratch *scratch, const char *name)
{
    static _Thread_local char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch->path, name);
    return path;
}
