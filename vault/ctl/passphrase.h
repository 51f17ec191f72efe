// SPDX-License-Identifier: MIT
#ifndef VAULT_CTL_PASSPHRASE_H
#define VAULT_CTL_PASSPHRASE_H

#include <stdbool.h>

#include "vault/failure.h"
#include "vault/secret.h"

/*
 * Takes the passphrase from the first line of the file that VAULT_PASSPHRASE_FILE names, else from
 * VAULT_PASSPHRASE, else from the terminal, without echo. `twice`: the terminal asks a second time,
 * as for a new passphrase.
 */
bool passphrase_read(bool twice, struct vault_secret *ret_passphrase,
                     struct vault_failure *failure);

#endif
