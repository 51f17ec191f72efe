// SPDX-License-Identifier: MIT
/* Strings of JSON (RFC 8259, section 7). Any thread; no allocation. */
#ifndef GQL_JSON_STRING_H
#define GQL_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads the string whose opening quote is at *position, and moves *position behind it. `ret_string`
 * has room for as many bytes as the string has in the text between its quotes. Returns NULL, or
 * what is wrong with the text.
 */
const char *json_string_read(const char *text, size_t size, size_t *position, char *ret_string,
                             size_t *ret_string_size);

/* The size of the UTF-8 character (RFC 3629) that the bytes start with; 0: it is not one. */
size_t json_character_size(const char *text, size_t size);

bool json_is_utf8(const char *text, size_t size);

/* The size of a text as a JSON string, with its quotes. The text is UTF-8. */
size_t json_string_size(const char *text, size_t size);

/* Writes it, without a NUL, and returns its end. */
char *json_string_write(char *target, const char *text, size_t size);

#endif
