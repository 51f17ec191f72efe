// SPDX-License-Identifier: MIT
/*
 * Connections as JSON (Relay Cursor Connections Specification): edges, nodes, page information,
 * total.
 */
#ifndef PLUGIN_RESOLVERS_CONNECTION_OUTPUT_H
#define PLUGIN_RESOLVERS_CONNECTION_OUTPUT_H

#include "plugin/resolvers/cursor.h"
#include "plugin/resolvers/output.h"
#include "plugin/resolvers/page.h"

struct connection_output {
    const struct page *page;
    enum cursor_order order;
    const uint8_t *secret; /* The store's, for cursors. */
    int64_t total;
};

/* Writes an object with these fields, of output_connection. */
void write_connection(struct json_writer *writer, const struct connection_output *output,
                      const struct output_field *first);

#endif
