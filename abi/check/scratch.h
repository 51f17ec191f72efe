// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_SCRATCH_H
#define GQL_CHECK_SCRATCH_H

#include <stdbool.h>

enum { SCRATCH_PATH = 256 };

/* Creates an empty folder in TMPDIR or /tmp. False with errno set. */
bool scratch_make(char path[SCRATCH_PATH]);

/* Removes the folder and its contents. */
void scratch_remove(const char *path);

#endif
