// SPDX-License-Identifier: MIT
/*
 * What gql-plugin-check is made of, as far as it can be tried alone. check_test.py tries the tool.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/inspect/elf_symbols.h"
#include "abi/check/harness/literal.h"
#include "abi/check/inspect/meta_schema.h"
#include "abi/check/inspect/notation.h"
#include "abi/check/harness/synthesis.h"

/* Each list ends with NULL. */
static void expect_forms(const char *name, bool (*is_right)(const char *text),
                         const char *const *right, const char *const *wrong)
{
    for (; *right != NULL; right++)
        cr_expect(is_right(*right), "%s: \"%s\" is refused", name, *right);
    for (; *wrong != NULL; wrong++)
        cr_expect(!is_right(*wrong), "%s: \"%s\" is taken", name, *wrong);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(notation, tells_right_forms_from_wrong_ones)
{
    expect_forms("id", notation_is_reverse_domain,
                 TEXTS("org.example", "org.gql-integrations.integrations", "a.b.c9"),
                 TEXTS("", "example", ".example", "org.", "org..x", "org.-x", "org.x-",
                       "org.ex ample", "org.ex\xC3\xA4"));
    expect_forms("version", notation_is_semantic_version,
                 TEXTS("0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.0.0-alpha.0valid",
                       "1.0.0-0A.is.legal", "2.0.0+build.1848",
                       "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "1.0.0--"),
                 TEXTS("", "1", "1.2", "1.2.3.4", "v1.2.3", "01.1.1", "1.01.1", "1.1.01",
                       "1.2.3-0123", "1.2.3-", "1.2.3+", "1.0.0-alpha..1", "1.0.0-alpha_beta",
                       "1.1.2+.123", "1.2.3 "));
    expect_forms("licence", notation_is_licence,
                 TEXTS("MIT", "Apache-2.0", "GPL-2.0-or-later WITH Bison-exception-2.2",
                       "(MIT OR Apache-2.0) AND BSD-3-Clause", "LicenseRef-Proprietary",
                       "DocumentRef-x:LicenseRef-y", "GPL-2.0+"),
                 TEXTS("", "MIT OR", "OR MIT", "MIT Apache-2.0", "(MIT", "MIT)", "MIT/BSD",
                       "the licence", "()"));
    expect_forms("url", notation_is_url, TEXTS("https://example.org", "http://localhost:1/x?y#z"),
                 TEXTS("", "example.org", "ftp://example.org", "https://", "https://a b",
                       "https://a\nb"));
    expect_forms("line", notation_is_line, TEXTS("A name", "\xC3\xA4"),
                 TEXTS("", "two\nlines", "\x7F", "\xC3"));
    expect_forms("code", notation_is_error_code, TEXTS("NOT_FOUND", "E2"),
                 TEXTS("", "not_found", "NOT FOUND", "N\xC3\x84"));
}

Test(notation, knows_utf8)
{
    static const char *const wrong[] = {"\x80",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80",
                                        "\xE2\x82",
                                        "\xFF"};
    static const char right[] =
        "a\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
    cr_expect(notation_is_utf8(right, sizeof right - 1));
    cr_expect(notation_is_utf8("", 0));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect(!notation_is_utf8(wrong[i], strlen(wrong[i])), "number %zu is taken", i);
}

/* ---- Schemas of configurations ---- */

#define SCHEMA(more) \
    "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\"" more "}"
#define CLOSED ", \"additionalProperties\": false"

Test(meta_schema, takes_schemas_that_are_closed)
{
    static const char *const schemas[] = {
        SCHEMA(CLOSED),
        SCHEMA(", \"unevaluatedProperties\": false, \"allOf\": [{\"properties\": {\"a\": true}}]"),
        SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": [\"integer\", \"null\"], \"minimum\": "
                      "1, \"default\": 3}, "
                      "\"b\": {\"type\": \"array\", \"items\": {\"enum\": [\"x\", 1, null]}, "
                      "\"maxItems\": 4}}, "
                      "\"required\": [\"a\"], \"x-order\": 1, \"$comment\": \"c\""),
        SCHEMA(", \"additionalProperties\": {\"type\": \"string\"}"),
        SCHEMA(
            CLOSED
            ", \"properties\": {\"a\": {\"$ref\": \"#/$defs/a\"}}, \"$defs\": {\"a\": {\"type\": "
            "\"object\"" CLOSED "}}, "
            "\"if\": {\"properties\": {\"a\": {\"const\": 1}}}, \"then\": {\"required\": [\"a\"]}"),
    };
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        char fault[512] = "";
        json_t *schema = json_loads(schemas[i], 0, NULL);
        cr_assert_not_null(schema, "%s", schemas[i]);
        cr_expect(meta_schema_check(schema, fault, sizeof fault), "%s: %s", schemas[i], fault);
        json_decref(schema);
    }
}

Test(meta_schema, names_what_is_wrong)
{
    static const struct {
        const char *schema;
        const char *fault;
    } cases[] = {
        {"{\"type\": \"object\"" CLOSED "}", "`$schema` is missing"},
        {"{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"object\"" CLOSED
         "}",
         "`$schema` is another"},
        {"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"string\"}",
         "`type` is not \"object\""},
        {SCHEMA(""), "the schema: an object without `\"additionalProperties\": false`"},
        {SCHEMA(", \"additionalProperties\": true"), "an object without"},
        {SCHEMA(", \"additionalProperties\": {}"), "an object without"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": \"object\"}}"),
         "/properties/a: an object without"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"items\": {\"properties\": {}}}}"),
         "/properties/a/items: an object without"},
        {SCHEMA(CLOSED ", \"allOf\": [{\"properties\": {\"a\": {\"type\": \"object\"}}}]"),
         "/allOf/0/properties/a: an object"},
        {SCHEMA(CLOSED ", \"additionalProperites\": false"),
         "`additionalProperites` is no keyword"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": 1}"), "/properties/a: a schema is due"},
        {SCHEMA(CLOSED ", \"properties\": []"), "/properties: an object of schemas"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": \"int\"}}"),
         "/properties/a/type: the name of a type"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": []}}"), "the name of a type"},
        {SCHEMA(CLOSED ", \"required\": [\"a\"]"), "`a` is required, but not among the properties"},
        {SCHEMA(CLOSED ", \"required\": [\"a\", \"a\"]"), "each once"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"minLength\": -1}}"),
         "/properties/a/minLength: a whole number"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"minimum\": \"1\"}}"), "a number is due"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"multipleOf\": 0}}"), "above 0"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"enum\": 1}}"), "a list is due"},
        {SCHEMA(CLOSED ", \"anyOf\": []"), "a list of schemas"},
        {SCHEMA(CLOSED ", \"title\": 1"), "a string is due"},
        {SCHEMA(CLOSED ", \"deprecated\": 1"), "true or false is due"},
        {SCHEMA(CLOSED ", \"dependentRequired\": {\"a\": 1}"), "lists of names"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char fault[512] = "";
        json_t *schema = json_loads(cases[i].schema, 0, NULL);
        cr_assert_not_null(schema, "%s", cases[i].schema);
        cr_expect(!meta_schema_check(schema, fault, sizeof fault), "%s is taken", cases[i].schema);
        cr_expect_not_null(strstr(fault, cases[i].fault), "\"%s\" does not say \"%s\"", fault,
                           cases[i].fault);
        json_decref(schema);
    }
}

/* ---- Calls that are made up ---- */

static void expect_json(json_t *json, const char *expected, const char *label)
{
    char *text = json == NULL ? NULL
                              : json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    const char *got = text == NULL ? "nothing" : text;
    cr_expect_str_eq(got, expected, "%s: %s, not %s", label, got, expected);
    free(text);
    json_decref(json);
}

Test(synthesis, reads_defaults)
{
    static const char *const cases[][2] = {
        {"1", "1"},
        {"-2.5e1", "-25.0"},
        {"true", "true"},
        {"null", "null"},
        {"ASC", "\"ASC\""},
        {"\"a\\\"b\"", "\"a\\\"b\""},
        {"[1, [2] 3]", "[1,[2],3]"},
        {"{ field: TITLE, nested: {on: false} }",
         "{\"field\":\"TITLE\",\"nested\":{\"on\":false}}"},
        {"[]", "[]"},
        {"{}", "{}"},
        {"\"\"\"block\"\"\"", "nothing"},
        {"[1", "nothing"},
        {"{a 1}", "nothing"},
        {"$x", "nothing"},
        {"", "nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_json(literal_to_json(cases[i][0]), cases[i][1], cases[i][0]);
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

/* ---- Files ---- */

Test(elf_image, survives_every_broken_byte_of_the_headers)
{
    struct elf_symbols whole;
    cr_assert(elf_symbols_open(HELLO_PATH, &whole));
    cr_expect(elf_symbols_imports_any(&whole, "json_"));
    char path[] = "/tmp/gql-elf-image-XXXXXX";
    const int file = mkstemp(path);
    FILE *out = fdopen(file, "wb");
    fwrite(whole.data, 1, whole.size, out);
    for (size_t i = 0; i < 64; i++) {
        struct elf_symbols broken;
        fseek(out, (long)i, SEEK_SET);
        fputc(whole.data[i] ^ 0x7F, out);
        fflush(out);
        cr_assert(elf_symbols_open(path, &broken));
        for (size_t k = 0; k < broken.symbol_count; k++)
            elf_symbols_name(&broken, &broken.symbols[k]);
        elf_symbols_dynamic(&broken, DT_INIT_ARRAYSZ);
        elf_symbols_close(&broken);
        fseek(out, (long)i, SEEK_SET);
        fputc(whole.data[i], out);
    }
    fclose(out);
    remove(path);
    elf_symbols_close(&whole);
    cr_expect(!elf_symbols_open("/nowhere", &whole));
}
