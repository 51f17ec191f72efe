// SPDX-License-Identifier: MIT
#include "abi/check/harness/synthesis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/literal.h"
#include "abi/host/schema/schema_document.h"

enum { INPUT_DEPTH = 8, SELECTION_DEPTH = 5, SELECTION_FIELDS = 512 };

static const char text[] = "gql-plugin-check";

/* ---- Arguments ---- */

static json_t *make_fields(const gql_schema_document *document, const struct sdl_field *fields,
                           json_t *into, bool all, unsigned depth);

static json_t *make_scalar(const char *name)
{
    if (strcmp(name, "Int") == 0)
        return json_integer(1);
    if (strcmp(name, "Float") == 0)
        return json_real(1.5);
    return strcmp(name, "Boolean") == 0 ? json_true() : json_string(text);
}

static json_t *make_input(const gql_schema_document *document, const char *name, bool all,
                          unsigned depth)
{
    json_t *object = json_object();
    const struct sdl_definition *each = sdl_first(document, false, name);
    for (; each != NULL && object != NULL; each = sdl_next(each))
        object = make_fields(document, each->fields, object, all, depth);
    return object;
}

static json_t *make_value(const gql_schema_document *document, const struct sdl_type *type,
                          bool all, unsigned depth)
{
    if (depth > INPUT_DEPTH)
        return NULL;
    if (type->of != NULL) {
        json_t *list = json_array();
        json_t *member = make_value(document, type->of, all, depth + 1);
        if (json_array_append_new(list, member) == 0)
            return list;
        json_decref(list);
        return NULL;
    }
    const struct sdl_definition *definition = sdl_find(document, false, type->name);
    if (definition == NULL || definition->kind == SDL_SCALAR)
        return make_scalar(type->name);
    if (definition->kind == SDL_ENUM)
        return definition->names == NULL ? NULL : json_string(definition->names->text);
    return make_input(document, type->name, all, depth + 1);
}

/* Adds missing members to `into`, which it takes and returns; NULL if a required value has none. */
static json_t *make_fields(const gql_schema_document *document, const struct sdl_field *fields,
                           json_t *into, bool all, unsigned depth)
{
    for (const struct sdl_field *field = fields; field != NULL; field = field->next) {
        json_t *value = NULL;
        if (json_object_get(into, field->name) != NULL)
            continue;
        if (field->default_text != NULL)
            value = literal_to_json(field->default_text);
        else if (field->type->non_null || all)
            value = make_value(document, field->type, all && depth < 2, depth);
        if (value == NULL && field->type->non_null) {
            json_decref(into);
            return NULL;
        }
        if (value != NULL)
            json_object_set_new(into, field->name, value);
    }
    return into;
}

json_t *synthesis_arguments(const gql_schema_document *document, const char *type,
                            const char *field, bool all)
{
    const struct sdl_field *found = sdl_find_field(document, type, field);
    return found == NULL ? NULL : make_fields(document, found->arguments, json_object(), all, 0);
}

static void fill_in(const gql_schema_document *document, const struct sdl_field *fields,
                    json_t *object, unsigned depth)
{
    for (const struct sdl_field *field = fields; field != NULL && depth < INPUT_DEPTH;
         field = field->next) {
        json_t *value = json_object_get(object, field->name);
        const struct sdl_definition *input = sdl_first(document, false, sdl_base_name(field->type));
        if (value == NULL && field->default_text != NULL)
            json_object_set_new(object, field->name, literal_to_json(field->default_text));
        for (; input != NULL && json_is_object(value) && input->kind == SDL_INPUT;
             input = sdl_next(input))
            fill_in(document, input->fields, value, depth + 1);
    }
}

void synthesis_fill_in(const gql_schema_document *document, const char *type, const char *field,
                       json_t *arguments)
{
    const struct sdl_field *found = sdl_find_field(document, type, field);
    if (found != NULL)
        fill_in(document, found->arguments, arguments, 0);
}

/* ---- Parents ---- */

static bool is_composite(const gql_schema_document *document, const char *name)
{
    const struct sdl_definition *definition = sdl_find(document, false, name);
    return definition != NULL &&
           (definition->kind == SDL_OBJECT || definition->kind == SDL_INTERFACE ||
            definition->kind == SDL_UNION);
}

/* Of an object only what any host can resolve; NULL if that is not enough. */
static json_t *make_object(const gql_schema_document *document, const struct sdl_type *type)
{
    const struct sdl_definition *definition = sdl_find(document, false, type->name);
    if (definition->kind == SDL_OBJECT && sdl_find_field(document, type->name, "id") != NULL)
        return json_pack("{s:s, s:s}", "__typename", type->name, "id", text);
    return type->non_null ? NULL : json_null();
}

static json_t *make_output(const gql_schema_document *document, const struct sdl_type *type)
{
    json_t *list = NULL;
    if (type->of != NULL) {
        json_t *member = make_output(document, type->of);
        list = json_array();
        if (member != NULL)
            json_array_append_new(list, member);
        return list;
    }
    return is_composite(document, type->name) ? make_object(document, type)
                                              : make_value(document, type, false, 0);
}

static void add_plain_fields(const gql_schema_document *document, const gql_schema *schema,
                             const char *type, json_t *parent)
{
    const struct sdl_definition *each = sdl_first(document, false, type);
    for (; each != NULL; each = sdl_next(each))
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
            if (field->arguments == NULL &&
                schema_find_resolver(schema, type, field->name) == NULL) {
                json_t *value = make_output(document, field->type);
                if (value != NULL)
                    json_object_set_new(parent, field->name, value);
            }
}

json_t *synthesis_parent(const gql_schema_document *document, const gql_schema *schema,
                         const char *type, const char *const *names, uint32_t count)
{
    const struct sdl_definition *definition = sdl_find(document, false, type);
    if (definition == NULL || definition->kind != SDL_OBJECT)
        return NULL;
    json_t *parent = json_pack("{s:s}", "__typename", type);
    if (names == NULL)
        add_plain_fields(document, schema, type, parent);
    for (uint32_t i = 0; i < count && parent != NULL; i++) {
        const struct sdl_field *field = sdl_find_field(document, type, names[i]);
        json_t *value = field == NULL ? NULL : make_output(document, field->type);
        if (value != NULL) {
            json_object_set_new(parent, names[i], value);
        } else {
            json_decref(parent);
            parent = NULL;
        }
    }
    return parent;
}

/* ---- Selections ---- */

struct writer {
    const gql_schema_document *document;
    FILE *out;
    unsigned fields;
};

static void write_fields(struct writer *writer, const char *name, unsigned depth);

static void write_field(struct writer *writer, const struct sdl_field *field, unsigned depth)
{
    const char *name = sdl_base_name(field->type);
    const bool composite = is_composite(writer->document, name);
    if ((composite && depth == SELECTION_DEPTH) || writer->fields >= SELECTION_FIELDS)
        return;
    writer->fields++;
    fprintf(writer->out, " %s", field->name);
    if (!composite)
        return;
    fputs(" {", writer->out);
    write_fields(writer, name, depth + 1);
    fputs(" }", writer->out);
}

/* Includes `__typename`, so that no braces are empty. */
static void write_fields(struct writer *writer, const char *name, unsigned depth)
{
    fputs(" __typename", writer->out);
    for (const struct sdl_definition *each = sdl_first(writer->document, false, name); each != NULL;
         each = sdl_next(each))
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
            write_field(writer, field, depth);
}

char *synthesis_selection(const gql_schema_document *document, const char *type_name)
{
    char *selection = NULL;
    size_t size;
    struct writer writer = {.document = document, .out = open_memstream(&selection, &size)};
    if (writer.out == NULL)
        return NULL;
    if (is_composite(document, type_name))
        write_fields(&writer, type_name, 1);
    fclose(writer.out);
    return selection;
}

char *synthesis_base_name(const char *type)
{
    return strndup(type + strspn(type, "["), strcspn(type + strspn(type, "["), "]!"));
}
