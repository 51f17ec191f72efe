// SPDX-License-Identifier: MIT
/* Whether a text has the form that a standard or gql_plugin.h requires. */
#ifndef GQL_CHECK_NOTATION_H
#define GQL_CHECK_NOTATION_H

#include <stdbool.h>
#include <stddef.h>

bool notation_is_utf8(const char *text, size_t size);

/* UTF-8, not empty, without control characters. */
bool notation_is_line(const char *text);

/* Two or more labels of letters, digits and hyphens. */
bool notation_is_reverse_domain(const char *text);

/* Semantic Versioning 2.0.0. */
bool notation_is_semantic_version(const char *text);

/* http or https. */
bool notation_is_url(const char *text);

/* An SPDX expression by its form; the names of licences are not looked up. */
bool notation_is_licence(const char *text);

/* UPPER_CASE. */
bool notation_is_error_code(const char *text);

#endif
