// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_META_SCHEMA_H
#define GQL_CHECK_META_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Whether a document is a JSON Schema (2020-12) fit for a plugin's configuration: every keyword has
 * the kind of value that the standard gives it, and objects list all their members. `fault` says
 * what is wrong, with a JSON Pointer to it.
 */
bool meta_schema_check(json_t *schema, char *fault, size_t fault_size);

#endif
