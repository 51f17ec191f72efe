// SPDX-License-Identifier: MIT
#include "plugin/base/organization.h"

#include <sodium.h>

uint32_t organization_tag(struct text organization_id)
{
    uint8_t hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)organization_id.data,
                       organization_id.size, NULL, 0);
    return (uint32_t)hash[0] << 16 | (uint32_t)hash[1] << 8 | hash[2];
}
