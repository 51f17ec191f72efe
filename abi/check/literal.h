// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_LITERAL_H
#define GQL_CHECK_LITERAL_H

#include <jansson.h>

/*
 * A constant value of GraphQL (October 2021, section 2.9), as a default in SDL, as JSON. NULL for
 * block strings and nonsense.
 */
json_t *literal_to_json(const char *text);

#endif
