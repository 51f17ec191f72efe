// SPDX-License-Identifier: MIT
/* Whether texts have the form that a standard or gql_plugin.h gives them. */
#ifndef GQL_CHECK_NOTATION_H
#define GQL_CHECK_NOTATION_H

#include <stdbool.h>
#include <stddef.h>

bool notation_is_utf8(const char *text, size_t size);
/* UTF-8, not empty, no control characters. */
bool notation_is_line(const char *text);
/* Two labels or more of letters, digits, hyphens. */
bool notation_is_reverse_domain(const char *text);
bool notation_is_semantic_version(const char *text); /* Semantic Versioning 2.0.0. */
bool notation_is_url(const char *text);              /* http or https. */
/* The form of an SPDX expression; the names are not looked up. */
bool notation_is_licence(const char *text);
bool notation_is_error_code(const char *text); /* UPPER_CASE. */

#endif
