// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_META_SCHEMA_H
#define GQL_CHECK_META_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Whether a document is a JSON Schema (2020-12) fit for a plugin's configuration: every keyword has
 * a value of the kind that the standard requires, and every object lists all its members. If
 * not, `detail` says why, after a JSON Pointer to the place.
 */
bool meta_schema_check(json_t *schema, char *detail, size_t detail_size);

#endif
