// SPDX-License-Identifier: MIT
/* The inside of a vault_token_cache. Any thread. */
#ifndef VAULT_TOKEN_CACHE_H
#define VAULT_TOKEN_CACHE_H

#include "vault/credential_ref.h"

#define VAULT_TOKEN_DIGEST_SIZE 16

struct vault_token_digest {
    unsigned char bytes[VAULT_TOKEN_DIGEST_SIZE];
};

/* A hash keyed by the cache: nobody outside can make two tokens that share one. */
struct vault_token_digest vault_token_cache_digest(const struct vault_token_cache *cache,
                                                   const char *token, size_t size);

/* Both empty the cache where the generation is another one than before. */
bool vault_token_cache_has(struct vault_token_cache *cache, uint64_t generation,
                           const struct vault_token_digest *digest);
void vault_token_cache_add(struct vault_token_cache *cache, uint64_t generation,
                           const struct vault_token_digest *digest);

#endif
