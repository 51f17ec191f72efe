// SPDX-License-Identifier: MIT
/*
 * Connections as JSON (Relay Cursor Connections Specification): edges, nodes, page information,
 * total.
 */
#ifndef PLUGIN_RESOLVERS_CONNECTION_OUTPUT_H
#define PLUGIN_RESOLVERS_CONNECTION_OUTPUT_H

#include "plugin/base/json_writer.h"
#include "plugin/resolvers/cursor.h"
#include "plugin/resolvers/page.h"

/* The fields selected of a connection, and the selections below them. */
struct connection_selection {
    bool type_name;
    bool edges;
    bool nodes;
    bool page_info;
    bool total;
    const gql_selection *edges_below;
    const gql_selection *nodes_below;
    const gql_selection *page_info_below;
    const gql_selection *total_below;
};

struct connection_selection connection_selection_of(const gql_selection *selection);

struct connection_output {
    const struct page *page;
    enum cursor_order order;
    const uint8_t *secret; /* The store's, for cursors. */
    int64_t total;
};

void write_connection(struct json_writer *writer, const struct connection_selection *wanted,
                      const struct connection_output *output);

#endif
