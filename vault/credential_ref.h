// SPDX-License-Identifier: MIT
/* Checks credentialRef tokens: PASETO v4.public with the claims that name a secret of the vault. */
#ifndef VAULT_CREDENTIAL_REF_H
#define VAULT_CREDENTIAL_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/keyring.h"

#define VAULT_TOKEN_LIMIT 4096 /* Bytes of a whole token. */

/* Every reason for refusing a token: constant, name in errors, text for people. */
#define VAULT_TOKEN_STATUSES(X)                                                                 \
    X(MALFORMED, "malformed",                                                                   \
      "It is not a PASETO token of at most 4,096 bytes with a JSON object inside")              \
    X(UNSUPPORTED_VERSION, "unsupported_version", "It is not of version and purpose v4.public") \
    X(UNKNOWN_KEY, "unknown_key", "The keyring has no such key, or none that is usable now")    \
    X(REVOKED_KEY, "revoked_key", "The key that signed it is revoked")                          \
    X(BAD_SIGNATURE, "bad_signature", "The signature is not that of the key")                   \
    X(BAD_CLAIMS, "bad_claims", "A claim is missing or has a wrong type or form")               \
    X(EXPIRED, "expired", "It has expired")                                                     \
    X(NOT_YET_VALID, "not_yet_valid", "It is not valid yet")                                    \
    X(WRONG_ORGANIZATION, "wrong_organization", "It was issued for another organization")       \
    X(WRONG_ISSUER, "wrong_issuer", "It was issued by another issuer")                          \
    X(REVOKED, "revoked", "It is revoked")

enum vault_token_status {
    VAULT_TOKEN_OK,
#define VAULT_TOKEN_STATUS_CONSTANT(constant, name, text) VAULT_TOKEN_##constant,
    VAULT_TOKEN_STATUSES(VAULT_TOKEN_STATUS_CONSTANT)
#undef VAULT_TOKEN_STATUS_CONSTANT
        VAULT_TOKEN_NO_MEMORY, /* Not the token's fault. */
};

/* As in the specification: "bad_signature". Static. */
const char *vault_token_status_name(enum vault_token_status refusal);

/* A sentence without a full stop. Static. */
const char *vault_token_status_text(enum vault_token_status refusal);

/* What is asked of a token beyond a good signature. */
struct vault_policy {
    const char *organization_id; /* What `aud` must equal, byte for byte. */
    size_t organization_id_size;
    const char *issuer;     /* What `iss` must equal; NULL: anything. */
    int64_t leeway_seconds; /* By how much clocks may differ. */
    bool require_expiry;
    int64_t now; /* Unix time in milliseconds. */
};

/*
 * Tokens whose signature was found good, by a keyed hash under one generation of the keyring:
 * bounded, emptied when the generation changes. Claims, windows and revocations are looked at each
 * time. Any thread.
 */
struct vault_token_cache;

/* NULL if memory ran out. `capacity` is in tokens. */
struct vault_token_cache *vault_token_cache_create(size_t capacity);
void vault_token_cache_destroy(struct vault_token_cache **cache);

/* Any thread. `cache` may be NULL. */
enum vault_token_status vault_credential_ref_check(const struct vault_keyring *keyring,
                                                   struct vault_token_cache *cache,
                                                   const char *token, size_t size,
                                                   const struct vault_policy *policy);

#endif
