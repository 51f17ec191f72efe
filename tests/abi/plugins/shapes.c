// SPDX-License-Identifier: MIT
/* Objects in the shape of the response; the faults are deviations from the shape. */
#include <string.h>

#include "tests/abi/plugins/plugin.h"

/* An object that is written: its type, and what that type implements or is a member of. */
struct object {
    const char *type;
    const char *others[2];
    const char *id;
};

static bool is_text(const char *text, size_t size, const char *other)
{
    return strlen(other) == size && memcmp(text, other, size) == 0;
}

static bool applies(const gql_shape *node, const struct object *object)
{
    const char *condition = node->type_condition;
    const size_t size = node->type_condition_size;
    return condition == NULL || FAULT == FAULT_SHAPE_CONDITIONS ||
           is_text(condition, size, object->type) || is_text(condition, size, object->others[0]) ||
           is_text(condition, size, object->others[1]);
}

static json_t *value_of(const struct object *object, const gql_shape *node)
{
    if (is_text(node->name, node->name_size, "__typename"))
        return json_string(object->type);
    if (is_text(node->name, node->name_size, "id"))
        return json_string(object->id);
    if (is_text(node->name, node->name_size, "owner"))
        return json_pack("{s:s, s:s}", "__typename", "Organization", "id", "acme");
    if (is_text(node->name, node->name_size, "target"))
        return shape_tag(TAG_PREFIX "1", node);
    if (is_text(node->name, node->name_size, "sized"))
        return json_null();
    return json_string(FAULT == FAULT_SHAPE_SWAPS ? node->response_name : "A title");
}

static json_t *name_of(const gql_shape *node)
{
    return FAULT == FAULT_SHAPE_FIELD_NAMES
               ? json_stringn(node->name, node->name_size)
               : json_stringn(node->response_name, node->response_name_size);
}

/* Whether a node before this one has the same field. */
static bool is_again(const gql_shape *first, const gql_shape *node)
{
    while (first != node && !(first->name_size == node->name_size &&
                              memcmp(first->name, node->name, node->name_size) == 0))
        first = first->next;
    return first != node;
}

static bool is_left_out(const struct object *object, const gql_shape *first, const gql_shape *node)
{
    const bool is_typename = is_text(node->name, node->name_size, "__typename");
    return !applies(node, object) || (FAULT == FAULT_SHAPE_TYPENAME && is_typename) ||
           (FAULT == FAULT_SHAPE_ONCE && is_again(first, node)) ||
           is_text(node->name, node->name_size, "shout"); /* It has a resolver of its own. */
}

static json_t *reversed(json_t *members)
{
    json_t *other = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(members, name, value) {
        json_t *former = other;
        other = json_pack("{s:O}", name, value);
        json_object_update(other, former);
        json_decref(former);
    }
    json_decref(members);
    return other;
}

static json_t *shape_object(const struct object *object, const gql_shape *shape)
{
    json_t *members = json_object();
    for (const gql_shape *node = shape->children; node != NULL; node = node->next) {
        if (is_left_out(object, shape->children, node))
            continue;
        json_t *name = name_of(node);
        /* Two nodes may have one response name under different conditions. */
        if (json_object_get(members, json_string_value(name)) == NULL)
            json_object_set_new(members, json_string_value(name), value_of(object, node));
        json_decref(name);
    }
    return FAULT == FAULT_SHAPE_ORDER ? reversed(members) : members;
}

json_t *shape_thing(const char *id, const gql_shape *shape)
{
    const struct object thing = {.type = "Thing", .others = {"Node", "Target"}, .id = id};
    if (FAULT == FAULT_SHAPE_IGNORED)
        return json_pack("{s:s, s:s}", "id", id, "title", "A title");
    return shape_object(&thing, shape);
}

json_t *shape_tag(const char *id, const gql_shape *shape)
{
    const struct object tag = {.type = "Tag", .others = {"Node", "Target"}, .id = id};
    return shape_object(&tag, shape);
}
