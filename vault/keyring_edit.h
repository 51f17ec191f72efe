// SPDX-License-Identifier: MIT
/*
 * Changes a keyring file, for the vault's tool. A lock file beside it serializes processes, and the
 * file is replaced atomically: readers see the old content or the new. Symbolic links are followed
 * to the real file; its mode and owner are kept. An edit belongs to one thread.
 */
#ifndef VAULT_KEYRING_EDIT_H
#define VAULT_KEYRING_EDIT_H

#include <limits.h>

#include "vault/file.h"
#include "vault/file_lock.h"
#include "vault/keyring_content.h"

struct vault_keyring_edit {
    const char *path;    /* As given; borrowed. */
    char real[PATH_MAX]; /* The file that it leads to. */
    struct vault_file_access access;
    struct vault_file_lock lock;
    json_t *root; /* The file's JSON, for the caller to change. */
};

/* Reads and checks a keyring file, without a lock. The caller drops *ret_root. */
bool vault_keyring_read(const char *path, json_t **ret_root, struct vault_failure *failure);

/*
 * Locks, reads and checks the file. If the file does not exist and `may_make` is true, the edit
 * starts with an empty keyring. Refuses a file with several hard links: replacing it would leave
 * the old content under the others.
 */
bool vault_keyring_edit_begin(const char *path, bool may_make, struct vault_keyring_edit *edit,
                              struct vault_failure *failure);

/*
 * Checks the changed JSON and writes it to the file. True only if the file at `path` has the
 * changed content afterwards.
 */
bool vault_keyring_edit_commit(struct vault_keyring_edit *edit, struct vault_failure *failure);

/* Drops changes that were not committed, and unlocks. */
void vault_keyring_edit_end(struct vault_keyring_edit *edit);

/* The entry of a key in `root`, or NULL. */
json_t *vault_keyring_edit_find(const struct vault_keyring_edit *edit, const char *id);

#endif
