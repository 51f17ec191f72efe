// SPDX-License-Identifier: MIT
/*
 * Checks JSON against a JSON Schema (2020-12), as far as the plugin's own schema goes: type,
 * properties, required, additionalProperties: false, enum, minimum, maximum, minLength, maxLength,
 * default.
 */
#ifndef PLUGIN_BASE_JSON_SCHEMA_H
#define PLUGIN_BASE_JSON_SCHEMA_H

#include <jansson.h>

#include "gql_plugin.h"

/*
 * GQL_OK, or GQL_E_CONFIG with the member and the rule named. Fills defaults into the value; an
 * object that lacks is filled in too if nothing in it is required.
 */
int32_t json_schema_check(const json_t *schema, json_t *value, gql_failure *failure);

#endif
