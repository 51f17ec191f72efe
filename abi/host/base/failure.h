// SPDX-License-Identifier: MIT
#ifndef GQL_HOST_FAILURE_H
#define GQL_HOST_FAILURE_H

#include <stdbool.h>

#include "gql_plugin.h"

/*
 * Writes code and message into *failure (may be NULL) and returns the code. The message is one line
 * of UTF-8 (gql_clean_line), truncated between characters.
 */
__attribute__((format(printf, 3, 4))) int32_t gql_fail(gql_failure *failure, int32_t code,
                                                       const char *format, ...);

/*
 * For lines that may quote what a stranger wrote: puts question marks in place of controls,
 * separators of lines, format characters (marks of direction, U+FEFF, soft hyphens, tags), and
 * bytes that are not UTF-8. `cut`: a character at the end may be incomplete, and is dropped.
 */
void gql_clean_line(char *text, bool cut);

int32_t gql_fail_no_memory(gql_failure *failure);

#endif
