// SPDX-License-Identifier: MIT
/* Checks the claims of a credentialRef whose signature has been verified. */
#ifndef VAULT_CLAIMS_H
#define VAULT_CLAIMS_H

#include "vault/bytes.h"
#include "vault/credential_ref.h"

/* `message` is the signed JSON. Any thread. */
enum vault_token_status vault_claims_check(struct vault_bytes message,
                                           const struct vault_keyring *keyring,
                                           const struct vault_policy *policy);

#endif
