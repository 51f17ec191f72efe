// SPDX-License-Identifier: MIT
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/schema/sdl_parser.h"

struct checker {
    const gql_schema_document *document;
    const gql_schema *plugin_schema;
    gql_failure *failure;
    char path[512];
    size_t path_size;
};

static int32_t check(struct checker *checker, const struct sdl_type *type,
                     const gql_selection *selection, json_t *value);

__attribute__((format(printf, 2, 3))) static int32_t fail(struct checker *checker,
                                                          const char *format, ...)
{
    char what[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return gql_fail(checker->failure, GQL_E_MISUSE, "%s: %s", checker->path, what);
}

/* Appends to the path, which is truncated if too long. Returns its former length, for leave. */
__attribute__((format(printf, 2, 3))) static size_t enter(struct checker *checker,
                                                          const char *format, ...)
{
    const size_t before = checker->path_size;
    const size_t room = sizeof checker->path - before;
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(checker->path + before, room, format, arguments);
    va_end(arguments);
    checker->path_size += size < 0 ? 0 : (size_t)size < room ? (size_t)size : room - 1;
    return before;
}

static void leave(struct checker *checker, size_t before)
{
    checker->path_size = before;
    checker->path[before] = '\0';
}

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {"an object", "a list", "a string", "an integer",
                                        "a number",  "true",   "false",    "null"};
    return value == NULL ? "nothing" : names[json_typeof(value)];
}

/* Section 3.5. A custom scalar may be any JSON. */
static bool is_scalar(const char *name, const json_t *value)
{
    if (strcmp(name, "Int") == 0)
        return json_is_integer(value) && json_integer_value(value) >= INT32_MIN &&
               json_integer_value(value) <= INT32_MAX;
    if (strcmp(name, "Float") == 0)
        return json_is_number(value);
    if (strcmp(name, "Boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(name, "String") == 0 || strcmp(name, "ID") == 0)
        return json_is_string(value);
    return true;
}

static int32_t check_reference(struct checker *checker, const char *type, json_t *value)
{
    const char *name;
    json_t *member;
    if (json_object_get(value, "__typename") == NULL ||
        !json_is_string(json_object_get(value, "id")))
        return fail(checker, "a reference to `%s` needs `__typename` and `id`", type);
    json_object_foreach(value, name, member) {
        if (strcmp(name, "__typename") != 0 && strcmp(name, "id") != 0)
            return fail(checker,
                        "a reference to `%s` must have only `__typename` and `id`, but has `%s`",
                        type, name);
    }
    return GQL_OK;
}

static const gql_selection *selected(const gql_selection *selection, const char *name)
{
    const size_t size = strlen(name);
    for (const gql_selection *each = selection->children; each != NULL; each = each->next)
        if (each->name_size == size && memcmp(each->name, name, size) == 0)
            return each;
    return NULL;
}

static int32_t check_member(struct checker *checker, const char *type,
                            const struct sdl_field *field, const gql_selection *selection,
                            json_t *object)
{
    const gql_selection *below = selection == NULL ? NULL : selected(selection, field->name);
    json_t *value = json_object_get(object, field->name);
    const bool expected = (selection == NULL || below != NULL) &&
                          schema_find_resolver(checker->plugin_schema, type, field->name) == NULL;
    if (value == NULL && (!expected || !field->type->non_null))
        return GQL_OK;
    const size_t before = enter(checker, ".%s", field->name);
    int32_t code;
    if (value == NULL)
        code = fail(checker, "missing, but `%s` can't be null", field->type->text);
    else if (selection != NULL && below == NULL)
        code = fail(checker, "was not selected");
    else
        code = check(checker, field->type, below, value);
    if (code == GQL_OK)
        leave(checker, before);
    return code;
}

static int32_t check_members(struct checker *checker, const char *type,
                             const gql_selection *selection, json_t *value)
{
    const struct sdl_definition *each = sdl_first(checker->document, false, type);
    for (; each != NULL; each = sdl_next(each)) {
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next) {
            const int32_t code = check_member(checker, type, field, selection, value);
            if (code != GQL_OK)
                return code;
        }
    }
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member) {
        if (strcmp(name, "__typename") != 0 &&
            sdl_find_field(checker->document, type, name) == NULL)
            return fail(checker, "`%s` has no field `%s`", type, name);
    }
    return GQL_OK;
}

static int32_t check_selected(struct checker *checker, const char *declared,
                              const gql_selection *selection)
{
    for (const gql_selection *each = selection->children; each != NULL; each = each->next) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)each->name_size, each->name);
        if (strcmp(name, "__typename") != 0 &&
            sdl_find_field(checker->document, declared, name) == NULL)
            return fail(checker, "the selection contains `%s`, which `%s` does not have", name,
                        declared);
    }
    return GQL_OK;
}

static int32_t check_object(struct checker *checker, const struct sdl_definition *declared,
                            const gql_selection *selection, json_t *value)
{
    if (!json_is_object(value))
        return fail(checker, "%s instead of an object `%s`", kind_of(value), declared->name);
    const bool abstract = declared->kind != SDL_OBJECT;
    const json_t *typename = json_object_get(value, "__typename");
    if (typename != NULL && !json_is_string(typename))
        return fail(checker, "`__typename` is %s", kind_of(typename));
    if (typename == NULL && abstract)
        return fail(checker, "`__typename` is missing, but `%s` is of kind %s", declared->name,
                    sdl_kind_name(declared->kind));
    const char *name = typename == NULL ? declared->name : json_string_value(typename);
    const struct sdl_definition *actual = sdl_find(checker->document, false, name);
    if (actual == NULL || actual->kind != SDL_OBJECT ||
        !sdl_is_possible(checker->document, declared->name, name))
        return fail(checker, "`__typename` is \"%s\", which is not a possible type of `%s`", name,
                    declared->name);
    if (schema_is_reference(checker->plugin_schema, name))
        return check_reference(checker, name, value);
    /* A selection below an abstract type merges all fragments; an object has those of its type. */
    const int32_t code = abstract || selection == NULL
                             ? GQL_OK
                             : check_selected(checker, declared->name, selection);
    return code != GQL_OK ? code : check_members(checker, name, selection, value);
}

static int32_t check_named(struct checker *checker, const char *name,
                           const gql_selection *selection, json_t *value)
{
    const struct sdl_definition *definition = sdl_find(checker->document, false, name);
    const bool builtin = sdl_is_builtin_scalar(name);
    if (definition == NULL && !builtin)
        return fail(checker, "the schema has no type `%s`", name);
    if (builtin || definition->kind == SDL_SCALAR)
        return is_scalar(name, value) ? GQL_OK
                                      : fail(checker, "%s instead of `%s`", kind_of(value), name);
    if (definition->kind != SDL_ENUM)
        return check_object(checker, definition, selection, value);
    if (!json_is_string(value) || !sdl_lists(checker->document, name, json_string_value(value)))
        return fail(checker, "%s%s%s, which is not a value of the enum `%s`", kind_of(value),
                    json_is_string(value) ? " " : "",
                    json_is_string(value) ? json_string_value(value) : "", name);
    return GQL_OK;
}

static int32_t check_list(struct checker *checker, const struct sdl_type *type,
                          const gql_selection *selection, json_t *value)
{
    if (!json_is_array(value))
        return fail(checker, "%s instead of a list `%s`", kind_of(value), type->text);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const size_t before = enter(checker, "[%zu]", i);
        const int32_t code = check(checker, type->of, selection, json_array_get(value, i));
        if (code != GQL_OK)
            return code;
        leave(checker, before);
    }
    return GQL_OK;
}

static int32_t check(struct checker *checker, const struct sdl_type *type,
                     const gql_selection *selection, json_t *value)
{
    if (json_is_null(value))
        return type->non_null ? fail(checker, "null, but the type is `%s`", type->text) : GQL_OK;
    if (type->of != NULL)
        return check_list(checker, type, selection, value);
    return check_named(checker, type->name, selection, value);
}

int32_t gql_value_check(const gql_schema_document *document, const gql_schema *plugin_schema,
                        const char *type, const gql_selection *selection, const char *json,
                        size_t json_size, gql_failure *failure)
{
    if (document == NULL || type == NULL || json == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_value_check: document, type and json must not be NULL");
    struct checker checker = {.document = document,
                              .plugin_schema = plugin_schema,
                              .failure = failure,
                              .path = "$",
                              .path_size = 1};
    gql_schema_document scratch = {0};
    const struct sdl_type *parsed = NULL;
    int32_t code = sdl_parse_type(&scratch, type, strlen(type), &parsed, failure);
    json_error_t error;
    json_t *value = NULL;
    if (code == GQL_OK) {
        value = json_loadb(json, json_size,
                           JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
        code = value == NULL ? fail(&checker, "not JSON: %s, byte %d", error.text, error.position)
                             : check(&checker, parsed, selection, value);
    }
    json_decref(value);
    sdl_finish(&scratch);
    return code;
}
