// SPDX-License-Identifier: MIT
/* Lines for people that may quote what a stranger wrote. Any thread. */
#ifndef VAULT_LINE_H
#define VAULT_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A character that a terminal obeys or does not show: a control (C0, DEL, C1), a separator of lines
 * or paragraphs, or a format character, such as marks of direction, U+FEFF, soft hyphens and tags.
 */
bool vault_line_is_unprintable(uint32_t code);

/*
 * Formats into `ret_line`, cut between characters. The bytes of unprintable characters become
 * question marks; so do bytes that are not UTF-8.
 */
__attribute__((format(printf, 3, 0))) void vault_line_format(char *ret_line, size_t capacity,
                                                             const char *format, va_list arguments);

#endif
