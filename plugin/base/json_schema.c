// SPDX-License-Identifier: MIT
#include "plugin/base/json_schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/base/failure.h"

enum { PATH_SIZE = 192, NAME_SHOWN = 64 };

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

static int32_t check(const json_t *schema, json_t *value, const char *path, gql_failure *failure);

static void member_path(char path[PATH_SIZE], const char *parent, const char *name)
{
    snprintf(path, PATH_SIZE, "%s%s%s", parent, *parent == '\0' ? "" : ".", name);
}

/* How many bytes of an unknown name are shown, so that the message has room for the cure. */
static int shown(const char *name, size_t size)
{
    size_t end = size > NAME_SHOWN ? NAME_SHOWN : size;
    while (end < size && ((unsigned char)name[end] & 0xC0) == 0x80)
        end--; /* Not within a character. */
    return (int)end;
}

static int32_t check_names(const json_t *properties, json_t *value, const char *path,
                           gql_failure *failure)
{
    const char *name;
    size_t size;
    json_t *member;
    json_object_keylen_foreach(value, name, size, member)
    {
        if (json_object_getn(properties, name, size) != NULL)
            continue;
        return fail(failure, GQL_E_CONFIG,
                    "%s%s%.*s: there is no such setting. Remove it, or look for a misspelling",
                    path, *path == '\0' ? "" : ".", shown(name, size), name);
    }
    return GQL_OK;
}

static int32_t check_required(const json_t *schema, const json_t *value, const char *path,
                              gql_failure *failure)
{
    size_t index;
    json_t *name;
    char where[PATH_SIZE];
    json_array_foreach(json_object_get(schema, "required"), index, name) {
        if (json_object_get(value, json_string_value(name)) != NULL)
            continue;
        member_path(where, path, json_string_value(name));
        return fail(failure, GQL_E_CONFIG, "%s: it is missing, and has no default", where);
    }
    return GQL_OK;
}

/* The name that an alternative of `oneOf` requires. */
static const char *required_name(const json_t *alternative)
{
    return json_string_value(json_array_get(json_object_get(alternative, "required"), 0));
}

static int32_t check_alternatives(const json_t *schema, const json_t *value, const char *path,
                                  gql_failure *failure)
{
    size_t index, size = 0;
    json_t *alternative;
    const char *given = NULL;
    char names[PATH_SIZE] = "";
    json_array_foreach(json_object_get(schema, "oneOf"), index, alternative) {
        const char *name = required_name(alternative);
        size += (size_t)snprintf(names + size, sizeof names - size, "%s`%s`",
                                 index == 0 ? "" : " or ", name);
        if (json_object_get(value, name) == NULL)
            continue;
        if (given != NULL)
            return fail(failure, GQL_E_CONFIG, "%s: `%s` and `%s` exclude each other; remove one",
                        path, given, name);
        given = name;
    }
    if (size > 0 && given == NULL)
        return fail(failure, GQL_E_CONFIG, "%s: %s is required", path, names);
    return GQL_OK;
}

static bool add_default(const json_t *schema, json_t *value, const char *name)
{
    json_t *preset = json_object_get(schema, "default");
    if (preset != NULL)
        return json_object_set_new(value, name, json_deep_copy(preset)) == 0;
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (type == NULL || strcmp(type, "object") != 0 ||
        json_object_get(schema, "required") != NULL || json_object_get(schema, "oneOf") != NULL)
        return true;
    return json_object_set_new(value, name, json_object()) == 0;
}

static int32_t check_object(const json_t *schema, json_t *value, const char *path,
                            gql_failure *failure)
{
    json_t *properties = json_object_get(schema, "properties");
    int32_t code = check_names(properties, value, path, failure);
    if (code == GQL_OK)
        code = check_required(schema, value, path, failure);
    if (code == GQL_OK)
        code = check_alternatives(schema, value, path, failure);
    const char *name;
    json_t *member_schema;
    json_object_foreach(properties, name, member_schema) {
        char where[PATH_SIZE];
        if (code != GQL_OK)
            return code;
        if (json_object_get(value, name) == NULL && !add_default(member_schema, value, name))
            return fail_no_memory(failure);
        json_t *member = json_object_get(value, name);
        member_path(where, path, name);
        if (member != NULL)
            code = check(member_schema, member, where, failure);
    }
    return code;
}

static bool is_allowed(const json_t *allowed, const json_t *value)
{
    size_t index;
    json_t *member;
    json_array_foreach(allowed, index, member) {
        if (json_equal(member, value))
            return true;
    }
    return allowed == NULL;
}

static int32_t check_string(const json_t *schema, const json_t *value, const char *path,
                            gql_failure *failure)
{
    const json_t *least = json_object_get(schema, "minLength");
    const json_t *most = json_object_get(schema, "maxLength");
    const size_t length = json_string_length(value);
    if (strlen(json_string_value(value)) != length)
        return fail(failure, GQL_E_CONFIG, "%s: the character U+0000 can't be used", path);
    if (length < (size_t)json_integer_value(least))
        return fail(failure, GQL_E_CONFIG, "%s: it must not be empty", path);
    if (most != NULL && length > (size_t)json_integer_value(most))
        return fail(failure, GQL_E_CONFIG, "%s: it is longer than %lld bytes", path,
                    json_integer_value(most));
    return GQL_OK;
}

static int32_t check_integer(const json_t *schema, const json_t *value, const char *path,
                             gql_failure *failure)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *most = json_object_get(schema, "maximum");
    const json_int_t number = json_integer_value(value);
    if ((least != NULL && number < json_integer_value(least)) ||
        (most != NULL && number > json_integer_value(most)))
        return fail(failure, GQL_E_CONFIG, "%s: %lld is not from %lld to %lld", path, number,
                    json_integer_value(least), json_integer_value(most));
    return GQL_OK;
}

static int32_t check(const json_t *schema, json_t *value, const char *path, gql_failure *failure)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    const json_t *allowed = json_object_get(schema, "enum");
    if (json_object_get(schema, "not") != NULL)
        return fail(failure, GQL_E_CONFIG, "%s: %s", path,
                    json_string_value(json_object_get(schema, "description")));
    if (type != NULL && strcmp(type, type_name(value)) != 0)
        return fail(failure, GQL_E_CONFIG, "%s: it must be of the type %s, not %s",
                    *path == '\0' ? "configuration" : path, type, type_name(value));
    if (!is_allowed(allowed, value)) {
        char *names = json_dumps(allowed, JSON_COMPACT);
        fail(failure, GQL_E_CONFIG, "%s: it must be one of %s", path,
             names == NULL ? "the documented values" : names);
        free(names);
        return GQL_E_CONFIG;
    }
    if (json_is_object(value))
        return check_object(schema, value, path, failure);
    if (json_is_string(value))
        return check_string(schema, value, path, failure);
    return json_is_integer(value) ? check_integer(schema, value, path, failure) : GQL_OK;
}

int32_t json_schema_check(const json_t *schema, json_t *value, gql_failure *failure)
{
    return check(schema, value, "", failure);
}
