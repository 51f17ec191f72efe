// SPDX-License-Identifier: MIT
#include "abi/check/harness/input_check.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/schema/schema_document.h"

enum { PATH_SIZE = 200 };

__attribute__((format(printf, 2, 3))) static bool refuse(char *detail, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, INPUT_CHECK_TEXT, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- Values ---- */

static bool is_scalar_of(const char *type, const json_t *value)
{
    if (strcmp(type, "Int") == 0)
        return json_is_integer(value) && json_integer_value(value) >= INT32_MIN &&
               json_integer_value(value) <= INT32_MAX;
    if (strcmp(type, "Float") == 0)
        return json_is_number(value);
    if (strcmp(type, "Boolean") == 0)
        return json_is_boolean(value);
    return !sdl_is_builtin_scalar(type) || json_is_string(value);
}

/* Whether each member of the object is one of the fields. */
static bool check_known(const struct sdl_field *fields, json_t *object, const char *path,
                        char *detail)
{
    const char *name;
    json_t *member;
    json_object_foreach(object, name, member)
        if (sdl_field_named(fields, name) == NULL)
            return refuse(detail, "`%s%s%.100s` is unknown", path, path[0] == '\0' ? "" : ".",
                          name);
    return true;
}

/* Whether each field is there, if it must be, and has a value of its type. */
static bool check_fields(const gql_schema_document *document, const struct sdl_field *fields,
                         json_t *object, const char *path, char *detail)
{
    for (const struct sdl_field *field = fields; field != NULL; field = field->next) {
        json_t *member = json_object_get(object, field->name);
        char inside[PATH_SIZE];
        snprintf(inside, sizeof inside, "%s%s%s", path, path[0] == '\0' ? "" : ".", field->name);
        if (member == NULL && field->type->non_null && field->default_text == NULL)
            return refuse(detail, "`%s` is missing: its type is `%s`", inside, field->type->text);
        if (member != NULL && !input_check_value(document, field->type, member, inside, detail))
            return false;
    }
    return true;
}

/* An input may be extended, so its fields are in several lists. */
static bool check_input(const gql_schema_document *document, const char *type, json_t *object,
                        const char *path, char *detail)
{
    const char *name;
    json_t *member;
    json_object_foreach(object, name, member)
        if (sdl_find_field(document, type, name) == NULL)
            return refuse(detail, "`%s.%.100s` is unknown: `%s` has no such field", path, name,
                          type);
    for (const struct sdl_definition *each = sdl_first(document, false, type); each != NULL;
         each = sdl_next(each))
        if (!check_fields(document, each->fields, object, path, detail))
            return false;
    return true;
}

static bool check_named(const gql_schema_document *document, const char *type, json_t *value,
                        const char *path, char *detail)
{
    const struct sdl_definition *definition = sdl_find(document, false, type);
    const enum sdl_kind kind = definition == NULL ? SDL_SCALAR : definition->kind;
    if (kind == SDL_INPUT && json_is_object(value))
        return check_input(document, type, value, path, detail);
    const bool right = kind == SDL_ENUM
                           ? json_is_string(value) &&
                                 sdl_lists(document, false, type, json_string_value(value))
                           : kind == SDL_SCALAR && is_scalar_of(type, value);
    return right || refuse(detail, "`%s` is not of its type, `%s`", path, type);
}

bool input_check_value(const gql_schema_document *document, const struct sdl_type *type,
                       json_t *value, const char *name, char detail[INPUT_CHECK_TEXT])
{
    size_t index;
    json_t *member;
    if (json_is_null(value))
        return !type->non_null ||
               refuse(detail, "`%s` is null: its type is `%s`", name, type->text);
    if (type->of == NULL)
        return check_named(document, type->name, value, name, detail);
    if (!json_is_array(value))
        return refuse(detail, "`%s` is not a list: its type is `%s`", name, type->text);
    json_array_foreach(value, index, member) {
        char inside[PATH_SIZE];
        snprintf(inside, sizeof inside, "%.150s[%zu]", name, index);
        if (!input_check_value(document, type->of, member, inside, detail))
            return false;
    }
    return true;
}

bool input_check_arguments(const gql_schema_document *document, const char *type, const char *field,
                           json_t *arguments, char detail[INPUT_CHECK_TEXT])
{
    const struct sdl_field *found = sdl_find_field(document, type, field);
    const struct sdl_field *declared = found == NULL ? NULL : found->arguments;
    return check_known(declared, arguments, "", detail) &&
           check_fields(document, declared, arguments, "", detail);
}

/* ---- Selections ---- */

static bool check_selected(const gql_schema_document *document, const char *type,
                           const struct sdl_field *field, const gql_selection *selection,
                           char *detail)
{
    const char *name = sdl_base_name(field->type);
    const struct sdl_definition *definition = sdl_find(document, false, name);
    const bool composite = definition != NULL &&
                           (definition->kind == SDL_OBJECT || definition->kind == SDL_INTERFACE ||
                            definition->kind == SDL_UNION);
    if (composite != (selection->children != NULL))
        return refuse(detail, "`%s.%s` is of the type `%s` and must be selected with%s braces",
                      type, field->name, field->type->text, composite ? "" : "out");
    return !composite || input_check_selection(document, name, selection, detail);
}

/* Of an interface or a union, the fields of all its types may be selected. */
static bool check_field(const gql_schema_document *document, const char *type,
                        const gql_selection *selection, char *detail)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)selection->name_size, selection->name);
    const struct sdl_field *own = sdl_find_field(document, type, name);
    if (strcmp(name, "__typename") == 0)
        return selection->children == NULL ||
               refuse(detail, "`__typename` must be selected without braces");
    if (own != NULL)
        return check_selected(document, type, own, selection, detail);
    refuse(detail, "`%s` has no field `%s`", type, name);
    for (const struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        const struct sdl_field *field = each->kind == SDL_OBJECT && strcmp(each->name, type) != 0 &&
                                                sdl_is_possible(document, type, each->name)
                                            ? sdl_find_field(document, each->name, name)
                                            : NULL;
        if (field != NULL && check_selected(document, each->name, field, selection, detail))
            return true;
    }
    return false;
}

bool input_check_selection(const gql_schema_document *document, const char *type_name,
                           const gql_selection *root, char detail[INPUT_CHECK_TEXT])
{
    for (const gql_selection *each = root->children; each != NULL; each = each->next)
        if (!check_field(document, type_name, each, detail))
            return false;
    return true;
}
