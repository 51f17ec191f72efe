// SPDX-License-Identifier: MIT
/*
 * Changing a keyring's file, for the vault's tool. One process at a time (a lock file beside it);
 * readers see the former file or the new one, never a part: the new one is written apart, synced
 * and renamed over the former.
 */
#ifndef VAULT_KEYRING_EDIT_H
#define VAULT_KEYRING_EDIT_H

#include <sys/types.h>

#include "vault/keyring_internal.h"

struct vault_keyring_edit {
    const char *path; /* Borrowed. */
    int lock;
    json_t *root; /* The file's JSON, to be changed. */
};

/*
 * Locks, reads and checks the file. Where there is none, and it may be made, it begins with an
 * empty keyring.
 */
bool vault_keyring_edit_begin(const char *path, bool may_make, struct vault_keyring_edit *edit,
                              struct vault_failure *failure);

/* Checks what became of the JSON, and puts it into force. */
bool vault_keyring_edit_commit(struct vault_keyring_edit *edit, struct vault_failure *failure);

/* Unlocks. What was not committed is dropped. */
void vault_keyring_edit_end(struct vault_keyring_edit *edit);

/* The entry of a key in `root`, or NULL. */
json_t *vault_keyring_edit_find(const struct vault_keyring_edit *edit, const char *id);

/* Writes a file so that it is whole and durable, or not there. */
bool vault_write_file(const char *path, const char *text, size_t size, mode_t mode,
                      struct vault_failure *failure);

#endif
