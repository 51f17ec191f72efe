// SPDX-License-Identifier: MIT
#include "vault/base64url.h"

#include <sodium.h>

/* libsodium decodes some bytes beyond ASCII as letters, which would give bytes a second text. */
static bool is_ascii(const char *text, size_t size)
{
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

bool vault_base64url_decode(const char *text, size_t text_size, unsigned char *bytes,
                            size_t capacity, size_t *ret_size)
{
    size_t size = 0;
    if (!is_ascii(text, text_size) ||
        sodium_base642bin(bytes, capacity, text, text_size, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *ret_size = size;
    return true;
}

void vault_base64url_encode(const unsigned char *bytes, size_t size, char *ret_text)
{
    sodium_bin2base64(ret_text, VAULT_BASE64URL_SIZE(size), bytes, size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
