// SPDX-License-Identifier: MIT
/* Looking up and adding tokens in a vault_token_cache. Any thread. */
#ifndef VAULT_TOKEN_CACHE_H
#define VAULT_TOKEN_CACHE_H

#include "vault/credential_ref.h"
#include "vault/key.h"

#define VAULT_TOKEN_DIGEST_SIZE 16

struct vault_token_digest {
    unsigned char bytes[VAULT_TOKEN_DIGEST_SIZE];
};

/*
 * Of the bytes of a token and of the key that it was checked with, hashed with a random key of the
 * cache, so that nobody can construct a collision.
 */
struct vault_token_digest vault_token_cache_digest(const struct vault_token_cache *cache,
                                                   const struct vault_public_key *key,
                                                   const char *token, size_t size);

bool vault_token_cache_has(struct vault_token_cache *cache,
                           const struct vault_token_digest *digest);
void vault_token_cache_add(struct vault_token_cache *cache,
                           const struct vault_token_digest *digest);

#endif
