// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/schema/schema_document.h"

static int32_t parse(const char *sdl, size_t size, gql_schema_document **document,
                     gql_failure *failure)
{
    *failure = (gql_failure){.struct_size = sizeof *failure};
    /* A copy of the exact size, so that AddressSanitizer finds reads beyond it. */
    char *exact = malloc(size == 0 ? 1 : size);
    if (size > 0)
        memcpy(exact, sdl, size);
    const int32_t code = gql_schema_document_parse(exact, size, document, failure);
    free(exact);
    return code;
}

static gql_schema_document *parsed(const char *sdl)
{
    gql_schema_document *document = NULL;
    gql_failure failure;
    cr_assert_eq(parse(sdl, strlen(sdl), &document, &failure), GQL_OK, "%s: %s", failure.message,
                 sdl);
    return document;
}

Test(schema_document, refuses_text_that_is_not_a_schema)
{
    static const struct {
        const char *sdl;
        const char *message;
    } cases[] = {
        {"type", "line 1: expected the name of a type, found the end of the text"},
        {"type A {", "expected the name of a field, found the end of the text"},
        {"type A { }", "expected the name of a field"},
        {"type A { a }", "expected :"},
        {"type A { a: }", "expected a type, found `}`"},
        {"type A { a: [Int }", "expected ]"},
        {"type A { a: Int", "expected the name of a field, found the end of the text"},
        {"type A { a(: Int): Int }", "expected the name of a field"},
        {"type A { a: Int } }", "expected a definition"},
        {"query { a }", "expected a definition"},
        {"type A implements { a: Int }", "expected an interface"},
        {"enum E { }", "expected a value of an enum"},
        {"union U = ", "expected a member"},
        {"directive trim on FIELD", "expected @"},
        {"directive @trim FIELD", "expected on"},
        {"input I { a: Int = }", "expected a value"},
        {"\n\ntype A { \"no end }\n}", "line 3: unterminated string"},
        {"\r\r\ntype A { \"no end \\\r\" a: Int }", "line 3: unterminated string"},
        {"\"\"\" no end\n\n type A { a: Int }", "unterminated block string"},
        {"type A { a: Int } ?", "unexpected character"},
        {"type A { a: Int } \x80", "unexpected character"},
        {"type A { a.b: Int }", "unexpected character"},
        {"type A @d(a: { a: Int }", "expected"},
        {"extend", "expected a definition"},
    };
    gql_schema_document *document = NULL;
    gql_failure failure;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(parse(cases[i].sdl, strlen(cases[i].sdl), &document, &failure), GQL_E_CONFIG,
                     "%s", cases[i].sdl);
        cr_expect_not_null(strstr(failure.message, cases[i].message),
                           "%s: \"%s\" does not say \"%s\"", cases[i].sdl, failure.message,
                           cases[i].message);
        cr_expect_null(document);
    }
    cr_expect_eq(parse("type A { a: Int }\0type", 22, &document, &failure), GQL_E_CONFIG);
    cr_expect_eq(gql_schema_document_parse(NULL, 0, &document, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_schema_document_parse("", 0, NULL, &failure), GQL_E_MISUSE);
    gql_schema_document_destroy(NULL);
    gql_schema_document_destroy(&document);
}

/* Parses `before`, followed by `again` a hundred thousand times. */
static void expect_survival(const char *before, const char *again)
{
    enum { TIMES = 100000 };
    const size_t size = strlen(before) + strlen(again) * TIMES;
    char *sdl = malloc(size + 1);
    char *end = stpcpy(sdl, before);
    for (int i = 0; i < TIMES; i++)
        end = stpcpy(end, again);
    gql_schema_document *document = NULL;
    gql_failure failure;
    cr_expect_lt(parse(sdl, size, &document, &failure), 0, "%s%s…", before, again);
    cr_expect_neq(failure.message[0], '\0');
    free(sdl);
}

Test(schema_document, survives_endless_nesting)
{
    expect_survival("type A { a: ", "[");
    expect_survival("input A { a: Int = ", "[");
    expect_survival("input A { a: Int = ", "{a:");
    expect_survival("type A { a(b: Int = ", "[[{a:");
    expect_survival("type A @x(a: ", "[");
    expect_survival("type A { a(", "a(");
    expect_survival("type A implements ", "&");
    expect_survival("", "extend ");
    expect_survival("", "\"");
    expect_survival("", "(");
}

/* Parses every prefix, and replaces every byte by others: no crash, no read beyond the end. */
Test(schema_document, survives_damage)
{
    static const char sdl[] =
        "\"\"\"d \\\"\"\" e\"\"\" interface I { i: ID! }\n#c\ntype A implements I & J @d(x: [1, "
        "{y: \"z\"}]) "
        "{ i: ID! f(a: [Int!]! = [1], b: B = { c: -1.5e3 }): [A!]! @deprecated }\n"
        "extend type Q { a: A } union U = | A | B enum E { A B } scalar S "
        "directive @d(x: Int) repeatable on FIELD | OBJECT schema { query: Q }";
    gql_schema_document *document = NULL;
    gql_failure failure;
    for (size_t size = 0; size <= sizeof sdl - 1; size++) {
        parse(sdl, size, &document, &failure);
        gql_schema_document_destroy(&document);
    }
    static const char others[] = {'\0', '"', '{', '}', '(', '[', '!', '\n', '\x80', 'a', '.'};
    char damaged[sizeof sdl];
    for (size_t i = 0; i < sizeof sdl - 1; i++) {
        for (size_t k = 0; k < sizeof others; k++) {
            memcpy(damaged, sdl, sizeof sdl);
            damaged[i] = others[k];
            parse(damaged, sizeof sdl - 1, &document, &failure);
            gql_schema_document_destroy(&document);
        }
    }
}

Test(schema_document, reads_types_and_fields)
{
    gql_schema_document *document = parsed(
        "\xEF\xBB\xBF# comment\n\"d\" type A implements & I & J { \"d\" a : Int ! , b(x: Int = 1 # "
        "c\n y: [ E ! ]): [ [ B ] ! ] }"
        "extend type A implements K @x { c: Int @deprecated(reason: \"a } b\") }"
        "enum E { X \"d\" Y @deprecated } union U @x = A | B extend union U = C scalar S "
        "@specifiedBy(url: \"u\")"
        "input N { n: Int = -1, o: N = {n: [1, 2]} } type Empty");
    static const char *const types[][3] = {
        {"A", "a", "Int!"}, {"A", "b", "[[B]!]"}, {"A", "c", "Int"}, {"N", "n", "Int"},
        {"N", "o", "N"},    {"A", "d", NULL},     {"B", "a", NULL},  {"E", "X", NULL},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *type = gql_schema_document_field_type(document, types[i][0], types[i][1]);
        const char *shown = type == NULL ? "nothing" : type;
        cr_expect((type == NULL) == (types[i][2] == NULL) &&
                      (type == NULL || strcmp(type, types[i][2]) == 0),
                  "%s.%s: %s", types[i][0], types[i][1], shown);
    }
    const struct sdl_field *field = sdl_find_field(document, "A", "b");
    cr_expect_str_eq(field->arguments->default_text, "1");
    cr_expect_str_eq(field->arguments->next->type->text, "[E!]");
    cr_expect_null(field->arguments->next->default_text);
    cr_expect_str_eq(sdl_find_field(document, "N", "o")->default_text, "{n: [1, 2]}");
    static const char *const listed[][2] = {{"A", "I"}, {"A", "J"}, {"A", "K"}, {"E", "X"},
                                            {"E", "Y"}, {"U", "A"}, {"U", "C"}};
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        cr_expect(sdl_lists(document, false, listed[i][0], listed[i][1]), "%s lists %s",
                  listed[i][0], listed[i][1]);
    cr_expect_not(sdl_lists(document, false, "E", "Z"));
    cr_expect_eq(sdl_find(document, false, "S")->kind, SDL_SCALAR);
    cr_expect_not_null(sdl_find(document, false, "Empty"));
    cr_expect_null(sdl_find(document, true, "A"));
    gql_schema_document_destroy(&document);
    cr_expect_null(document);
}

/* Documents that are joined have byte order marks inside; lines end in LF, CR LF or CR. */
Test(schema_document, knows_every_ignored_token_and_line_end)
{
    gql_schema_document *document = parsed(
        "\xEF\xBB\xBF# comment\rtype A { a: Int }\r\n\xEF\xBB\xBF\"\"\"d\r\n\"\"\" type B # c\r\n{"
        "b:\xEF\xBB\xBFInt }\r\rtype C");
    cr_expect_str_eq(gql_schema_document_field_type(document, "A", "a"), "Int");
    cr_expect_str_eq(gql_schema_document_field_type(document, "B", "b"), "Int");
    const struct sdl_definition *last = sdl_find(document, false, "C");
    cr_assert_not_null(last);
    cr_expect_eq(last->line, 7, "it is in line %u", last->line);
    gql_schema_document_destroy(&document);
}

Test(schema_document, knows_the_root_types)
{
    gql_schema_document *document = parsed("schema { query: Q } extend schema { mutation: M }");
    cr_expect_str_eq(sdl_root_name(document, "query"), "Q");
    cr_expect_str_eq(sdl_root_name(document, "mutation"), "M");
    cr_expect_str_eq(sdl_root_name(document, "subscription"), "Subscription");
    gql_schema_document_destroy(&document);
    document = parsed("type Query { a: Int }");
    cr_expect_str_eq(sdl_root_name(document, "query"), "Query");
    gql_schema_document_destroy(&document);
}
