// SPDX-License-Identifier: MIT
/*
 * base64url without padding (RFC 4648 section 5), the one form that PASETO and PASERK allow.
 * Strict: padding, line breaks, other alphabets and bits left over in the last character (section
 * 3.5) are refused, so that bytes have exactly one text.
 */
#ifndef VAULT_BASE64URL_H
#define VAULT_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that `size` bytes take as text, with the NUL. */
#define VAULT_BASE64URL_SIZE(size) (((size)*4 + 2) / 3 + 1)

/*
 * False if it is not base64url, or is longer than `capacity` bytes. Takes constant time for each
 * character.
 */
bool vault_base64url_decode(const char *text, size_t text_size, unsigned char *bytes,
                            size_t capacity, size_t *ret_size);

/* Writes VAULT_BASE64URL_SIZE(size) bytes, NUL included. Takes constant time for each character. */
void vault_base64url_encode(const unsigned char *bytes, size_t size, char *ret_text);

#endif
