// SPDX-License-Identifier: MIT
#include "abi/check/harness/shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/schema/schema_document.h"
#include "abi/host/schema/sdl_parser.h"

enum { DEPTH = 4 };

/* ---- Schema ---- */

static bool is_composite(const struct shape *shape, const char *type)
{
    const struct sdl_definition *found = sdl_find(shape->document, false, type);
    return found != NULL &&
           (found->kind == SDL_OBJECT || found->kind == SDL_INTERFACE || found->kind == SDL_UNION);
}

static bool is_object(const struct shape *shape, const char *type)
{
    const struct sdl_definition *found = sdl_find(shape->document, false, type);
    return found != NULL && found->kind == SDL_OBJECT;
}

static bool needs_arguments(const struct sdl_field *field)
{
    for (const struct sdl_field *each = field->arguments; each != NULL; each = each->next)
        if (each->type->non_null && each->default_text == NULL)
            return true;
    return false;
}

/* An interface of an object type, or the type itself. */
static const char *interface_of(const struct shape *shape, const char *type)
{
    const struct sdl_definition *each = sdl_first(shape->document, false, type);
    for (; each != NULL; each = sdl_next(each))
        if (each->names != NULL)
            return each->names->text;
    return type;
}

/* ---- Making ---- */

/* A list of siblings that grows at its end. */
struct siblings {
    struct shape *shape;
    const gql_shape **end;
};

__attribute__((format(printf, 2, 3))) static const char *keep_name(struct shape *shape,
                                                                   const char *format, ...)
{
    char *name = shape->names + shape->names_size;
    const size_t room = sizeof shape->names - shape->names_size;
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(name, room, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= room)
        return NULL;
    shape->names_size += (size_t)size + 1;
    return name;
}

/* NULL if the shape is full; `response` may then be NULL too. */
static gql_shape *add(struct siblings *siblings, const char *field, const char *response,
                      const char *condition)
{
    struct shape *shape = siblings->shape;
    if (shape->node_count == SHAPE_NODES || response == NULL)
        return NULL;
    gql_shape *node = &shape->nodes[shape->node_count++];
    *node = (gql_shape){.struct_size = sizeof *node,
                        .name_size = (uint32_t)strlen(field),
                        .name = field,
                        .response_name = response,
                        .response_name_size = (uint32_t)strlen(response),
                        .type_condition = condition,
                        .type_condition_size = condition == NULL ? 0 : (uint32_t)strlen(condition)};
    *siblings->end = node;
    siblings->end = &node->next;
    return node;
}

static const gql_shape *make_children(struct shape *shape, const char *type, unsigned depth);

static void add_field(struct siblings *siblings, const char *type, const struct sdl_field *field,
                      const char *condition, unsigned depth)
{
    struct shape *shape = siblings->shape;
    const char *base = sdl_base_name(field->type);
    if (schema_find_resolver(shape->schema, type, field->name) != NULL || needs_arguments(field) ||
        (is_composite(shape, base) && depth == DEPTH))
        return;
    gql_shape *node = add(siblings, field->name, keep_name(shape, "%s_%s", type, field->name),
                          condition);
    if (node != NULL && is_composite(shape, base))
        node->children = make_children(shape, base, depth + 1);
}

/* From the last field to the first, each other one under an interface of the type. */
static void add_fields(struct siblings *siblings, const char *type, bool conditional,
                       unsigned depth)
{
    const struct sdl_field *fields[256];
    size_t count = 0;
    const struct sdl_definition *each = sdl_first(siblings->shape->document, false, type);
    for (; each != NULL; each = sdl_next(each))
        for (const struct sdl_field *field = each->fields; field != NULL && count < 256;
             field = field->next)
            fields[count++] = field;
    for (size_t i = count; i-- > 0;) {
        const char *condition = i % 3 == 0   ? type
                                : i % 3 == 1 ? interface_of(siblings->shape, type)
                                             : NULL;
        add_field(siblings, type, fields[i], conditional ? type : condition, depth);
    }
}

/* Each field without children again, under its own name. */
static void add_again(struct siblings *siblings, const gql_shape *first)
{
    const gql_shape **end = siblings->end;
    for (const gql_shape *node = first; node != NULL; node = node->next) {
        if (node->children == NULL && strcmp(node->name, "__typename") != 0)
            add(siblings, node->name, node->name, node->type_condition);
        if (&node->next == end)
            break;
    }
}

static void add_possible_types(struct siblings *siblings, const char *type, unsigned depth)
{
    const struct sdl_definition *each = siblings->shape->document->first;
    for (; each != NULL; each = each->next)
        if (each->kind == SDL_OBJECT && !each->extends &&
            sdl_is_possible(siblings->shape->document, type, each->name) &&
            !schema_is_reference(siblings->shape->schema, each->name))
            add_fields(siblings, each->name, true, depth);
}

static const gql_shape *make_children(struct shape *shape, const char *type, unsigned depth)
{
    const gql_shape *first = NULL;
    struct siblings siblings = {.shape = shape, .end = &first};
    add(&siblings, "__typename", is_object(shape, type) ? "kind" : "__typename", NULL);
    if (schema_is_reference(shape->schema, type))
        add(&siblings, "id", "id", NULL);
    else if (is_object(shape, type))
        add_fields(&siblings, type, false, depth);
    else
        add_possible_types(&siblings, type, depth);
    if (is_object(shape, type) && !schema_is_reference(shape->schema, type))
        add_again(&siblings, first);
    return first;
}

void shape_make(struct shape *shape, const gql_schema_document *document, const gql_schema *schema,
                const char *field, const char *type)
{
    const gql_shape *first = NULL;
    shape->document = document;
    shape->schema = schema;
    shape->node_count = shape->names_size = 0;
    struct siblings root = {.shape = shape, .end = &first};
    const size_t start = strspn(type, "[");
    const char *base = keep_name(shape, "%.*s", (int)strcspn(type + start, "]!"), type + start);
    gql_shape *node = add(&root, field, field, NULL);
    if (node != NULL && base != NULL && is_composite(shape, base))
        node->children = make_children(shape, base, 1);
}

/* ---- Comparing ---- */

struct comparison {
    const struct shape *shape;
    unsigned *objects;
    char *detail;
};

__attribute__((format(printf, 2, 3))) static bool differ(struct comparison *comparison,
                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(comparison->detail, SHAPE_TEXT, format, arguments);
    va_end(arguments);
    return false;
}

static bool compare(struct comparison *comparison, const struct sdl_type *type,
                    const gql_shape *node, const json_t *value);

static bool compare_leaf(struct comparison *comparison, const struct sdl_type *type,
                         const gql_shape *node, const json_t *value)
{
    gql_failure failure = {.struct_size = sizeof failure};
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    const bool right = text != NULL &&
                       gql_value_check(comparison->shape->document, NULL, type->text, NULL, text,
                                       strlen(text), &failure) == GQL_OK;
    free(text);
    return right ||
           differ(comparison, "the member `%s`: %.300s", node->response_name, failure.message);
}

/* The type of an object: the declared one, or what `__typename` says. */
static const char *type_of(const struct shape *shape, const char *declared, const gql_shape *node,
                           const json_t *value)
{
    const json_t *name = json_object_get(value, node->children->response_name);
    return is_object(shape, declared) ? declared
           : json_is_string(name)     ? json_string_value(name)
                                      : NULL;
}

static bool applies(const struct shape *shape, const gql_shape *node, const char *type)
{
    return node->type_condition == NULL ||
           sdl_is_possible(shape->document, node->type_condition, type);
}

static bool compare_member(struct comparison *comparison, const char *type, const gql_shape *node,
                           const json_t *member)
{
    if (strcmp(node->name, "__typename") == 0)
        return (json_is_string(member) && strcmp(json_string_value(member), type) == 0) ||
               differ(comparison, "`%s`, which is `__typename`, is not \"%s\"", node->response_name,
                      type);
    const struct sdl_field *field = sdl_find_field(comparison->shape->document, type, node->name);
    return field == NULL || compare(comparison, field->type, node, member);
}

/* One field under two names has one value. */
static bool compare_again(struct comparison *comparison, const char *type, const gql_shape *first,
                          const gql_shape *node, const json_t *object)
{
    for (const gql_shape *each = first; each != node; each = each->next)
        if (strcmp(each->name, node->name) == 0 && applies(comparison->shape, each, type) &&
            !json_equal(json_object_get(object, each->response_name),
                        json_object_get(object, node->response_name)))
            return differ(comparison, "`%s` and `%s` are the same field, but have other values",
                          each->response_name, node->response_name);
    return true;
}

static bool compare_members(struct comparison *comparison, const char *type, const gql_shape *first,
                            const json_t *value)
{
    json_t *object = (json_t *)(uintptr_t)value; /* Iterators are not for constants. */
    void *member = json_object_iter(object);
    for (const gql_shape *node = first; node != NULL; node = node->next) {
        if (!applies(comparison->shape, node, type))
            continue;
        if (member == NULL)
            return differ(comparison, "the member `%s` of the type `%s` is missing",
                          node->response_name, type);
        if (strcmp(json_object_iter_key(member), node->response_name) != 0)
            return differ(comparison, "an object `%s` has the member `%s` where `%s` is selected",
                          type, json_object_iter_key(member), node->response_name);
        if (!compare_member(comparison, type, node, json_object_iter_value(member)) ||
            !compare_again(comparison, type, first, node, value))
            return false;
        member = json_object_iter_next(object, member);
    }
    return member == NULL || differ(comparison, "an object `%s` has the member `%s` too many", type,
                                    json_object_iter_key(member));
}

static bool compare_object(struct comparison *comparison, const char *declared,
                           const gql_shape *node, const json_t *value)
{
    const char *type = type_of(comparison->shape, declared, node, value);
    if (!json_is_object(value))
        return differ(comparison, "the member `%s` is not an object", node->response_name);
    ++*comparison->objects;
    if (type == NULL)
        return differ(comparison, "an object `%s` has no `%s`", declared,
                      node->children->response_name);
    /* The host resolves references, so it only needs the ID. */
    if (schema_is_reference(comparison->shape->schema, type))
        return json_is_string(json_object_get(value, "id")) ||
               differ(comparison, "a reference to `%s` has no `id`", type);
    return compare_members(comparison, type, node->children, value);
}

static bool compare_list(struct comparison *comparison, const struct sdl_type *type,
                         const gql_shape *node, const json_t *value)
{
    if (!json_is_array(value))
        return differ(comparison, "the member `%s` is not a list", node->response_name);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!compare(comparison, type->of, node, json_array_get(value, i)))
            return false;
    return true;
}

static bool compare(struct comparison *comparison, const struct sdl_type *type,
                    const gql_shape *node, const json_t *value)
{
    if (json_is_null(value))
        return !type->non_null ||
               differ(comparison, "the member `%s` is null, but its type is `%s`",
                      node->response_name, type->text);
    if (type->of != NULL)
        return compare_list(comparison, type, node, value);
    return node->children == NULL ? compare_leaf(comparison, type, node, value)
                                  : compare_object(comparison, type->name, node, value);
}

bool shape_check(const struct shape *shape, const char *type, const json_t *value,
                 unsigned *objects, char detail[SHAPE_TEXT])
{
    struct comparison comparison = {.shape = shape, .objects = objects, .detail = detail};
    gql_schema_document scratch = {0};
    const struct sdl_type *parsed = NULL;
    const bool right = sdl_parse_type(&scratch, type, strlen(type), &parsed, NULL) == GQL_OK &&
                       compare(&comparison, parsed, &shape->nodes[0], value);
    sdl_finish(&scratch);
    return right;
}
