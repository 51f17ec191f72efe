// SPDX-License-Identifier: MIT
/*
 * What tokens and files hold, on standard output. Bytes that are not UTF-8 are written as the
 * escape \xXX, and unprintable characters (vault/line.h) as \uXXXX; as in JSON, those above U+FFFF
 * take two.
 */
#ifndef VAULT_TOOL_TERMINAL_H
#define VAULT_TOOL_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A field: line breaks are escaped, too, so that nobody can add a line to a list. */
void terminal_write(const char *text, size_t size);

/* A whole document, whose line breaks stay. */
void terminal_write_document(const char *text, size_t size);

/* Writes a value, whose strings are UTF-8. False if memory ran out. */
bool terminal_write_json(const json_t *value, size_t dump_flags);

/* The same, and ends the line. */
bool terminal_print_json(const json_t *value, size_t dump_flags);

/*
 * Writes the document of `--json`, and drops it. NULL: memory ran out. False if that is so, and
 * then nothing is written.
 */
bool terminal_print_document(json_t *document);

#endif
