// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

static const char sdl[] =
    "interface Node { id: ID! } interface Named { name: String! } union Any = Thing | Other\n"
    "type Thing implements Node & Named { id: ID! name: String! size: Int owner: Owner parts: "
    "[Thing!] "
    "kind: Kind late: Int! node: Node any: [Any] when: Time rate: Float on: Boolean }\n"
    "type Other implements Node { id: ID! } type Owner implements Node { id: ID! name: String! }\n"
    "type Query { thing: Thing } enum Kind { BIG SMALL } scalar Time extend type Thing { more: "
    "Int! }";

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

static const gql_resolver late = {.struct_size = sizeof late,
                                  .type = "Thing",
                                  .field = "late",
                                  .resolve = resolve};
static const gql_schema schema = {.struct_size = sizeof schema,
                                  .resolver_count = 1,
                                  .resolvers = (const gql_resolver *const[]){&late},
                                  .reference_count = 1,
                                  .references = (const char *const[]){"Owner"}};

/* `detail` NULL: the value is valid. Otherwise: a part of the message. */
static void expect(const char *type, const char *selected, const char *json, const char *detail)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_schema_document *document = NULL;
    gql_selection *selection = NULL;
    cr_assert_eq(gql_schema_document_parse(sdl, sizeof sdl - 1, &document, &failure), GQL_OK, "%s",
                 failure.message);
    if (selected != NULL)
        cr_assert_eq(gql_selection_parse(selected, strlen(selected), &selection, &failure), GQL_OK);
    const int32_t code = gql_value_check(document, &schema, type, selection, json, strlen(json),
                                         &failure);
    cr_expect_eq(code == GQL_OK, detail == NULL, "%s %s { %s }: %s", type, json, selected,
                 failure.message);
    if (detail != NULL)
        cr_expect_not_null(strstr(failure.message, detail), "%s %s: \"%s\" does not say \"%s\"",
                           type, json, failure.message, detail);
    gql_selection_destroy(&selection);
    gql_schema_document_destroy(&document);
}

Test(value_check, refuses_null)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(gql_value_check(NULL, NULL, "Int", NULL, "1", 1, &failure), GQL_E_MISUSE);
}

Test(value_check, judges_values)
{
    static const char *const cases[][4] = {
        {"Int", NULL, "", "$: not JSON"},
        {"Int", NULL, "1 2", "$: not JSON"},
        {"Int", NULL, "{\"a\":1,\"a\":2}", "$: not JSON"},
        {"String", NULL, "\"\xff\"", "$: not JSON"},
        {"Int]", NULL, "1", "expected the end"},
        {"Nothing", NULL, "1", "no type `Nothing`"},
        {"Int", NULL, "1", NULL},
        {"Int", NULL, "-2147483648", NULL},
        {"Int", NULL, "-2147483649", "instead of `Int`"},
        {"Int", NULL, "99999999999999999999", "an integer instead of `Int`"},
        {"Float", NULL, "1e400", "$: a number that is too large for a double instead of `Float`"},
        {"[Float]", NULL, "[1e308, -1e309]", "$[1]: a number that is too large for a double"},
        {"Time", NULL, "1e400", NULL},
        {"Kind", NULL, "\"BIG\\u0000\"", "not a value of the enum"},
        {"Thing", "id", "{\"\\u0069d\":\"a\"}", NULL},
        {"Thing", "id", "{\"id\\u0000\":\"a\"}", "has no field"},
        {"Thing", "node { id }", "{\"node\":{\"__typename\":\"Other\\u0000\",\"id\":\"a\"}}",
         "not a possible type"},
        {"Int", NULL, "2147483647", NULL},
        {"Int", NULL, "2147483648", "instead of `Int`"},
        {"Int", NULL, "1.0", "a number instead of `Int`"},
        {"Float", NULL, "1", NULL},
        {"Float", NULL, "1.5", NULL},
        {"Float", NULL, "\"1\"", "a string instead of `Float`"},
        {"Boolean", NULL, "true", NULL},
        {"Boolean", NULL, "0", "an integer instead of `Boolean`"},
        {"ID", NULL, "\"a\"", NULL},
        {"ID", NULL, "1", "an integer instead of `ID`"},
        {"Time", NULL, "{\"any\":1}", NULL},
        {"Int", NULL, "null", NULL},
        {"Int!", NULL, "null", "null, but the type is `Int!`"},
        {"Kind", NULL, "\"BIG\"", NULL},
        {"Kind", NULL, "\"HUGE\"", "a string HUGE, which is not a value of the enum `Kind`"},
        {"Kind", NULL, "1", "not a value of the enum"},
        {"[Int!]!", NULL, "[]", NULL},
        {"[Int!]!", NULL, "[1,null]", "$[1]: null"},
        {"[Int]", NULL, "[1,null]", NULL},
        {"[Int]", NULL, "1", "instead of a list `[Int]`"},
        {"[[Int!]!]", NULL, "[[1],[\"a\"]]", "$[1][0]: a string"},
        {"Thing", "id", "{\"id\":\"a\"}", NULL},
        {"Thing", "id", "1", "instead of an object `Thing`"},
        {"Thing", "id name", "{\"id\":\"a\"}", "$.name: missing"},
        {"Thing", "id size", "{\"id\":\"a\"}", NULL},
        {"Thing", "id more", "{\"id\":\"a\"}", "$.more: missing"},
        {"Thing", "id late", "{\"id\":\"a\"}", NULL},
        {"Thing", "id", "{\"id\":\"a\",\"name\":\"n\"}", "$.name: was not selected"},
        {"Thing", "id", "{\"id\":\"a\",\"wild\":1}", "has no field `wild`"},
        {"Thing", "wild", "{}", "contains `wild`"},
        {"Thing", "id", "{\"id\":\"a\",\"__typename\":\"Thing\"}", NULL},
        {"Thing", "id", "{\"id\":\"a\",\"__typename\":\"Other\"}",
         "\"Other\", which is not a possible type of `Thing`"},
        {"Thing", "id", "{\"id\":\"a\",\"__typename\":1}", "`__typename` is an integer"},
        {"Thing", NULL, "{\"id\":\"a\"}", "$.name: missing"},
        {"Thing", NULL, "{\"id\":\"a\",\"name\":\"n\",\"more\":1}", NULL},
        {"Thing", "parts { parts { id } }", "{\"parts\":[{\"parts\":[{\"id\":\"a\"},{\"id\":2}]}]}",
         "$.parts[0].parts[1].id: an integer"},
        {"Thing", "node { id }", "{\"node\":{\"id\":\"a\"}}", "$.node: `__typename` is missing"},
        {"Thing", "node { id }", "{\"node\":{\"__typename\":\"Other\",\"id\":\"a\"}}", NULL},
        {"Thing", "node { id name }", "{\"node\":{\"__typename\":\"Other\",\"id\":\"a\"}}", NULL},
        {"Thing", "node { id name }", "{\"node\":{\"__typename\":\"Thing\",\"id\":\"a\"}}",
         "$.node.name: missing"},
        {"Thing", "node { id }", "{\"node\":{\"__typename\":\"Node\",\"id\":\"a\"}}",
         "which is not a possible type of `Node`"},
        {"Thing", "node { id }", "{\"node\":{\"__typename\":\"Query\",\"id\":\"a\"}}",
         "which is not a possible type of `Node`"},
        {"Thing", "any { id }", "{\"any\":[null,{\"__typename\":\"Other\",\"id\":\"a\"}]}", NULL},
        {"Thing", "any { id }", "{\"any\":[{\"__typename\":\"Owner\",\"id\":\"a\"}]}",
         "which is not a possible type of `Any`"},
        {"Thing", "owner { id name }", "{\"owner\":{\"__typename\":\"Owner\",\"id\":\"a\"}}", NULL},
        {"Thing", "owner { id }", "{\"owner\":{\"id\":\"a\"}}", "a reference to `Owner` needs"},
        {"Thing", "owner { id }", "{\"owner\":{\"__typename\":\"Owner\"}}",
         "a reference to `Owner` needs"},
        {"Thing", "owner { name }",
         "{\"owner\":{\"__typename\":\"Owner\",\"id\":\"a\",\"name\":\"n\"}}",
         "must have only `__typename` and `id`, but has `name`"},
        {"Thing", "node { id }", "{\"node\":{\"__typename\":\"Owner\",\"id\":\"a\"}}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
}

Test(value_check, survives_deep_values)
{
    enum { DEPTH = 3000 };
    static char json[DEPTH * 12];
    char *end = json;
    for (int i = 0; i < DEPTH; i++)
        end = stpcpy(end, "{\"parts\":[");
    expect("Thing", NULL, json, "not JSON");
}
