// SPDX-License-Identifier: MIT
/*
 * Checks credentialRef tokens: PASETO v4.public with claims that name a secret of the vault. To
 * check them, a gateway needs this header and keyring.h only.
 */
#ifndef VAULT_CREDENTIAL_REF_H
#define VAULT_CREDENTIAL_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/keyring.h"
#include "vault/limit.h"

/* Every reason to reject a token. X(constant, name for programs, text for people) */
#define VAULT_TOKEN_STATUSES(X)                                                                    \
    X(MALFORMED, "malformed",                                                                      \
      "The token is malformed: it must be a PASETO of at most " VAULT_TOKEN_LIMIT_TEXT             \
      " bytes whose payload is a JSON object")                                                     \
    X(UNSUPPORTED_VERSION, "unsupported_version",                                                  \
      "The version and purpose of the token must be v4.public")                                    \
    X(UNKNOWN_KEY, "unknown_key", "The keyring has no key for this token that is valid now")       \
    X(REVOKED_KEY, "revoked_key", "The key that signed the token has been revoked")                \
    X(BAD_SIGNATURE, "bad_signature", "The signature of the token is invalid")                     \
    X(BAD_CLAIMS, "bad_claims", "A claim of the token is missing or has the wrong type or format") \
    X(EXPIRED, "expired", "The token has expired")                                                 \
    X(NOT_YET_VALID, "not_yet_valid", "The token is not valid yet")                                \
    X(WRONG_ORGANIZATION, "wrong_organization", "The token was issued for another organization")   \
    X(WRONG_ISSUER, "wrong_issuer", "The token was not issued by the required issuer")             \
    X(REVOKED, "revoked", "The token has been revoked")

enum vault_token_status {
    VAULT_TOKEN_OK,
#define VAULT_TOKEN_STATUS_CONSTANT(constant, name, text) VAULT_TOKEN_##constant,
    VAULT_TOKEN_STATUSES(VAULT_TOKEN_STATUS_CONSTANT)
#undef VAULT_TOKEN_STATUS_CONSTANT
    /* These two say nothing about the token, which may be checked again later. */
    VAULT_TOKEN_NO_MEMORY,
    VAULT_TOKEN_NO_KEYRING, /* The keyring can't be read for now. */
};

static inline bool vault_token_status_is_temporary(enum vault_token_status status)
{
    return status >= VAULT_TOKEN_NO_MEMORY;
}

/* The client's `reason`, such as "bad_signature". Static. */
const char *vault_token_status_name(enum vault_token_status status);

/* A sentence without a full stop. Static. */
const char *vault_token_status_text(enum vault_token_status status);

/* What a token must satisfy besides its signature. */
struct vault_policy {
    const char *organization_id; /* `aud` must equal it, byte for byte. */
    size_t organization_id_size;
    const char *issuer;     /* `iss` must equal it; NULL allows any. */
    int64_t leeway_seconds; /* How far clocks may differ. */
    bool require_expiry;    /* Whether a token must have `exp`. */
    int64_t now;            /* Unix time in milliseconds. */
};

/*
 * Remembers that the signature of a token was good under a key, as keyed hashes of both. It is
 * bounded: new tokens take the place of old ones. Only this is cached: which key a token needs,
 * claims, validity windows and revocations are checked every time. So keyrings, and those who must
 * not learn of each other, can share a cache. Any thread may use it.
 */
struct vault_token_cache;

/* NULL if memory ran out. `capacity` is in tokens. */
struct vault_token_cache *vault_token_cache_create(size_t capacity);
void vault_token_cache_destroy(struct vault_token_cache **cache);

/*
 * The process's cache, which the first call creates and the last release frees. NULL if memory ran
 * out. Any thread.
 */
struct vault_token_cache *vault_token_cache_acquire(void);
void vault_token_cache_release(struct vault_token_cache **cache);

/* How often the process looked for a token in a cache, and found it or not. Any thread. */
void vault_token_cache_lookups(uint64_t *ret_found, uint64_t *ret_missed);

/*
 * Checks a token of `size` bytes. `keyring` may be NULL, as vault_keyring_source_current gives it:
 * VAULT_TOKEN_NO_KEYRING. `cache` may be NULL. Any thread; no lock is taken but the
 * cache's.
 */
enum vault_token_status vault_credential_ref_check(const struct vault_keyring *keyring,
                                                   struct vault_token_cache *cache,
                                                   const char *token, size_t size,
                                                   const struct vault_policy *policy);

#endif
