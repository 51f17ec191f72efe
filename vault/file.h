// SPDX-License-Identifier: MIT
/* Reading and writing whole files. */
#ifndef VAULT_FILE_H
#define VAULT_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "vault/failure.h"

/*
 * Reads a regular file of at most `limit` bytes. The caller frees *ret_text, which has no NUL at
 * its end. The failure is temporary unless the file is missing, too large or not a regular file.
 */
bool vault_file_read(const char *path, size_t limit, char **ret_text, size_t *ret_size,
                     struct vault_failure *failure);

/*
 * Replaces a file atomically and durably: writes a temporary file beside it, syncs it, renames it
 * over `path` and syncs the folder. Readers see the old content or the new, never a part.
 */
bool vault_file_write(const char *path, const char *text, size_t size, mode_t mode,
                      struct vault_failure *failure);

#endif
