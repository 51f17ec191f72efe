// SPDX-License-Identifier: MIT
#ifndef HEX_H
#define HEX_H

#include <sodium.h>
#include <stddef.h>
#include <string.h>

/* Returns the number of bytes; 0 if the text is not hexadecimal. */
static inline size_t from_hex(const char *text, unsigned char *bytes, size_t capacity)
{
    size_t size = 0;
    const char *end = NULL;
    if (sodium_hex2bin(bytes, capacity, text, strlen(text), NULL, &size, &end) != 0 || *end != '\0')
        return 0;
    return size;
}

#endif
