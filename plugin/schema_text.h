// SPDX-License-Identifier: MIT
/* The texts under schema/, built in. */
#ifndef PLUGIN_SCHEMA_TEXT_H
#define PLUGIN_SCHEMA_TEXT_H

#include <stddef.h>

#include "gql_plugin.h"

extern const gql_schema_part *const schema_parts[];
extern const uint32_t schema_part_count;

extern const char config_schema[];
extern const size_t config_schema_size;

#endif
