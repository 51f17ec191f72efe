// SPDX-License-Identifier: MIT
#include "abi/check/inspect/meta_schema.h"

#include <criterion/criterion.h>
#include <string.h>

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
        char detail[512] = "";
        json_t *schema = json_loads(schemas[i], 0, NULL);
        cr_assert_not_null(schema, "%s", schemas[i]);
        cr_expect(meta_schema_check(schema, detail, sizeof detail), "%s: %s", schemas[i], detail);
        json_decref(schema);
    }
}

Test(meta_schema, names_what_is_wrong)
{
    static const struct {
        const char *schema;
        const char *detail;
    } cases[] = {
        {"{\"type\": \"object\"" CLOSED "}", "`$schema` is missing"},
        {"{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"object\"" CLOSED
         "}",
         "`$schema` is another"},
        {"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"string\"}",
         "`type` must be \"object\""},
        {SCHEMA(""), "the schema: must have `\"additionalProperties\": false`"},
        {SCHEMA(", \"additionalProperties\": true"), "must have"},
        {SCHEMA(", \"additionalProperties\": {}"), "must have"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": \"object\"}}"),
         "/properties/a: must have"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"items\": {\"properties\": {}}}}"),
         "/properties/a/items: must have"},
        {SCHEMA(CLOSED ", \"allOf\": [{\"properties\": {\"a\": {\"type\": \"object\"}}}]"),
         "/allOf/0/properties/a: must have"},
        {SCHEMA(CLOSED ", \"additionalProperites\": false"),
         "`additionalProperites` is not a keyword"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": 1}"), "/properties/a: must be a schema"},
        {SCHEMA(CLOSED ", \"properties\": []"), "/properties: must be an object of schemas"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": \"int\"}}"),
         "/properties/a/type: must be the name of a type"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"type\": []}}"), "the name of a type"},
        {SCHEMA(CLOSED ", \"required\": [\"a\"]"),
         "`a` is required, but is not one of the properties"},
        {SCHEMA(CLOSED ", \"required\": [\"a\", \"a\"]"), "each once"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"minLength\": -1}}"),
         "/properties/a/minLength: must be a whole number"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"minimum\": \"1\"}}"), "must be a number"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"multipleOf\": 0}}"), "above 0"},
        {SCHEMA(CLOSED ", \"properties\": {\"a\": {\"enum\": 1}}"), "must be a list"},
        {SCHEMA(CLOSED ", \"anyOf\": []"), "must be a list of one or more schemas"},
        {SCHEMA(CLOSED ", \"title\": 1"), "must be a string"},
        {SCHEMA(CLOSED ", \"deprecated\": 1"), "must be true or false"},
        {SCHEMA(CLOSED ", \"dependentRequired\": {\"a\": 1}"), "lists of names"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char detail[512] = "";
        json_t *schema = json_loads(cases[i].schema, 0, NULL);
        cr_assert_not_null(schema, "%s", cases[i].schema);
        cr_expect(!meta_schema_check(schema, detail, sizeof detail), "%s is accepted",
                  cases[i].schema);
        cr_expect_not_null(strstr(detail, cases[i].detail), "\"%s\" does not say \"%s\"", detail,
                           cases[i].detail);
        json_decref(schema);
    }
}
