// SPDX-License-Identifier: MIT
/* Lines for people that may quote what a stranger wrote. Any thread. */
#ifndef VAULT_LINE_H
#define VAULT_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character that a terminal obeys: a control (C0, DEL, C1), line separator, mark of direction. */
bool vault_line_is_obeyed(uint32_t code);

/*
 * Formats into `ret_line`, cut between characters. What a terminal would obey becomes question
 * marks; so do bytes that are not UTF-8.
 */
__attribute__((format(printf, 3, 0))) void vault_line_format(char *ret_line, size_t capacity,
                                                             const char *format, va_list arguments);

#endif
