// SPDX-License-Identifier: MIT
/* Checks the claims of a credentialRef whose signature has been verified. */
#ifndef VAULT_CLAIMS_H
#define VAULT_CLAIMS_H

#include <jansson.h>

#include "vault/bytes.h"
#include "vault/credential_ref.h"

/* Without the claim, `data` is NULL, and a time the one at which it says nothing. */
struct vault_claims {
    struct vault_bytes subject;
    struct vault_bytes audience;
    struct vault_bytes issuer;
    struct vault_bytes token_id; /* `jti` */
    int64_t issued;              /* INT64_MIN if missing; Unix times in milliseconds. */
    int64_t not_before;          /* INT64_MIN if missing. */
    int64_t expires;             /* INT64_MAX if missing. */
};

/*
 * False if a claim is missing or has the wrong type or format. The claims are borrowed from `root`,
 * which was read with VAULT_JSON_KEEP_SURROGATES. Any thread.
 */
bool vault_claims_read(const json_t *root, struct vault_claims *ret_claims);

/* `message` is the signed JSON. Any thread. */
enum vault_token_status vault_claims_check(struct vault_bytes message,
                                           const struct vault_keyring *keyring,
                                           const struct vault_policy *policy);

#endif
