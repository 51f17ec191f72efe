// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/base/json_number.h"
#include "abi/host/base/json_text.h"
#include "abi/host/schema/sdl_parser.h"

struct checker {
    const gql_schema_document *document;
    const gql_schema *plugin_schema;
    gql_failure *failure;
    char path[512];
    size_t path_size;
};

static int32_t check(struct checker *checker, const struct sdl_type *type,
                     const gql_selection *selection, const struct json_value *value);

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

/* A string as a name; "", which is none, if it contains U+0000. */
static const char *name_in(const struct json_value *string)
{
    return strlen(string->string) == string->string_size ? string->string : "";
}

/* Whether an integer fits in 32 bits (section 3.5.1). */
static bool is_int(const struct json_value *value)
{
    enum { DIGITS = 11 }; /* With a sign. */
    char text[DIGITS + 1] = "";
    if (value->kind != JSON_TEXT_INTEGER || value->size > DIGITS)
        return false;
    memcpy(text, value->start, value->size);
    const long long number = strtoll(text, NULL, 10);
    return number >= INT32_MIN && number <= INT32_MAX;
}

/* Whether a number is finite in double precision (section 3.5.2). */
static bool is_float(const struct json_value *value)
{
    return (value->kind == JSON_TEXT_INTEGER || value->kind == JSON_TEXT_NUMBER) &&
           json_number_is_finite(value->start, value->size);
}

static const char *describe(const struct json_value *value)
{
    const bool number = value->kind == JSON_TEXT_INTEGER || value->kind == JSON_TEXT_NUMBER;
    return number && !json_number_is_finite(value->start, value->size)
               ? "a number that is too large for a double"
               : json_kind_name(value->kind);
}

/* Section 3.5. A custom scalar may be any JSON. */
static bool is_scalar(const char *name, const struct json_value *value)
{
    if (strcmp(name, "Int") == 0)
        return is_int(value);
    if (strcmp(name, "Float") == 0)
        return is_float(value);
    if (strcmp(name, "Boolean") == 0)
        return value->kind == JSON_TEXT_TRUE || value->kind == JSON_TEXT_FALSE;
    if (strcmp(name, "String") == 0 || strcmp(name, "ID") == 0)
        return value->kind == JSON_TEXT_STRING;
    return true;
}

static int32_t check_reference(struct checker *checker, const char *type,
                               const struct json_value *value)
{
    const struct json_value *id = json_member(value, "id");
    if (json_member(value, "__typename") == NULL || id == NULL || id->kind != JSON_TEXT_STRING)
        return fail(checker, "a reference to `%s` needs `__typename` and `id`", type);
    for (const struct json_value *name = json_first(value); name != NULL;
         name = json_next(value, name))
        if (!json_string_is(name, "__typename") && !json_string_is(name, "id"))
            return fail(checker,
                        "a reference to `%s` must have only `__typename` and `id`, but has `%s`",
                        type, name->string);
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
                            const struct json_value *object)
{
    const gql_selection *below = selection == NULL ? NULL : selected(selection, field->name);
    const struct json_value *value = json_member(object, field->name);
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
                             const gql_selection *selection, const struct json_value *value)
{
    for (const struct json_value *name = json_first(value); name != NULL;
         name = json_next(value, name))
        if (!json_string_is(name, "__typename") &&
            sdl_find_field(checker->document, type, name_in(name)) == NULL)
            return fail(checker, "`%s` has no field `%s`", type, name->string);
    const struct sdl_definition *each = sdl_first(checker->document, false, type);
    for (; each != NULL; each = sdl_next(each)) {
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next) {
            const int32_t code = check_member(checker, type, field, selection, value);
            if (code != GQL_OK)
                return code;
        }
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
                            const gql_selection *selection, const struct json_value *value)
{
    if (value->kind != JSON_TEXT_OBJECT)
        return fail(checker, "%s instead of an object `%s`", json_kind_name(value->kind),
                    declared->name);
    const bool abstract = declared->kind != SDL_OBJECT;
    const struct json_value *typename = json_member(value, "__typename");
    if (typename != NULL && typename->kind != JSON_TEXT_STRING)
        return fail(checker, "`__typename` is %s", json_kind_name(typename->kind));
    if (typename == NULL && abstract)
        return fail(checker, "`__typename` is missing, but `%s` is of kind %s", declared->name,
                    sdl_kind_name(declared->kind));
    const char *name = typename == NULL ? declared->name : name_in(typename);
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
                           const gql_selection *selection, const struct json_value *value)
{
    const struct sdl_definition *definition = sdl_find(checker->document, false, name);
    const bool builtin = sdl_is_builtin_scalar(name);
    if (definition == NULL && !builtin)
        return fail(checker, "the schema has no type `%s`", name);
    if (builtin || definition->kind == SDL_SCALAR)
        return is_scalar(name, value) ? GQL_OK
                                      : fail(checker, "%s instead of `%s`", describe(value), name);
    if (definition->kind != SDL_ENUM)
        return check_object(checker, definition, selection, value);
    const bool is_string = value->kind == JSON_TEXT_STRING;
    if (!is_string || !sdl_lists(checker->document, false, name, name_in(value)))
        return fail(checker, "%s%s%s, which is not a value of the enum `%s`",
                    json_kind_name(value->kind), is_string ? " " : "",
                    is_string ? value->string : "", name);
    return GQL_OK;
}

static int32_t check_list(struct checker *checker, const struct sdl_type *type,
                          const gql_selection *selection, const struct json_value *value)
{
    if (value->kind != JSON_TEXT_LIST)
        return fail(checker, "%s instead of a list `%s`", json_kind_name(value->kind), type->text);
    size_t index = 0;
    for (const struct json_value *item = json_first(value); item != NULL;
         item = json_next(value, item)) {
        const size_t before = enter(checker, "[%zu]", index++);
        const int32_t code = check(checker, type->of, selection, item);
        if (code != GQL_OK)
            return code;
        leave(checker, before);
    }
    return GQL_OK;
}

static int32_t check(struct checker *checker, const struct sdl_type *type,
                     const gql_selection *selection, const struct json_value *value)
{
    if (value->kind == JSON_TEXT_NULL)
        return type->non_null ? fail(checker, "null, but the type is `%s`", type->text) : GQL_OK;
    if (type->of != NULL)
        return check_list(checker, type, selection, value);
    return check_named(checker, type->name, selection, value);
}

static int32_t check_text(struct checker *checker, const struct sdl_type *type,
                          const gql_selection *selection, const char *json, size_t json_size)
{
    struct json_text text;
    int32_t code = json_text_read(&text, json, json_size);
    if (code == GQL_OK)
        code = check(checker, type, selection, text.values);
    else if (code == GQL_E_NO_MEMORY)
        code = gql_fail_no_memory(checker->failure);
    else
        code = fail(checker, "not JSON: %s, byte %zu", text.error, text.error_offset);
    json_text_finish(&text);
    return code;
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
    if (code == GQL_OK)
        code = check_text(&checker, parsed, selection, json, json_size);
    sdl_finish(&scratch);
    return code;
}
