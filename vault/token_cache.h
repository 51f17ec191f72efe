// SPDX-License-Identifier: MIT
/* Looking up and adding tokens in a vault_token_cache. Any thread. */
#ifndef VAULT_TOKEN_CACHE_H
#define VAULT_TOKEN_CACHE_H

#include "vault/credential_ref.h"

#define VAULT_TOKEN_DIGEST_SIZE 16

struct vault_token_digest {
    unsigned char bytes[VAULT_TOKEN_DIGEST_SIZE];
};

/* Hashed with a random key of the cache, so that nobody can construct a collision. */
struct vault_token_digest vault_token_cache_digest(const struct vault_token_cache *cache,
                                                   const char *token, size_t size);

/* Both empty the cache if `generation` differs from that of the last call. */
bool vault_token_cache_has(struct vault_token_cache *cache, uint64_t generation,
                           const struct vault_token_digest *digest);
void vault_token_cache_add(struct vault_token_cache *cache, uint64_t generation,
                           const struct vault_token_digest *digest);

#endif
