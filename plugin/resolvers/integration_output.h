// SPDX-License-Identifier: MIT
/* Integrations as JSON. */
#ifndef PLUGIN_RESOLVERS_INTEGRATION_OUTPUT_H
#define PLUGIN_RESOLVERS_INTEGRATION_OUTPUT_H

#include "plugin/base/integration.h"
#include "plugin/resolvers/output.h"

/* Writes an object with these fields, of output_integration. */
void write_integration(struct json_writer *writer, const struct integration *integration,
                       const struct output_field *first);

#endif
