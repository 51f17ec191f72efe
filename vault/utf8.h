// SPDX-License-Identifier: MIT
/* UTF-8 (RFC 3629), one character at a time. Nothing here allocates; any thread. */
#ifndef VAULT_UTF8_H
#define VAULT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_UTF8_SIZE 4 /* The longest character. */

/*
 * Reads the character at `at`, which is before `end`. Gives its size in bytes; 0 if it is not
 * UTF-8: cut off, longer than needed, a surrogate, or above U+10FFFF.
 */
size_t vault_utf8_read(const char *at, const char *end, uint32_t *ret_code);

/* Writes a code point up to U+10FFFF, and gives its size. A surrogate becomes three bytes. */
size_t vault_utf8_write(uint32_t code, char ret_text[VAULT_UTF8_SIZE]);

bool vault_utf8_is_valid(const char *text, size_t size);

static inline bool vault_is_surrogate(uint32_t code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

#endif
