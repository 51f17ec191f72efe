// SPDX-License-Identifier: MIT
#include "vault/base64url.h"

#include <sodium.h>

bool vault_base64url_decode(const char *text, size_t text_size, unsigned char *bytes, size_t capacity, size_t *ret_size)
{
    size_t size = 0;
    if (sodium_base642bin(bytes, capacity, text, text_size, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *ret_size = size;
    return true;
}

void vault_base64url_encode(const unsigned char *bytes, size_t size, char *ret_text)
{
    sodium_bin2base64(ret_text, VAULT_BASE64URL_SIZE(size), bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
