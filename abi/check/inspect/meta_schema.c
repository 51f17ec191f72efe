// SPDX-License-Identifier: MIT
/*
 * The keywords of JSON Schema 2020-12 (draft-bhutton-json-schema-01 and
 * draft-bhutton-json-schema-validation-01), by the kind of value that each takes.
 */
#include "abi/check/inspect/meta_schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

enum { PATH_SIZE = 512, MAXIMUM_DEPTH = 64 };

struct place {
    char path[PATH_SIZE]; /* A JSON Pointer. */
    unsigned depth;
    bool covered; /* Another schema for the same object already lists its members. */
    char *detail;
    size_t detail_size;
};

enum kind {
    ANY,
    SCHEMA,
    SCHEMAS,
    SCHEMA_MAP,
    STRING,
    BOOLEAN,
    NUMBER,
    POSITIVE,
    COUNT,
    NAMES,
    NAMES_MAP,
    LIST,
    TYPE
};

/* The keywords of each kind; every list ends with NULL. */
enum { KEYWORDS_ROOM = 16 };
static const char *const keywords[][KEYWORDS_ROOM] = {
    [ANY] = {"default", "const"},
    [SCHEMA] = {"contentSchema", "items", "contains", "additionalProperties", "propertyNames",
                "unevaluatedItems", "unevaluatedProperties", "if", "then", "else", "not"},
    [SCHEMAS] = {"prefixItems", "allOf", "anyOf", "oneOf"},
    [SCHEMA_MAP] = {"$defs", "definitions", "properties", "patternProperties", "dependentSchemas"},
    [STRING] = {"$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment",
                "title", "description", "format", "contentEncoding", "contentMediaType", "pattern"},
    [BOOLEAN] = {"deprecated", "readOnly", "writeOnly", "uniqueItems"},
    [NUMBER] = {"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    [POSITIVE] = {"multipleOf"},
    [COUNT] = {"maxLength", "minLength", "maxItems", "minItems", "maxContains", "minContains",
               "maxProperties", "minProperties"},
    [NAMES] = {"required"},
    [NAMES_MAP] = {"dependentRequired"},
    [LIST] = {"examples", "enum"},
    [TYPE] = {"type"},
};

/* Keywords whose schemas apply to the value itself, not to its members. */
static const char *const in_place[] = {"if",    "then",  "else",  "not",
                                       "allOf", "anyOf", "oneOf", "dependentSchemas",
                                       NULL};

/* Whether the word is in the list, which ends with NULL. */
static bool lists(const char *const *words, const char *word)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static bool check(struct place *place, json_t *schema);

/* Writes the detail, after the place. Always false. */
__attribute__((format(printf, 2, 3))) static bool fail(const struct place *place,
                                                       const char *format, ...)
{
    va_list arguments;
    const char *path = place->path[0] == '\0' ? "the schema" : place->path;
    const int size = snprintf(place->detail, place->detail_size, "%s: ", path);
    va_start(arguments, format);
    if (size > 0 && (size_t)size < place->detail_size)
        vsnprintf(place->detail + size, place->detail_size - (size_t)size, format, arguments);
    va_end(arguments);
    return false;
}

static size_t enter(struct place *place, const char *name)
{
    const size_t before = strlen(place->path);
    snprintf(place->path + before, PATH_SIZE - before, "/%s", name);
    return before;
}

static bool check_below(struct place *place, const char *name, json_t *schema)
{
    const size_t before = enter(place, name);
    const bool right = check(place, schema);
    place->path[before] = '\0';
    return right;
}

static bool check_schemas(struct place *place, const json_t *list)
{
    size_t index;
    json_t *schema;
    if (!json_is_array(list) || json_array_size(list) == 0)
        return fail(place, "must be a list of one or more schemas");
    json_array_foreach(list, index, schema) {
        char name[24];
        snprintf(name, sizeof name, "%zu", index);
        if (!check_below(place, name, schema))
            return false;
    }
    return true;
}

static bool check_schema_map(struct place *place, json_t *map)
{
    const char *name;
    json_t *schema;
    if (!json_is_object(map))
        return fail(place, "must be an object of schemas");
    json_object_foreach(map, name, schema) {
        if (!check_below(place, name, schema))
            return false;
    }
    return true;
}

static bool is_names(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!json_is_string(json_array_get(list, i)))
            return false;
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_array_get(list, i), json_array_get(list, k)))
                return false;
    }
    return json_is_array(list);
}

static bool is_names_map(json_t *map)
{
    const char *name;
    json_t *list;
    json_object_foreach(map, name, list) {
        if (!is_names(list))
            return false;
    }
    return json_is_object(map);
}

static bool is_type_name(const json_t *name)
{
    static const char *const names[] = {"null",   "boolean", "object", "array",
                                        "number", "string",  "integer"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (json_is_string(name) && strcmp(json_string_value(name), names[i]) == 0)
            return true;
    return false;
}

static bool is_type(const json_t *type)
{
    for (size_t i = 0; i < json_array_size(type); i++)
        if (!is_type_name(json_array_get(type, i)))
            return false;
    return json_is_array(type) ? json_array_size(type) > 0 && is_names(type) : is_type_name(type);
}

static bool check_value(struct place *place, enum kind kind, json_t *value)
{
    switch (kind) {
    case ANY:
        return true;
    case SCHEMA:
        return check(place, value);
    case SCHEMAS:
        return check_schemas(place, value);
    case SCHEMA_MAP:
        return check_schema_map(place, value);
    case STRING:
        return json_is_string(value) || fail(place, "must be a string");
    case BOOLEAN:
        return json_is_boolean(value) || fail(place, "must be true or false");
    case NUMBER:
        return json_is_number(value) || fail(place, "must be a number");
    case POSITIVE:
        return json_number_value(value) > 0 || fail(place, "must be a number above 0");
    case COUNT:
        return (json_is_integer(value) && json_integer_value(value) >= 0) ||
               fail(place, "must be a whole number, 0 or more");
    case NAMES:
        return is_names(value) || fail(place, "must be a list of names, each once");
    case NAMES_MAP:
        return is_names_map(value) || fail(place, "must be an object of lists of names");
    case LIST:
        return json_is_array(value) || fail(place, "must be a list");
    case TYPE:
        break;
    }
    return is_type(value) || fail(place, "must be the name of a type, or a list of them");
}

/* Validators ignore unknown keywords, so a misspelt one would have no effect. */
static bool check_keyword(struct place *place, const char *name, json_t *value)
{
    for (enum kind kind = ANY; kind <= TYPE; kind++) {
        if (!lists(keywords[kind], name))
            continue;
        const size_t before = enter(place, name);
        const bool covered = place->covered;
        place->covered = covered && lists(in_place, name);
        const bool right = check_value(place, kind, value);
        place->covered = covered;
        place->path[before] = '\0';
        return right;
    }
    return strncmp(name, "x-", 2) == 0 || fail(place, "`%s` is not a keyword of JSON Schema", name);
}

static bool is_object_type(const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    if (json_is_string(type) && strcmp(json_string_value(type), "object") == 0)
        return true;
    for (size_t i = 0; i < json_array_size(type); i++)
        if (strcmp(json_string_value(json_array_get(type, i)), "object") == 0)
            return true;
    return json_object_get(schema, "properties") != NULL;
}

/* A schema in place of `false` makes a map, whose keys the operator chooses. */
static bool is_closed(const json_t *schema)
{
    const json_t *additional = json_object_get(schema, "additionalProperties");
    const json_t *unevaluated = json_object_get(schema, "unevaluatedProperties");
    return json_is_false(additional) || json_object_size(additional) > 0 ||
           json_is_false(unevaluated);
}

static bool check_required(struct place *place, const json_t *schema)
{
    const json_t *properties = json_object_get(schema, "properties");
    size_t index;
    json_t *name;
    json_array_foreach(json_object_get(schema, "required"), index, name) {
        if (json_object_get(properties, json_string_value(name)) == NULL && is_closed(schema))
            return fail(place, "`%s` is required, but is not one of the properties",
                        json_string_value(name));
    }
    return true;
}

static bool check(struct place *place, json_t *schema)
{
    const char *name;
    json_t *value;
    if (json_is_boolean(schema))
        return true;
    if (!json_is_object(schema))
        return fail(place, "must be a schema: an object, true or false");
    if (place->depth == MAXIMUM_DEPTH)
        return fail(place, "nested too deeply");
    const bool covered = place->covered;
    place->covered = covered || is_closed(schema);
    place->depth++;
    json_object_foreach(schema, name, value) {
        if (!check_keyword(place, name, value))
            return false;
    }
    place->depth--;
    place->covered = covered;
    if (is_object_type(schema) && !covered && !is_closed(schema))
        return fail(place, "must have `\"additionalProperties\": false`");
    return check_required(place, schema);
}

bool meta_schema_check(json_t *schema, char *detail, size_t detail_size)
{
    struct place place = {.detail = detail, .detail_size = detail_size};
    const json_t *given = json_object_get(schema, "$schema");
    const json_t *type = json_object_get(schema, "type");
    if (!check(&place, schema))
        return false;
    if (!json_is_string(given) || strcmp(json_string_value(given), dialect) != 0)
        return fail(&place, "`$schema` is %s; it must be \"%s\"",
                    given == NULL ? "missing" : "another", dialect);
    if (!json_is_string(type) || strcmp(json_string_value(type), "object") != 0)
        return fail(&place, "its `type` must be \"object\"");
    return true;
}
