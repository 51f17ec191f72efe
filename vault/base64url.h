// SPDX-License-Identifier: MIT
/*
 * base64url without padding (RFC 4648, section 5), the only form that PASETO and PASERK allow.
 * Decoding is strict: padding, line breaks, other alphabets and non-zero trailing bits in the last
 * character (section 3.5) are errors, so that bytes have exactly one text. Any thread.
 */
#ifndef VAULT_BASE64URL_H
#define VAULT_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* The size of the text of `size` bytes, with the NUL. */
#define VAULT_BASE64URL_SIZE(size) (((size)*4 + 2) / 3 + 1)

/*
 * False if the text is not base64url or needs more than `capacity` bytes. The time per character is
 * constant.
 */
bool vault_base64url_decode(const char *text, size_t text_size, unsigned char *bytes,
                            size_t capacity, size_t *ret_size);

/* Writes VAULT_BASE64URL_SIZE(size) bytes, NUL included. The time per character is constant. */
void vault_base64url_encode(const unsigned char *bytes, size_t size, char *ret_text);

#endif
