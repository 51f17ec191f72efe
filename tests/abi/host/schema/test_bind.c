// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "gql_host.h"

static const char host_sdl[] =
    "interface Node { id: ID! } interface Rich implements Node { id: ID! more: Int } directive "
    "@trim on ARGUMENT_DEFINITION\n"
    "type PageInfo { hasNextPage: Boolean! extra: Int } enum Direction { ASC DESC } scalar Time\n"
    "type Organization implements Node { id: ID! } input Page { first: Int }\n"
    "type Query { node(id: ID!): Node taken: Int } type Mutation { nothing: Boolean }";

enum { MOST = 4 };

/* A plugin's schema; `resolvers` are written "Type.field", and each may require one field. */
struct offer {
    const char *own;
    const char *common[MOST];
    const char *resolvers[MOST];
    const char *required[MOST];
    const char *loaders[MOST];
    const char *references[MOST];
};

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

static int32_t bind_to(const char *sdl, const struct offer *offer, gql_binding **binding,
                       gql_failure *failure)
{
    gql_schema_part parts[MOST + 1];
    const gql_schema_part *part_pointers[MOST + 1];
    gql_resolver resolvers[MOST];
    const gql_resolver *resolver_pointers[MOST];
    gql_loader loaders[MOST];
    const gql_loader *loader_pointers[MOST];
    char names[MOST][64];
    gql_schema schema = {.struct_size = sizeof schema,
                         .parts = part_pointers,
                         .resolvers = resolver_pointers,
                         .loaders = loader_pointers,
                         .references = offer->references};
    for (uint32_t i = 0; i <= MOST; i++) {
        const char *text = i == 0 ? offer->own : offer->common[i - 1];
        if (text == NULL)
            break;
        parts[i] = (gql_schema_part){.struct_size = sizeof parts[i],
                                     .kind = i == 0 ? GQL_PART_OWN : GQL_PART_COMMON,
                                     .name = i == 0 ? "own" : "common",
                                     .sdl = text,
                                     .sdl_size = strlen(text)};
        part_pointers[schema.part_count++] = &parts[i];
    }
    for (uint32_t i = 0; i < MOST && offer->resolvers[i] != NULL; i++) {
        snprintf(names[i], sizeof names[i], "%s", offer->resolvers[i]);
        char *dot = strchr(names[i], '.');
        *dot = '\0';
        resolvers[i] = (gql_resolver){.struct_size = sizeof resolvers[i],
                                      .type = names[i],
                                      .field = dot + 1,
                                      .resolve = resolve,
                                      .required_fields = &offer->required[i],
                                      .required_field_count = offer->required[i] != NULL};
        resolver_pointers[schema.resolver_count++] = &resolvers[i];
    }
    for (uint32_t i = 0; i < MOST && offer->loaders[i] != NULL; i++) {
        loaders[i] = (gql_loader){.struct_size = sizeof loaders[i],
                                  .type = offer->loaders[i],
                                  .load = resolve};
        loader_pointers[schema.loader_count++] = &loaders[i];
    }
    while (schema.reference_count < MOST && offer->references[schema.reference_count] != NULL)
        schema.reference_count++;
    const gql_plugin plugin = {.struct_size = sizeof plugin, .id = "org.test", .schema = &schema};
    *failure = (gql_failure){.struct_size = sizeof *failure};
    return gql_bind(&plugin, sdl, strlen(sdl), binding, failure);
}

/*
 * Expects exactly the conflicts of the list, which ends with NULL, in any order. Each entry is a
 * part of a sentence.
 */
static void expect_conflicts(const char *label, const struct offer *offer,
                             const char *const *expected)
{
    gql_binding *binding = NULL;
    gql_failure failure;
    cr_assert_eq(bind_to(host_sdl, offer, &binding, &failure), GQL_OK, "%s: %s", label,
                 failure.message);
    size_t count = 0;
    for (; expected[count] != NULL; count++) {
        bool found = false;
        for (size_t i = 0; i < binding->conflict_count && !found; i++)
            found = strstr(binding->conflicts[i], expected[count]) != NULL;
        cr_expect(found, "%s: nothing says \"%s\"", label, expected[count]);
    }
    cr_expect_eq(binding->conflict_count, count, "%s: %zu conflicts, expected %zu", label,
                 binding->conflict_count, count);
    for (size_t i = 0; i < binding->conflict_count && binding->conflict_count != count; i++)
        cr_log_error("%s", binding->conflicts[i]);
    gql_binding_destroy(&binding);
    cr_expect_null(binding);
}

Test(bind, refuses_null_and_broken_schemas)
{
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(gql_bind(NULL, "", 0, &binding, &failure), GQL_E_MISUSE);
    cr_expect_eq(bind_to("type {", &(struct offer){.own = ""}, &binding, &failure), GQL_E_CONFIG);
    cr_expect_not_null(strstr(failure.message, "the host's schema: "), "%s", failure.message);
    cr_expect_eq(bind_to(host_sdl, &(struct offer){.own = "type {"}, &binding, &failure),
                 GQL_E_CONFIG);
    cr_expect_not_null(strstr(failure.message, "plugin org.test, part \"own\": "), "%s",
                       failure.message);
    cr_expect_null(binding);
    gql_binding_destroy(NULL);
    gql_binding_destroy(&binding);
}

Test(bind, accepts_what_matches_and_adds_missing_common_parts)
{
    static const struct offer offer = {
        .own = "extend type Query { thing(id: ID! @trim, at: Time, page: Page = {first: 1}): Thing "
               "things: [Thing!]! }\n"
               "type Thing implements Node & Named { id: ID! name: String! page: PageInfo! owner: "
               "Organization! }\n"
               "union Either = Thing | Organization",
        .common = {"type PageInfo { hasNextPage: Boolean! }", "interface Named { name: String }",
                   "directive @trim on ARGUMENT_DEFINITION"},
        .resolvers = {"Query.thing", "Query.things", "Thing.page"},
        .loaders = {"Thing"},
        .references = {"Organization"},
    };
    expect_conflicts("fits", &offer, (const char *const[]){NULL});
    gql_binding *binding = NULL;
    gql_failure failure;
    cr_assert_eq(bind_to(host_sdl, &offer, &binding, &failure), GQL_OK);
    cr_expect_eq(strlen(binding->sdl), binding->sdl_size);
    cr_expect_not_null(strstr(binding->sdl, "interface Named"));
    cr_expect_not_null(strstr(binding->sdl, "type Thing"));
    cr_expect_null(strstr(binding->sdl, "type PageInfo"), "%s", binding->sdl);
    char merged[4096];
    snprintf(merged, sizeof merged, "%s\n%s", host_sdl, binding->sdl);
    gql_binding_destroy(&binding);
    /* Bound a second time, everything of its own is defined twice. */
    cr_assert_eq(bind_to(merged, &offer, &binding, &failure), GQL_OK);
    cr_expect_geq(binding->conflict_count, 4, "%zu", binding->conflict_count);
    gql_binding_destroy(&binding);
}

Test(bind, names_every_conflict)
{
    static const struct {
        const char *label;
        struct offer offer;
        const char *conflicts[8];
    } cases[] = {
        {"type of both",
         {.own = "type PageInfo { a: Int } enum Direction { UP }"},
         {"type `PageInfo` of the plugin org.test is already defined by the host",
          "enum `Direction` of the plugin org.test is already defined by the host"}},
        {"type twice",
         {.own = "type A { a: Int } type A { b: Int }"},
         {"`A` of the plugin org.test is already defined by org.test"}},
        {"field of both",
         {.own = "extend type Query { taken: Int }", .resolvers = {"Query.taken"}},
         {"field `Query.taken` of the plugin org.test is already defined by the host"}},
        {"field twice",
         {.own = "type A { a: Int a: Int } type B { b: Int } extend type B { b: Int }"},
         {"field `A.a` of the plugin org.test is already",
          "field `B.b` of the plugin org.test is already"}},
        {"introspection", {.own = "type A { __a: Int }"}, {"reserved for introspection"}},
        {"extends nothing",
         {.own = "extend type Nothing { a: Int }"},
         {"extends the type `Nothing`, which neither"}},
        {"extends as another",
         {.own = "extend interface PageInfo { a: Int }"},
         {"extends `PageInfo` as kind"}},
        {"unknown types",
         {.own = "type A { a: X b(c: Y): Int @z d: [[Z!]] }"},
         {"`A.a` of the plugin org.test is of type `X`",
          "`A.c` of the plugin org.test is of type `Y`", "`@z`", "is of type `Z`"}},
        {"wrong positions",
         {.own = "type A { a: Page b(c: PageInfo): Int } input B { d: Node e: Direction }"},
         {"`A.a` of the plugin org.test can't be of type `Page`, which is of kind input",
          "can't be of type `PageInfo`", "can't be of type `Node`"}},
        {"interface members",
         {.own =
              "type A implements Node & Rich { more: String } type B implements Missing { a: Int } "
              "type C implements PageInfo { hasNextPage: Boolean! }"},
         {"`A` does not have the field `id: ID!` of the interface `Node`",
          "`A` does not have the field `id: ID!` of the interface `Rich`",
          "`A.more` is of type `String`, which does not match `Int`", "`B` implements `Missing`",
          "`C` implements `PageInfo`"}},
        {"interface of an interface",
         {.own = "type A implements Rich { id: ID! more: Int }"},
         {"`A` implements `Rich`, so it must also implement `Node`"}},
        {"weaker than promised",
         {.own = "type A implements Node { id: ID }"},
         {"`A.id` is of type `ID`"}},
        {"interface arguments",
         {.own = "interface P { p(a: Int): Int } type A implements P { p(b: Int!): Int }"},
         {"does not have the argument `a: Int`", "requires the argument `b`"}},
        {"interface extended under the host's types",
         {.own = "extend interface Node { secret: Int }"},
         {"`Organization` does not have the field `secret: Int` of the interface `Node`",
          "`Rich` does not have the field `secret: Int` of the interface `Node`"}},
        {"union",
         {.own = "union U = PageInfo | Node | Nothing"},
         {"the member `Node`", "the member `Nothing`"}},
        {"enum value of both",
         {.own = "extend enum Direction { ASC }"},
         {"adds `ASC` to `Direction`"}},
        {"common type without a field",
         {.own = "", .common = {"type PageInfo { hasNextPage: Boolean! endCursor: String }"}},
         {"The host's type `PageInfo` has no `endCursor: String`"}},
        {"common type differs",
         {.own = "", .common = {"type PageInfo { hasNextPage: Int }"}},
         {"`PageInfo.hasNextPage` is of type `Boolean!` in the host, but the plugin org.test needs "
          "`Int`"}},
        {"common kind differs",
         {.own = "", .common = {"interface PageInfo { hasNextPage: Boolean! }"}},
         {"`PageInfo` is of kind type in the host, but the plugin org.test needs it to be of kind "
          "interface"}},
        {"common names",
         {.own = "",
          .common = {"enum Direction { ASC UP }", "type Organization implements Named { id: ID! }",
                     "directive @trim(x: Int) on ARGUMENT_DEFINITION | FIELD",
                     "interface Named { id: ID! }"}},
         {"does not have the value `UP`", "does not implement `Named`", "can't be used on `FIELD`",
          "has no `x: Int`"}},
        {"common argument",
         {.own = "", .common = {"type Query { node(id: Int): Node }"}},
         {"has no argument `id: Int`"}},
        {"resolvers",
         {.own = "extend type Query { a: Int b: Int } type A { a: Int }",
          .resolvers = {"Query.a", "Query.a", "Query.node", "A.b"}},
         {"two resolvers for `Query.a`", "for `Query.node`, which belongs to the host",
          "for `A.b`, which its schema does not define", "defines `Query.b` but has no resolver"}},
        {"required fields",
         {.own = "extend type Organization { c: Int } type A { a: Int b(c: Int): Int d: Int }",
          .resolvers = {"A.a", "A.d", "Organization.c"},
          .required = {"b", "a", "name"}},
         {"for `A.a` requires `b`, which has arguments",
          "for `A.d` requires `a`, which has a resolver of its own",
          "for `Organization.c` requires `name`, which the type does not have"}},
        {"loaders",
         {.own = "type A { id: ID } type B { id: ID! }",
          .loaders = {"A", "B", "B", "Organization"}},
         {"a loader for `A`, which has no field `id: ID!`", "two loaders for `B`",
          "a loader for `Organization`, which is not an object type of its own"}},
        {"references",
         {.own = "type A { a: Int }", .references = {"A", "Nothing", "Node"}},
         {"refers to `A` as a type of the host, but defines it itself", "refers to `Nothing`",
          "refers to `Node`"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_conflicts(cases[i].label, &cases[i].offer, cases[i].conflicts);
}

/* Of the plugin's type, of the host's, and of a type that both define. */
/* Types and directives have names of their own, and so have their fields and arguments. */
Test(bind, tells_types_from_directives)
{
    static const struct offer offer = {
        .own = "type length { max: Int } directive @length(max: Int) on FIELD_DEFINITION"};
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(bind_to(host_sdl, &offer, &binding, &failure), GQL_OK, "%s", failure.message);
    cr_expect_eq(binding->conflict_count, 0, "%s", binding->conflicts[0]);
    gql_binding_destroy(&binding);
}

Test(bind, accepts_required_fields)
{
    static const struct offer offer = {
        .own = "extend type Organization { b: Int } extend type PageInfo { c: Int } "
               "type A { a: Int d: Int }",
        .common = {"type PageInfo { hasNextPage: Boolean! }"},
        .resolvers = {"A.a", "Organization.b", "PageInfo.c"},
        .required = {"d", "id", "hasNextPage"},
    };
    expect_conflicts("required fields", &offer, (const char *const[]){NULL});
}

Test(bind, says_what_each_conflict_is_about)
{
    static const struct offer offer = {.own = "type A { a: X }",
                                       .resolvers = {"A.b"},
                                       .loaders = {"Nothing"},
                                       .references = {"Node"}};
    static const gql_conflict_kind expected[] = {GQL_CONFLICT_SDL, GQL_CONFLICT_RESOLVER,
                                                 GQL_CONFLICT_LOADER, GQL_CONFLICT_REFERENCE};
    gql_binding *binding = NULL;
    gql_failure failure;
    cr_assert_eq(bind_to(host_sdl, &offer, &binding, &failure), GQL_OK, "%s", failure.message);
    cr_assert_eq(binding->conflict_count, 4, "%zu", binding->conflict_count);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(binding->conflict_kinds[i], expected[i], "%s: %d", binding->conflicts[i],
                     (int)binding->conflict_kinds[i]);
    gql_binding_destroy(&binding);
}
