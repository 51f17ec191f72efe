// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_LITERAL_H
#define GQL_CHECK_LITERAL_H

#include <jansson.h>

/*
 * Converts a constant GraphQL value (October 2021, section 2.9), such as a default in SDL, to JSON.
 * NULL for block strings and for text that is not a value.
 */
json_t *literal_to_json(const char *text);

#endif
