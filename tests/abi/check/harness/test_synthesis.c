// SPDX-License-Identifier: MIT
#include "abi/check/harness/synthesis.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_json(json_t *json, const char *expected, const char *label)
{
    char *text = json == NULL ? NULL
                              : json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    const char *got = text == NULL ? "nothing" : text;
    cr_expect_str_eq(got, expected, "%s: %s, not %s", label, got, expected);
    free(text);
    json_decref(json);
}

static const char sdl[] =
    "type Query { a(id: ID!, n: Int = 3, f: Filter, list: [Kind!]!, s: Time!): A! b(loop: Loop!): "
    "Int c: Int }\n"
    "type A { id: ID! self: A node: Node either: Either }\n"
    "interface Node { id: ID! } union Either = A enum Kind { GOOD BAD } scalar Time\n"
    "input Filter { on: Boolean! depth: Float by: String = \"x\" inner: Filter }\n"
    "input Loop { loop: Loop! }";

Test(synthesis, makes_arguments)
{
    gql_schema_document *document = NULL;
    cr_assert_eq(gql_schema_document_parse(sdl, sizeof sdl - 1, &document, NULL), GQL_OK);
    expect_json(
        synthesis_arguments(document, "Query", "a", false),
        "{\"id\":\"gql-plugin-check\",\"list\":[\"GOOD\"],\"n\":3,\"s\":\"gql-plugin-check\"}",
        "least");
    json_t *all = synthesis_arguments(document, "Query", "a", true);
    expect_json(json_deep_copy(json_object_get(json_object_get(all, "f"), "by")), "\"x\"",
                "a default inside");
    cr_expect(json_is_true(json_object_get(json_object_get(all, "f"), "on")));
    json_decref(all);
    expect_json(synthesis_arguments(document, "Query", "b", false), "nothing", "a loop");
    expect_json(synthesis_arguments(document, "Query", "c", true), "{}", "none");
    expect_json(synthesis_arguments(document, "Query", "d", true), "nothing", "unknown");
    json_t *given = json_pack("{s:s, s:{s:b}}", "id", "1", "f", "on", 0);
    synthesis_fill_in(document, "Query", "a", given);
    expect_json(given, "{\"f\":{\"by\":\"x\",\"on\":false},\"id\":\"1\",\"n\":3}", "filled in");
    gql_schema_document_destroy(&document);
}

Test(synthesis, selects_all_there_is)
{
    gql_schema_document *document = NULL;
    gql_selection *selection = NULL;
    cr_assert_eq(gql_schema_document_parse(sdl, sizeof sdl - 1, &document, NULL), GQL_OK);
    char *name = synthesis_base_name("[A!]!");
    cr_expect_str_eq(name, "A");
    char *text = synthesis_selection(document, name);
    cr_expect_not_null(strstr(text, " __typename id self { __typename id self {"), "%s", text);
    cr_expect_not_null(strstr(text, "node { __typename id } either { __typename }"), "%s", text);
    cr_expect_eq(gql_selection_parse(text, strlen(text), &selection, NULL), GQL_OK, "%s", text);
    gql_selection_destroy(&selection);
    free(text);
    free(name);
    text = synthesis_selection(document, "Time");
    cr_expect_str_eq(text, "");
    free(text);
    gql_schema_document_destroy(&document);
}

static int32_t resolve_nothing(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

Test(synthesis, makes_parents)
{
    static const char types[] = "type A { id: ID! kind: Kind! tags: [String!]! b: B! c: C! d: D "
                                "own: Int by(n: Int): Int }\n"
                                "type B { id: ID! more: Int } type C { x: Int } union D = C\n"
                                "enum Kind { GOOD BAD } interface I { id: ID! }";
    static const gql_resolver own = {.struct_size = sizeof own,
                                     .type = "A",
                                     .field = "own",
                                     .resolve = resolve_nothing};
    static const gql_resolver *const resolvers[] = {&own};
    static const gql_schema schema = {.struct_size = sizeof schema,
                                      .resolver_count = 1,
                                      .resolvers = resolvers};
    static const char *const names[] = {"id", "kind", "tags", "b", "d"};
    static const char *const impossible[] = {"id", "c"};
    gql_schema_document *document = NULL;
    cr_assert_eq(gql_schema_document_parse(types, sizeof types - 1, &document, NULL), GQL_OK);
    expect_json(synthesis_parent(document, &schema, "A", names, 5),
                "{\"__typename\":\"A\",\"b\":{\"__typename\":\"B\",\"id\":\"gql-plugin-check\"},"
                "\"d\":null,\"id\":\"gql-plugin-check\",\"kind\":\"GOOD\","
                "\"tags\":[\"gql-plugin-check\"]}",
                "what is required");
    expect_json(synthesis_parent(document, &schema, "A", names, 0), "{\"__typename\":\"A\"}",
                "nothing is required");
    expect_json(synthesis_parent(document, &schema, "A", impossible, 2), "nothing",
                "an object without an ID");
    expect_json(synthesis_parent(document, &schema, "I", names, 1), "nothing", "an interface");
    json_t *all = synthesis_parent(document, &schema, "A", NULL, 0);
    cr_expect_eq(json_object_size(all), 6, "all but `own`, `by` and `c`");
    json_decref(all);
    gql_schema_document_destroy(&document);
}
