// SPDX-License-Identifier: MIT
/*
 * The work that a text causes grows with its size, not with the square: counted in comparisons of
 * texts (this program is linked with --wrap), of n and of 4 n parts.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

enum { PARTS = 1000, MOST = 4 * PARTS };

static unsigned long steps;

int __real_memcmp(const void *a, const void *b, size_t size);
int __wrap_memcmp(const void *a, const void *b, size_t size);
int __real_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b);

int __wrap_memcmp(const void *a, const void *b, size_t size)
{
    steps++;
    return __real_memcmp(a, b, size);
}

int __wrap_strcmp(const char *a, const char *b)
{
    steps++;
    return __real_strcmp(a, b);
}

/* Four times the parts may take six times the steps: sorting takes n log n. */
static void expect_linear(const char *what, void (*work)(size_t parts))
{
    unsigned long counts[2];
    for (size_t i = 0; i < 2; i++) {
        steps = 0;
        work(i == 0 ? PARTS : MOST);
        counts[i] = steps;
    }
    cr_expect_gt(counts[0], 0, "%s takes no step", what);
    cr_expect_leq(counts[1], counts[0] * 6, "%s: %lu steps, and %lu for four times as much", what,
                  counts[0], counts[1]);
}

/* Repeats a template, in which # stands for the number of the part. */
static char *repeat(const char *before, const char *template, size_t parts, const char *after)
{
    char *text = malloc(strlen(before) + parts * strlen(template) * 8 + strlen(after) + 1);
    char *end = stpcpy(text, before);
    for (size_t i = 0; i < parts; i++)
        for (const char *c = template; *c != '\0'; c++)
            if (*c == '#')
                end += sprintf(end, "%zu", i);
            else
                *end++ = *c;
    strcpy(end, after);
    return text;
}

static void parse_selection(const char *before, const char *template, size_t parts,
                            const char *after)
{
    char *text = repeat(before, template, parts, after);
    gql_selection *selection = NULL;
    cr_assert_eq(gql_selection_parse(text, strlen(text), &selection, NULL), GQL_OK);
    gql_selection_destroy(&selection);
    free(text);
}

static void parse_wide_selection(size_t parts)
{
    parse_selection("", "f# ", parts, "");
}

static void parse_selection_of_pairs(size_t parts)
{
    parse_selection("a {", "f# { a b c# } ", parts, "}");
}

Test(steps, grow_with_the_selection)
{
    expect_linear("a wide selection", parse_wide_selection);
    expect_linear("a selection of pairs", parse_selection_of_pairs);
}

static void check_value(const char *sdl, const char *type, const char *json)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_schema_document *document = NULL;
    cr_assert_eq(gql_schema_document_parse(sdl, strlen(sdl), &document, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_eq(gql_value_check(document, NULL, type, NULL, json, strlen(json), &failure), GQL_OK,
                 "%s", failure.message);
    gql_schema_document_destroy(&document);
}

static void check_many_names(size_t parts)
{
    char *json = repeat("{\"x\":0", ",\"n#\":#", parts, "}");
    check_value("scalar Any", "Any", json);
    free(json);
}

static void check_many_items(size_t parts)
{
    char *json = repeat("[{\"a\":0}", ",{\"a\":#}", parts, "]");
    check_value("type T { a: Int }", "[T]", json);
    free(json);
}

Test(steps, grow_with_the_value)
{
    expect_linear("an object with many names", check_many_names);
    expect_linear("a list of many objects", check_many_items);
}
