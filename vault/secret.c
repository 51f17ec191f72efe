// SPDX-License-Identifier: MIT
#include "vault/secret.h"

#include <sodium.h>

bool vault_secret_init(size_t size, struct vault_secret *ret_secret)
{
    if (size == 0 || sodium_init() < 0)
        return false;
    unsigned char *bytes = sodium_malloc(size);
    if (bytes == NULL)
        return false;
    sodium_memzero(bytes, size);
    *ret_secret = (struct vault_secret){bytes, size};
    return true;
}

void vault_secret_finish(struct vault_secret *secret)
{
    if (secret == NULL)
        return;
    sodium_free(secret->bytes); /* Wipes before it frees, and accepts NULL. */
    *secret = VAULT_NO_SECRET;
}
