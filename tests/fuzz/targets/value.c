// SPDX-License-Identifier: MIT
/*
 * gql_value_check: what it accepts is JSON, and written in another way it gets the same verdict.
 * The first byte chooses the type; a line with the selection follows, then the value.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "tests/fuzz/fuzz.h"

static const char sdl[] =
    "interface Node { id: ID! } interface Named implements Node { id: ID! name: String }"
    "type A implements Node & Named { id: ID! name: String b: B! list: [[Int!]]! served: Int! }"
    "type B implements Node { id: ID! kind: Kind float: Float flag: Boolean! any: Any a: A r: R }"
    "type R { id: ID! } union U = A | B enum Kind { X Y } scalar Any"
    "extend type B { more: [U!] node: Node }";

static const char *const types[] = {"A!",   "[B]!",      "U", "Node", "Named!",
                                    "Kind", "[[Any!]!]", "R", "None"};

static const gql_resolver served = {.struct_size = sizeof served, .type = "A", .field = "served"};
static const gql_resolver *const resolvers[] = {&served};
static const char *const references[] = {"R"};
static const gql_schema schema = {.struct_size = sizeof schema,
                                  .resolver_count = 1,
                                  .reference_count = 1,
                                  .resolvers = resolvers,
                                  .references = references};

static gql_schema_document *document;

static void check_rewritten(const char *type, const gql_selection *selection, const char *text,
                            size_t size, int32_t code)
{
    if (memchr(text, '\0', size) != NULL) { /* JSON has none; jansson takes it for the end. */
        EXPECT(code != GQL_OK);
        return;
    }
    json_error_t error;
    json_t *value = json_loadb(text, size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    const bool too_large = value == NULL && json_error_code(&error) == json_error_numeric_overflow;
    EXPECT(value != NULL || too_large || code != GQL_OK);
    if (value == NULL)
        return;
    char *again = json_dumps(value, JSON_ENCODE_ANY | JSON_INDENT(1) | JSON_ENSURE_ASCII);
    gql_failure failure = {.struct_size = sizeof failure};
    EXPECT(gql_value_check(document, &schema, type, selection, again, strlen(again), &failure) ==
               code,
           "%s", again);
    free(again);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const char *type = types[fuzz_byte(&input) % (sizeof types / sizeof *types)];
    gql_failure failure = {.struct_size = sizeof failure};
    gql_selection *selection = NULL;
    size_t notation_size, text_size;
    if (document == NULL)
        EXPECT(gql_schema_document_parse(sdl, strlen(sdl), &document, &failure) == GQL_OK, "%s",
               failure.message);
    char *notation = fuzz_until(&input, '\n', &notation_size);
    char *text = fuzz_rest(&input, &text_size);
    if (notation_size > 0)
        gql_selection_parse(notation, notation_size, &selection, NULL);
    const int32_t code = gql_value_check(document, &schema, type, selection, text, text_size,
                                         &failure);
    if (code != GQL_OK)
        fuzz_check_message(failure.message);
    check_rewritten(type, selection, text, text_size, code);
    gql_selection_destroy(&selection);
    free(notation);
    free(text);
    return 0;
}
