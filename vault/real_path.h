// SPDX-License-Identifier: MIT
/* The file that a path leads to. */
#ifndef VAULT_REAL_PATH_H
#define VAULT_REAL_PATH_H

#include <limits.h>

#include "vault/failure.h"

/*
 * Follows symbolic links: a file must be replaced where it is, not at a link to it. If `may_make`
 * is true, the file need not exist, but its folder must. A link to a missing file always fails.
 */
bool vault_real_path(const char *path, bool may_make, char ret_real[PATH_MAX],
                     struct vault_failure *failure);

#endif
