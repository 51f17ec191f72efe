// SPDX-License-Identifier: MIT
#include "plugin/resolvers/connection_output.h"

#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/selection.h"

struct connection_selection connection_selection_of(const gql_selection *selection)
{
    struct connection_selection wanted = {.type_name = selects_typename(selection)};
    wanted.edges = selects(selection, "edges", &wanted.edges_below);
    wanted.nodes = selects(selection, "nodes", &wanted.nodes_below);
    wanted.page_info = selects(selection, "pageInfo", &wanted.page_info_below);
    wanted.total = selects(selection, "total", &wanted.total_below);
    return wanted;
}

static void write_cursor(struct json_writer *writer, const struct connection_output *output,
                         const struct integration *integration)
{
    char text[CURSOR_TEXT_SIZE];
    const struct store_position position = {integration->title, integration->id};
    const size_t size = cursor_write(output->secret, output->order, &position, text);
    json_write_string(writer, (struct text){text, size});
}

static void write_edge(struct json_writer *writer, const struct connection_output *output,
                       const gql_selection *selection, const struct integration *integration)
{
    const gql_selection *node;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"IntegrationEdge\""));
    if (selects(selection, "cursor", NULL)) {
        json_write_member(writer, &first, "cursor");
        write_cursor(writer, output, integration);
    }
    if (selects(selection, "node", &node)) {
        json_write_member(writer, &first, "node");
        write_integration(writer, integration, selected_fields(node));
    }
    json_write(writer, "}");
}

static void write_edges(struct json_writer *writer, const struct connection_output *output,
                        const gql_selection *selection)
{
    const struct integration_list *items = &output->page->items;
    json_write(writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(writer, ",");
        write_edge(writer, output, selection, &items->items[i]);
    }
    json_write(writer, "]");
}

static void write_nodes(struct json_writer *writer, const struct connection_output *output,
                        const gql_selection *selection)
{
    const struct integration_list *items = &output->page->items;
    const uint32_t fields = selected_fields(selection);
    json_write(writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(writer, ",");
        write_integration(writer, &items->items[i], fields);
    }
    json_write(writer, "]");
}

static void write_end_cursor(struct json_writer *writer, const struct connection_output *output,
                             size_t index)
{
    if (output->page->items.count > 0)
        write_cursor(writer, output, &output->page->items.items[index]);
    else
        json_write(writer, "null");
}

static void write_page_info(struct json_writer *writer, const struct connection_output *output,
                            const gql_selection *selection)
{
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"PageInfo\""));
    if (selects(selection, "hasNextPage", NULL)) {
        json_write_member(writer, &first, "hasNextPage");
        json_write_bool(writer, output->page->has_next);
    }
    if (selects(selection, "hasPreviousPage", NULL)) {
        json_write_member(writer, &first, "hasPreviousPage");
        json_write_bool(writer, output->page->has_previous);
    }
    if (selects(selection, "startCursor", NULL)) {
        json_write_member(writer, &first, "startCursor");
        write_end_cursor(writer, output, 0);
    }
    if (selects(selection, "endCursor", NULL)) {
        json_write_member(writer, &first, "endCursor");
        write_end_cursor(writer, output, output->page->items.count - 1);
    }
    json_write(writer, "}");
}

static void write_total(struct json_writer *writer, const gql_selection *selection, int64_t count)
{
    bool first = true;
    const bool fits = count <=
                      INT32_MAX; /* The range of Int (GraphQL, October 2021, section 3.5.1). */
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"CountInfo\""));
    if (selects(selection, "count", NULL)) {
        json_write_member(writer, &first, "count");
        json_write_integer(writer, fits ? count : INT32_MAX);
    }
    if (selects(selection, "precision", NULL)) {
        json_write_member(writer, &first, "precision");
        json_write_raw(writer, fits ? TEXT("\"EXACT\"") : TEXT("\"AT_LEAST\""));
    }
    json_write(writer, "}");
}

void write_connection(struct json_writer *writer, const struct connection_selection *wanted,
                      const struct connection_output *output)
{
    bool first = true;
    json_write(writer, "{");
    if (wanted->type_name)
        json_write_name(writer, &first, TEXT("\"__typename\":\"IntegrationConnection\""));
    if (wanted->edges) {
        json_write_member(writer, &first, "edges");
        write_edges(writer, output, wanted->edges_below);
    }
    if (wanted->nodes) {
        json_write_member(writer, &first, "nodes");
        write_nodes(writer, output, wanted->nodes_below);
    }
    if (wanted->page_info) {
        json_write_member(writer, &first, "pageInfo");
        write_page_info(writer, output, wanted->page_info_below);
    }
    if (wanted->total) {
        json_write_member(writer, &first, "total");
        write_total(writer, wanted->total_below, output->total);
    }
    json_write(writer, "}");
}
