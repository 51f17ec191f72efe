// SPDX-License-Identifier: MIT
#include "plugin/base/organization.h"

uint32_t organization_tag(struct text organization_id)
{
    uint8_t hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)organization_id.data,
                       organization_id.size, NULL, 0);
    return (uint32_t)hash[0] << 16 | (uint32_t)hash[1] << 8 | hash[2];
}

void organization_key_init(struct organization_key *key)
{
    randombytes_buf(key->bytes, sizeof key->bytes);
}

uint64_t organization_hash(const struct organization_key *key, struct text organization_id)
{
    uint8_t bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    crypto_shorthash(bytes, (const uint8_t *)organization_id.data, organization_id.size,
                     key->bytes);
    memcpy(&hash, bytes, sizeof hash);
    return hash;
}
