// SPDX-License-Identifier: MIT
/*
 * Checks JSON against a JSON Schema (2020-12) that uses the keywords of the plugin's own schema:
 * type, properties, required, additionalProperties: false, enum, minimum, maximum, minLength,
 * maxLength, default, `not: {}` for a member that is refused with its description, and `oneOf` for
 * members of which exactly one is required. `"format": "path"` is for hosts, which make such paths
 * absolute. Lengths count bytes of UTF-8, where the standard counts
 * characters.
 */
#ifndef PLUGIN_BASE_JSON_SCHEMA_H
#define PLUGIN_BASE_JSON_SCHEMA_H

#include <jansson.h>

#include "gql_plugin.h"

/*
 * Returns GQL_OK, or GQL_E_CONFIG with a failure that names the member and the rule. Adds defaults
 * to the value, and missing objects unless they have required members.
 */
int32_t json_schema_check(const json_t *schema, json_t *value, gql_failure *failure);

#endif
