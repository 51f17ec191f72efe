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

/* Binds a plugin whose schema repeats a template. */
static void bind_part(const char *host_sdl, const char *template, size_t parts, const char *after)
{
    char *sdl = repeat("", template, parts, after);
    const gql_schema_part part = {.struct_size = sizeof part,
                                  .kind = GQL_PART_OWN,
                                  .name = "own",
                                  .sdl = sdl,
                                  .sdl_size = strlen(sdl)};
    const gql_schema schema = {.struct_size = sizeof schema,
                               .part_count = 1,
                               .parts = (const gql_schema_part *const[]){&part}};
    const gql_plugin plugin = {.struct_size = sizeof plugin,
                               .id = "org.example",
                               .schema = &schema};
    gql_failure failure = {.struct_size = sizeof failure};
    gql_binding *binding = NULL;
    cr_assert_eq(gql_bind(&plugin, host_sdl, strlen(host_sdl), &binding, &failure), GQL_OK, "%s",
                 failure.message);
    gql_binding_destroy(&binding);
    free(sdl);
}

static void bind_many_types(size_t parts)
{
    bind_part("type Query { q: Int }", "type T# implements Node { id: ID! next: T0 } ", parts,
              "interface Node { id: ID! }");
}

static void bind_many_extensions(size_t parts)
{
    bind_part("type Host { q: Int }", "extend type Host { f#: Int } extend type Own { g#: Int } ",
              parts, "type Own { x: Int }");
}

static void bind_many_names(size_t parts)
{
    bind_part("type Host { q: Int }", "extend enum E { V# } extend union U = T# type T# { x: E } ",
              parts, "enum E { A } union U = T type T { x: Int }");
}

static void bind_many_conflicts(size_t parts)
{
    bind_part("type Query { q: Int }", "extend type Query { f#(a: Missing#): Missing } ", parts,
              "");
}

Test(steps, grow_with_the_schema)
{
    expect_linear("binding many types", bind_many_types);
    expect_linear("binding many extensions", bind_many_extensions);
    expect_linear("binding many values and members", bind_many_names);
    expect_linear("binding many conflicts", bind_many_conflicts);
}

enum { MOST_RESOLVERS = MOST };

static gql_resolver resolvers[MOST_RESOLVERS];
static const gql_resolver *resolver_pointers[MOST_RESOLVERS];
static gql_loader loaders[MOST_RESOLVERS];
static const gql_loader *loader_pointers[MOST_RESOLVERS];
static char names[MOST_RESOLVERS][2][16];

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

static void bind_tables(size_t parts)
{
    char *sdl = repeat("type Query {", " f#: Int ", parts, "}");
    char *types = repeat(sdl, " type T# { id: ID! }", parts, "");
    const gql_schema_part part = {.struct_size = sizeof part,
                                  .kind = GQL_PART_OWN,
                                  .name = "own",
                                  .sdl = types,
                                  .sdl_size = strlen(types)};
    const gql_schema schema = {.struct_size = sizeof schema,
                               .part_count = 1,
                               .parts = (const gql_schema_part *const[]){&part},
                               .resolver_count = (uint32_t)parts,
                               .resolvers = resolver_pointers,
                               .loader_count = (uint32_t)parts,
                               .loaders = loader_pointers};
    const gql_plugin plugin = {.struct_size = sizeof plugin,
                               .id = "org.example",
                               .schema = &schema};
    gql_failure failure = {.struct_size = sizeof failure};
    gql_binding *binding = NULL;
    for (size_t i = 0; i < parts; i++) {
        snprintf(names[i][0], sizeof names[i][0], "f%zu", i);
        snprintf(names[i][1], sizeof names[i][1], "T%zu", i);
        resolvers[i] = (gql_resolver){.struct_size = sizeof resolvers[i],
                                      .type = "Query",
                                      .field = names[i][0],
                                      .resolve = resolve};
        loaders[i] =
            (gql_loader){.struct_size = sizeof loaders[i], .type = names[i][1], .load = resolve};
        resolver_pointers[i] = &resolvers[i];
        loader_pointers[i] = &loaders[i];
    }
    cr_assert_eq(gql_bind(&plugin, "scalar X", 8, &binding, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_eq(binding->conflict_count, 0, "%s", binding->conflicts[0]);
    gql_binding_destroy(&binding);
    free(types);
    free(sdl);
}

Test(steps, grow_with_the_tables)
{
    expect_linear("binding many resolvers and loaders", bind_tables);
}
