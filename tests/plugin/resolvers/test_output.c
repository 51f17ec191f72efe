// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "plugin/resolvers/connection_output.h"
#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/output.h"

#define SELECTED(field_name, ...)                                 \
    {                                                             \
        .struct_size = sizeof(gql_selection), .name = field_name, \
        .name_size = sizeof field_name - 1, __VA_ARGS__           \
    }

#define SHAPED(field_name, alias, ...)                                                            \
    {                                                                                             \
        .struct_size = sizeof(gql_shape), .name = field_name, .name_size = sizeof field_name - 1, \
        .response_name = alias, .response_name_size = sizeof alias - 1, __VA_ARGS__               \
    }

#define ON(type) .type_condition = type, .type_condition_size = sizeof type - 1

static const struct integration item = {
    .id.bytes = {1, 2, 3},
    .version = 7,
    .title = {"A \"title\"", 9},
    .organization_id = {"acme", 4},
    .is_active = true,
};

/* What is written of the item; at most once at a time. */
static const char *written(const gql_call *call)
{
    alignas(void *) char room[OUTPUT_ROOM];
    static char text[65536];
    struct output output;
    struct json_writer writer;
    cr_assert(output_make(&output, &output_integration, call, room));
    json_writer_begin(&writer, text, sizeof text - 1);
    write_integration(&writer, &item, output.first);
    cr_assert(writer.size <= output.room, "%zu bytes of %zu", writer.size, output.room);
    text[writer.size] = '\0';
    json_writer_finish(&writer);
    output_finish(&output);
    return text;
}

Test(output, unknown_means_everything_but_typename)
{
    const gql_call call = {.struct_size = sizeof call};
    cr_expect_str_eq(written(&call),
                     "{\"id\":\"01020300-0000-0000-0000-000000000000\",\"version\":7,"
                     "\"title\":\"A \\\"title\\\"\","
                     "\"organization\":{\"__typename\":\"Organization\",\"id\":\"acme\"},"
                     "\"credentialRef\":null,\"isActive\":true}");
}

Test(output, only_what_is_selected_is_written)
{
    const gql_selection strange = SELECTED("titles");
    const gql_selection typename = SELECTED("__typename", .next = &strange);
    const gql_selection nothing = SELECTED("__typename");
    const gql_selection organization = SELECTED("organization", .children = &nothing,
                                                .next = &typename);
    const gql_selection title = SELECTED("title", .next = &organization);
    const gql_selection root = SELECTED("integration", .children = &title);
    const gql_call call = {.struct_size = sizeof call, .selection = &root};
    cr_expect_str_eq(written(&call),
                     "{\"title\":\"A \\\"title\\\"\","
                     "\"organization\":{\"__typename\":\"Organization\",\"id\":\"acme\"},"
                     "\"__typename\":\"Integration\"}",
                     "a reference is whole");
}

Test(output, an_object_of_which_nothing_is_known_is_empty)
{
    const gql_selection strange = SELECTED("titles");
    const gql_selection root = SELECTED("integration", .children = &strange);
    const gql_call call = {.struct_size = sizeof call, .selection = &root};
    cr_expect_str_eq(written(&call), "{}");
}

Test(output, a_shape_has_names_order_and_types_of_the_document)
{
    const gql_shape other = SHAPED("version", "other", ON("Organization"));
    const gql_shape versioned = SHAPED("version", "v", ON("Versioned"), .next = &other);
    const gql_shape own = SHAPED("isActive", "isActive", ON("Integration"), .next = &versioned);
    const gql_shape kind = SHAPED("__typename", "kind");
    const gql_shape its_id = SHAPED("id", "its_id", .next = &kind);
    const gql_shape organization = SHAPED("organization", "owner", .children = &its_id,
                                          .next = &own);
    const gql_shape again = SHAPED("title", "title", .next = &organization);
    const gql_shape name = SHAPED("title", "name", .next = &again);
    const gql_shape root = SHAPED("integration", "i", .children = &name);
    const gql_selection unused = SELECTED("integration");
    const gql_call call = {.struct_size = sizeof call,
                           .flags = GQL_CALL_SHAPED,
                           .shape = &root,
                           .selection = &unused};
    cr_expect_str_eq(written(&call), "{\"name\":\"A \\\"title\\\"\",\"title\":\"A \\\"title\\\"\","
                                     "\"owner\":{\"its_id\":\"acme\",\"kind\":\"Organization\"},"
                                     "\"isActive\":true,\"v\":7}");
}

Test(output, there_may_be_more_names_than_room)
{
    enum { NAMES = 500 };
    static gql_shape names[NAMES];
    static char texts[NAMES][8];
    char expected[NAMES * 12] = "{", *end = expected + 1;
    for (int i = 0; i < NAMES; i++) {
        const int size = snprintf(texts[i], sizeof texts[i], "v%d", i);
        names[i] = (gql_shape)SHAPED("version", "", .next = i + 1 < NAMES ? &names[i + 1] : NULL);
        names[i].response_name = texts[i];
        names[i].response_name_size = (uint32_t)size;
        end += sprintf(end, "%s\"v%d\":7", i == 0 ? "" : ",", i);
    }
    strcpy(end, "}");
    const gql_shape root = SHAPED("integration", "i", .children = names);
    const gql_call call = {.struct_size = sizeof call, .flags = GQL_CALL_SHAPED, .shape = &root};
    cr_expect_str_eq(written(&call), expected);
}

Test(output, what_is_asked_for_anywhere_is_known)
{
    alignas(void *) char room[OUTPUT_ROOM];
    struct output output;
    const gql_selection next = SELECTED("hasNextPage");
    const gql_selection info = SELECTED("pageInfo", .children = &next);
    const gql_selection version = SELECTED("version");
    const gql_selection node = SELECTED("node", .children = &version);
    const gql_selection edges = SELECTED("edges", .children = &node, .next = &info);
    const gql_selection root = SELECTED("integrations", .children = &edges);
    const gql_call call = {.struct_size = sizeof call, .selection = &root};
    cr_assert(output_make(&output, &output_connection, &call, room));
    cr_expect(output_has(&output, OUTPUT_CONNECTION_EDGES));
    cr_expect(output_has(&output, OUTPUT_PAGE_HAS_NEXT));
    cr_expect(output_has(&output, OUTPUT_INTEGRATION_VERSION));
    cr_expect_not(output_has(&output, OUTPUT_CONNECTION_NODES));
    cr_expect_not(output_has(&output, OUTPUT_CONNECTION_TOTAL));
    cr_expect_not(output_has(&output, OUTPUT_PAGE_HAS_PREVIOUS));
    cr_expect_not(output_has(&output, OUTPUT_INTEGRATION_TITLE));
    output_finish(&output);
}
