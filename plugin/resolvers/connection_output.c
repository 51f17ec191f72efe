// SPDX-License-Identifier: MIT
#include "plugin/resolvers/connection_output.h"

#include "plugin/resolvers/integration_output.h"

static void write_cursor(struct json_writer *writer, const struct connection_output *output,
                         const struct integration *integration)
{
    char text[CURSOR_TEXT_SIZE];
    const struct store_position position = {integration->title, integration->id};
    const size_t size = cursor_write(output->secret, output->order, &position, text);
    json_write_string(writer, (struct text){text, size});
}

static void write_edge(struct json_writer *writer, const struct connection_output *output,
                       const struct output_field *first, const struct integration *integration)
{
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_EDGE_CURSOR)
            write_cursor(writer, output, integration);
        else if (field->kind == OUTPUT_EDGE_NODE)
            write_integration(writer, integration, field->below);
    }
    json_write(writer, "}");
}

static void write_edges(struct json_writer *writer, const struct connection_output *output,
                        const struct output_field *first)
{
    const struct integration_list *items = &output->page->items;
    json_write(writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(writer, ",");
        write_edge(writer, output, first, &items->items[i]);
    }
    json_write(writer, "]");
}

static void write_nodes(struct json_writer *writer, const struct connection_output *output,
                        const struct output_field *first)
{
    const struct integration_list *items = &output->page->items;
    json_write(writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(writer, ",");
        write_integration(writer, &items->items[i], first);
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
                            const struct output_field *first)
{
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_PAGE_HAS_NEXT)
            json_write_bool(writer, output->page->has_next);
        else if (field->kind == OUTPUT_PAGE_HAS_PREVIOUS)
            json_write_bool(writer, output->page->has_previous);
        else if (field->kind == OUTPUT_PAGE_START)
            write_end_cursor(writer, output, 0);
        else if (field->kind == OUTPUT_PAGE_END)
            write_end_cursor(writer, output, output->page->items.count - 1);
    }
    json_write(writer, "}");
}

/* Int ends there (GraphQL, October 2021, section 3.5.1): beyond, there are at least so many. */
static void write_total(struct json_writer *writer, int64_t count, const struct output_field *first)
{
    const bool fits = count <= INT32_MAX;
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_TOTAL_COUNT)
            json_write_integer(writer, fits ? count : INT32_MAX);
        else if (field->kind == OUTPUT_TOTAL_PRECISION)
            json_write_raw(writer, fits ? TEXT("\"EXACT\"") : TEXT("\"AT_LEAST\""));
    }
    json_write(writer, "}");
}

void write_connection(struct json_writer *writer, const struct connection_output *output,
                      const struct output_field *first)
{
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_CONNECTION_EDGES)
            write_edges(writer, output, field->below);
        else if (field->kind == OUTPUT_CONNECTION_NODES)
            write_nodes(writer, output, field->below);
        else if (field->kind == OUTPUT_CONNECTION_PAGE_INFO)
            write_page_info(writer, output, field->below);
        else if (field->kind == OUTPUT_CONNECTION_TOTAL)
            write_total(writer, output->total, field->below);
    }
    json_write(writer, "}");
}
