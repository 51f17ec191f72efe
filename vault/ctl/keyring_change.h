// SPDX-License-Identifier: MIT
/* How commands change the keyring. */
#ifndef VAULT_CTL_KEYRING_CHANGE_H
#define VAULT_CTL_KEYRING_CHANGE_H

#include "vault/ctl/commands.h"
#include "vault/keyring_edit.h"

/* Makes the change in the keyring's JSON and in the notes. `context` is the caller's. */
typedef bool keyring_change_fn(struct vault_keyring_edit *edit, json_t *notes, void *context,
                               struct vault_failure *failure);

/*
 * Changes the keyring, which may be missing only if `may_make` is true, and what is noted about it.
 * Reports a failure: then nothing is changed, unless it says that only the notes could not be
 * written.
 */
enum exit_code keyring_change(const struct options *options, bool may_make,
                              keyring_change_fn *change, void *context);

#endif
