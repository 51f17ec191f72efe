// SPDX-License-Identifier: MIT
#ifndef VAULT_CTL_PASSPHRASE_H
#define VAULT_CTL_PASSPHRASE_H

#include <stdbool.h>

#include "vault/failure.h"
#include "vault/secret.h"

enum passphrase {
    PASSPHRASE_CURRENT,
    PASSPHRASE_OF_NEW_KEY,
    PASSPHRASE_REPLACEMENT, /* Of a key that had another one. */
};

/*
 * Takes the passphrase from the first line of the file that VAULT_PASSPHRASE_FILE names, else from
 * VAULT_PASSPHRASE, else from the terminal, without echo. For a replacement the variables are
 * VAULT_NEW_PASSPHRASE_FILE and VAULT_NEW_PASSPHRASE. A new passphrase is asked for twice, and one
 * that is short is warned about. Hold no lock: Ctrl-C at the terminal ends the process.
 */
bool passphrase_read(enum passphrase which, struct vault_secret *ret_passphrase,
                     struct vault_failure *failure);

#endif
