// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <string.h>

#include "gql_host.h"

static int32_t load(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return (void)instance, (void)call, (void)reply, GQL_E_MISUSE;
}

static int32_t owns_a(const char *id, uint64_t id_size)
{
    return id_size > 0 && id[0] == 'a';
}

static int32_t owns_b(const char *id, uint64_t id_size)
{
    return id_size > 0 && id[0] == 'b';
}

static int32_t owns_long(const char *id, uint64_t id_size)
{
    return id[0] != '\0' && id_size > 3;
}

#define LOADER(type_, owns_)                                                              \
    {                                                                                     \
        .struct_size = sizeof(gql_loader), .type = (type_), .load = load, .owns = (owns_) \
    }

static const gql_loader a = LOADER("A", owns_a);
static const gql_loader b = LOADER("B", owns_b);
static const gql_loader long_ones = LOADER("Long", owns_long);
static const gql_loader any = LOADER("Any", NULL);

#define PLUGIN(id_, count_, ...)                                                      \
    {                                                                                 \
        .struct_size = sizeof(gql_plugin), .id = (id_), .schema = &(const gql_schema) \
        {                                                                             \
            .struct_size = sizeof(gql_schema), .loader_count = (count_),              \
            .loaders = (const gql_loader *const[])                                    \
            {                                                                         \
                __VA_ARGS__                                                           \
            }                                                                         \
        }                                                                             \
    }

static const gql_plugin first = PLUGIN("org.first", 2, &a, &b);
static const gql_plugin second = PLUGIN("org.second", 1, &long_ones);
static const gql_plugin third = PLUGIN("org.third", 1, &any);
static const gql_plugin none = PLUGIN("org.none", 0, NULL);

enum { MOST = 3 };

struct expectation {
    const gql_plugin *plugins[MOST];
    const char *id;
    const gql_plugin *plugin; /* NULL, and no parts: none claims the ID. */
    const gql_loader *loader;
    const char *parts[4]; /* Of the failure. */
};

static void expect(const struct expectation *expected)
{
    static const gql_loader unset;
    const gql_plugin *plugin = &none;
    const gql_loader *loader = &unset;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t count = 0;
    while (count < MOST && expected->plugins[count] != NULL)
        count++;
    const bool fails = expected->parts[0] != NULL;
    const int32_t code = gql_find_loader(expected->plugins, count, expected->id,
                                         strlen(expected->id), &plugin, &loader, &failure);
    cr_expect_eq(code, fails ? GQL_E_MISUSE : GQL_OK, "%s: %d", expected->id, code);
    cr_expect_eq(plugin, fails ? &none : expected->plugin, "%s", expected->id);
    cr_expect_eq(loader, fails ? &unset : expected->loader, "%s", expected->id);
    for (size_t i = 0; i < 4 && expected->parts[i] != NULL; i++)
        cr_expect_not_null(strstr(failure.message, expected->parts[i]), "\"%s\": no \"%s\"",
                           failure.message, expected->parts[i]);
}

Test(loaders, finds_the_one_that_claims_an_id)
{
    static const struct expectation cases[] = {
        {.plugins = {NULL}, .id = "a"},
        {.plugins = {&none}, .id = "a"},
        {.plugins = {&none, &first, &second}, .id = "a1", .plugin = &first, .loader = &a},
        {.plugins = {&second, &first}, .id = "b1", .plugin = &first, .loader = &b},
        {.plugins = {&first, &second}, .id = "c1"},
        {.plugins = {&first, &second}, .id = "c123", .plugin = &second, .loader = &long_ones},
        {.plugins = {&third}, .id = "", .plugin = &third, .loader = &any},
        {.plugins = {&first}, .id = ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(&cases[i]);
}

/* Never first come, first served. */
Test(loaders, names_both_of_two_claims)
{
    static const struct expectation cases[] = {
        {.plugins = {&first, &second},
         .id = "a123",
         .parts = {"`A`", "org.first", "`Long`", "org.second"}},
        {.plugins = {&second, &none, &first},
         .id = "b123",
         .parts = {"`B`", "org.first", "`Long`", "org.second"}},
        {.plugins = {&third, &first},
         .id = "a",
         .parts = {"`A`", "org.first", "`Any`", "org.third"}},
        {.plugins = {&first, &first}, .id = "a", .parts = {"`A`", "org.first"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(&cases[i]);
}

Test(loaders, refuses_null)
{
    const gql_plugin *const plugins[] = {&first};
    const gql_loader *loader = NULL;
    cr_expect_eq(gql_find_loader(NULL, 1, "a", 1, NULL, &loader, NULL), GQL_E_MISUSE);
    cr_expect_eq(gql_find_loader(plugins, 1, NULL, 1, NULL, &loader, NULL), GQL_E_MISUSE);
    cr_expect_eq(gql_find_loader(plugins, 1, "a", 1, NULL, NULL, NULL), GQL_E_MISUSE);
    cr_expect_eq(gql_find_loader(NULL, 0, "a", 1, NULL, &loader, NULL), GQL_OK);
    cr_expect_null(loader);
    cr_expect_eq(gql_find_loader(plugins, 1, "a", 1, NULL, &loader, NULL), GQL_OK);
    cr_expect_eq(loader, &a);
}

/* The size counts, not a NUL. */
Test(loaders, passes_the_size_of_an_id)
{
    const gql_plugin *const plugins[] = {&second};
    const gql_loader *loader = NULL;
    cr_expect_eq(gql_find_loader(plugins, 1, "c123", 3, NULL, &loader, NULL), GQL_OK);
    cr_expect_null(loader);
}
