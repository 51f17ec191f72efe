// SPDX-License-Identifier: MIT
/* Which key of a keyring a token says that it is signed with. Any thread. */
#ifndef VAULT_TOKEN_KEY_H
#define VAULT_TOKEN_KEY_H

#include "vault/credential_ref.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"

/*
 * The key whose ID the footer has; without a footer the active key, if there is exactly one. The
 * footer is not verified yet: it only selects the key, which must then verify the signature. The
 * key's state and validity window are not looked at. *ret_key is borrowed from the keyring and set
 * if the result is VAULT_TOKEN_OK; else the result is VAULT_TOKEN_MALFORMED,
 * VAULT_TOKEN_UNKNOWN_KEY or VAULT_TOKEN_NO_MEMORY.
 */
enum vault_token_status vault_token_key(const struct vault_keyring *keyring,
                                        const struct vault_paseto *token,
                                        const struct vault_keyring_key **ret_key);

#endif
