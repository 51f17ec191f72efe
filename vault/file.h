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

/* Who may do what with a file. */
struct vault_file_access {
    mode_t mode;
    uid_t owner;
    gid_t group;
};

/* The process's user and group. */
struct vault_file_access vault_file_own_access(mode_t mode);

/* What the name of a file's temporary file ends with: nobody else's name for a file. */
#define VAULT_FILE_NEW ".vault-new"

/*
 * Replaces a file atomically and durably: writes `path`VAULT_FILE_NEW, syncs it, renames it over
 * `path` and syncs the folder. Readers see the old content or the new, never a part. The caller
 * holds the file's lock, so a temporary file that exists was left by a process that was killed.
 */
bool vault_file_write(const char *path, const char *text, size_t size,
                      const struct vault_file_access *access, struct vault_failure *failure);

#endif
