// SPDX-License-Identifier: MIT
/* How commands change the keyring. */
#ifndef VAULT_CTL_KEYRING_CHANGE_H
#define VAULT_CTL_KEYRING_CHANGE_H

#include "vault/ctl/commands.h"
#include "vault/keyring_edit.h"

/* Makes the change in the edit. `context` is the caller's. */
typedef bool keyring_change_fn(struct vault_keyring_edit *edit, void *context,
                               struct vault_failure *failure);

/* Changes the keyring, which must exist, and reports a failure: then nothing is changed. */
enum exit_code keyring_change(const struct options *options, keyring_change_fn *change,
                              void *context);

#endif
