// SPDX-License-Identifier: MIT
/* Integrations as JSON. */
#ifndef PLUGIN_RESOLVERS_INTEGRATION_OUTPUT_H
#define PLUGIN_RESOLVERS_INTEGRATION_OUTPUT_H

#include "plugin/base/integration.h"
#include "plugin/base/json_writer.h"

/*
 * Writes an object with these fields (FIELD_… of selection.h). The organization is a reference:
 * `__typename` and `id`.
 */
void write_integration(struct json_writer *writer, const struct integration *integration,
                       uint32_t fields);

/* An upper bound of what write_integration writes for these fields, in bytes. */
size_t integration_room(uint32_t fields);

#endif
