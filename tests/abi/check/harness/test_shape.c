// SPDX-License-Identifier: MIT
#include "abi/check/harness/shape.h"

#include <criterion/criterion.h>
#include <string.h>

static const char sdl[] = "interface Named { name: String! }\n"
                          "type A implements Named { name: String! size: Int other: Named }\n"
                          "type B implements Named { name: String! }\n"
                          "type Host { id: ID! }\n"
                          "type Query { a: A host: Host }";

static const char *const references[] = {"Host"};
static const gql_schema schema = {.struct_size = sizeof schema,
                                  .reference_count = 1,
                                  .references = references};

static gql_schema_document *parse(void)
{
    gql_schema_document *document = NULL;
    cr_assert_eq(gql_schema_document_parse(sdl, sizeof sdl - 1, &document, NULL), GQL_OK);
    return document;
}

static const gql_shape *find(const gql_shape *first, const char *response_name)
{
    while (first != NULL && strcmp(first->response_name, response_name) != 0)
        first = first->next;
    return first;
}

Test(shape, has_aliases_repetitions_and_conditions)
{
    static struct shape shape;
    gql_schema_document *document = parse();
    shape_make(&shape, document, &schema, "a", "[A!]!");
    const gql_shape *first = shape.nodes[0].children;
    cr_expect_str_eq(shape.nodes[0].name, "a");
    cr_expect_str_eq(first->name, "__typename");
    cr_expect_str_eq(first->response_name, "kind");
    const gql_shape *alias = find(first, "A_name");
    const gql_shape *plain = find(first, "name");
    cr_assert(alias != NULL && plain != NULL);
    cr_expect_str_eq(alias->name, "name");
    cr_expect_str_eq(plain->name, "name");
    cr_expect_null(find(first, "other"), "only fields without children are repeated");
    const gql_shape *other = find(first, "A_other");
    cr_assert_not_null(other);
    const gql_shape *of_b = find(other->children, "B_name");
    cr_assert_not_null(of_b);
    cr_expect_str_eq(of_b->type_condition, "B");
    shape_make(&shape, document, &schema, "count", "Int!");
    cr_expect_null(shape.nodes[0].children);
    gql_schema_document_destroy(&document);
}

Test(shape, compares_values)
{
    static const struct {
        const char *value;
        const char *detail; /* NULL: it has the shape. */
    } cases[] = {
        {"null", NULL},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": 1, \"A_name\": \"x\", \"size\": 1, "
         "\"name\": \"x\"}",
         NULL},
        {"{\"kind\": \"A\", \"A_other\": {\"__typename\": \"B\", \"B_name\": \"y\"}, "
         "\"A_size\": 1, \"A_name\": \"x\", \"size\": 1, \"name\": \"x\"}",
         NULL},
        {"[]", "not an object"},
        {"{\"kind\": \"B\"}", "`kind`, which is `__typename`, is not \"A\""},
        {"{\"kind\": \"A\", \"A_size\": 1, \"A_other\": null}",
         "has the member `A_size` where `A_other` is selected"},
        {"{\"kind\": \"A\", \"A_other\": {\"__typename\": \"B\", \"A_name\": \"y\"}}",
         "`B` has the member `A_name` where `B_name` is selected"},
        {"{\"kind\": \"A\", \"A_other\": {\"B_name\": \"y\"}}", "has no `__typename`"},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": \"1\"}", "a string instead of `Int`"},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": 1, \"A_name\": null}",
         "is null, but its type is `String!`"},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": 1, \"A_name\": \"x\", \"size\": 2}",
         "are the same field"},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": 1, \"A_name\": \"x\", \"size\": 1}",
         "the member `name` of the type `A` is missing"},
        {"{\"kind\": \"A\", \"A_other\": null, \"A_size\": 1, \"A_name\": \"x\", \"size\": 1, "
         "\"name\": \"x\", \"z\": 1}",
         "the member `z` too many"},
    };
    static struct shape shape;
    gql_schema_document *document = parse();
    shape_make(&shape, document, &schema, "a", "A");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char detail[SHAPE_TEXT] = "";
        unsigned objects = 0;
        json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
        const bool right = shape_check(&shape, "A", value, &objects, detail);
        cr_expect_eq(right, cases[i].detail == NULL, "%s: %s", cases[i].value, detail);
        cr_expect(right || strstr(detail, cases[i].detail) != NULL, "%s: %s, not %s",
                  cases[i].value, detail, cases[i].detail);
        json_decref(value);
    }
    gql_schema_document_destroy(&document);
}

Test(shape, leaves_references_to_the_host)
{
    static struct shape shape;
    char detail[SHAPE_TEXT];
    unsigned objects = 0;
    gql_schema_document *document = parse();
    json_t *reference = json_pack("{s:s, s:s}", "__typename", "Host", "id", "1");
    json_t *nameless = json_pack("{s:s}", "__typename", "Host");
    shape_make(&shape, document, &schema, "host", "Host");
    cr_expect(shape_check(&shape, "Host", reference, &objects, detail), "%s", detail);
    cr_expect_eq(objects, 1u);
    cr_expect(!shape_check(&shape, "Host", nameless, &objects, detail));
    json_decref(reference);
    json_decref(nameless);
    gql_schema_document_destroy(&document);
}
