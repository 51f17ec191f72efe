// SPDX-License-Identifier: MIT
/*
 * A copy of a plugin's file for the loader: a file that is overwritten in place changes the code
 * that is mapped, and crashes it; and the loader takes a file with a name that it knows for the one
 * that it has mapped. The copy has a name that was never used before.
 */
#ifndef GQL_PRIVATE_COPY_H
#define GQL_PRIVATE_COPY_H

#include <limits.h>

#include "gql_plugin.h"

struct private_copy {
    char folder[PATH_MAX]; /* Which nobody else may enter. Empty: there is no copy. */
    char path[PATH_MAX];
    int file; /* Open for reading; -1: there is none. */
};

/* Copies the file at `path` into a new folder below $TMPDIR, or /tmp. Remove it in any case. */
int32_t private_copy_make(struct private_copy *copy, const char *path, gql_failure *failure);

/* $TMPDIR, or /tmp. */
const char *private_copy_parent(void);

/* What the loader has mapped stays. */
void private_copy_remove(struct private_copy *copy);

#endif
