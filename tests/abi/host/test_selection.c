// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

static int32_t parse(const char *text, size_t size, gql_selection **selection, gql_failure *failure)
{
    *failure = (gql_failure){.struct_size = sizeof *failure};
    return gql_selection_parse(text, size, selection, failure);
}

/* Prints a tree, with one blank between names. */
static char *print(const gql_selection *first, char *end)
{
    for (const gql_selection *each = first; each != NULL; each = each->next) {
        cr_expect_eq(each->struct_size, sizeof *each);
        end += sprintf(end, "%s%.*s", each == first ? "" : " ", (int)each->name_size, each->name);
        if (each->children != NULL) {
            end = print(each->children, end + sprintf(end, "{"));
            end += sprintf(end, "}");
        }
    }
    return end;
}

Test(selection, refuses_text_that_is_not_a_selection)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"{ a }", "expected a name"},
        {"a {", "'}' is missing"},
        {"a { }", "no field between the braces"},
        {"a }", "expected a name"},
        {"a a", "twice"},
        {"a { b, c, b }", "twice"},
        {"a: b", "expected a name"},
        {"a(b: 1)", "expected a name"},
        {"1a", "expected a name"},
        {"a { b { c }", "missing"},
        {"...F", "expected a name"},
        {"\xC3\xA4", "expected a name"},
    };
    gql_selection *selection = NULL;
    gql_failure failure;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(parse(cases[i].text, strlen(cases[i].text), &selection, &failure),
                     GQL_E_MISUSE, "%s", cases[i].text);
        cr_expect_not_null(strstr(failure.message, cases[i].message), "%s: %s", cases[i].text,
                           failure.message);
        cr_expect_null(selection);
    }
    cr_expect_eq(parse("a\0b", 3, &selection, &failure), GQL_E_MISUSE);
    cr_expect_eq(parse(NULL, 3, &selection, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_selection_parse("a", 1, NULL, NULL), GQL_E_MISUSE);
    gql_selection_destroy(NULL);
    gql_selection_destroy(&selection);
}

Test(selection, refuses_endless_nesting)
{
    enum { DEPTH = 100000 };
    char *text = malloc(DEPTH * 2 + 1);
    for (size_t i = 0; i < DEPTH; i++)
        memcpy(text + i * 2, "a{", 2);
    gql_selection *selection = NULL;
    gql_failure failure;
    cr_expect_eq(parse(text, DEPTH * 2, &selection, &failure), GQL_E_MISUSE);
    cr_expect_not_null(strstr(failure.message, "too deeply"), "%s", failure.message);
    free(text);
}

Test(selection, reads_names_and_braces)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" \t\r\n,", ""},
        {"a", "a"},
        {"_a1", "_a1"},
        {"a b c", "a b c"},
        {"a,b{c,d}e", "a b{c d} e"},
        {" edges { node { id title } cursor } pageInfo { endCursor } ",
         "edges{node{id title} cursor} pageInfo{endCursor}"},
        {"a{b{c{d{e}}}} f{b{c}}", "a{b{c{d{e}}}} f{b{c}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char printed[256] = "";
        gql_selection *selection = NULL;
        gql_failure failure;
        cr_assert_eq(parse(cases[i][0], strlen(cases[i][0]), &selection, &failure), GQL_OK, "%s",
                     failure.message);
        cr_expect_eq(selection->name_size, 0);
        print(selection->children, printed);
        cr_expect_str_eq(printed, cases[i][1], "\"%s\", not \"%s\"", printed, cases[i][1]);
        gql_selection_destroy(&selection);
        cr_expect_null(selection);
    }
}
