// SPDX-License-Identifier: MIT
#include "plugin/resolvers/output.h"

#include <stdlib.h>

#include "plugin/resolvers/output_types.h"

/* ---- What the host asks for: nodes of a selection or of a shape ---- */

/* At most one of both; neither: not known. */
struct node {
    const gql_selection *selection;
    const gql_shape *shape;
};

static bool is_node(struct node node)
{
    return node.selection != NULL || node.shape != NULL;
}

static struct node first_below(struct node node)
{
    return node.shape != NULL ? (struct node){.shape = node.shape->children}
                              : (struct node){.selection = node.selection->children};
}

static struct node after(struct node node)
{
    return node.shape != NULL ? (struct node){.shape = node.shape->next}
                              : (struct node){.selection = node.selection->next};
}

static struct text name_of(struct node node)
{
    return node.shape != NULL ? (struct text){node.shape->name, node.shape->name_size}
                              : (struct text){node.selection->name, node.selection->name_size};
}

/* May be the name of the field; no text: is that. */
static struct text alias_of(struct node node)
{
    if (node.shape == NULL)
        return NO_TEXT;
    return (struct text){node.shape->response_name, node.shape->response_name_size};
}

static bool applies(struct node node, const struct output_type *type)
{
    if (node.shape == NULL || node.shape->type_condition == NULL)
        return true;
    const struct text condition = {node.shape->type_condition, node.shape->type_condition_size};
    bool found = text_equal(condition, text_of(type->name));
    for (size_t i = 0; i < sizeof type->interfaces / sizeof *type->interfaces; i++)
        found = found || (type->interfaces[i] != NULL &&
                          text_equal(condition, text_of(type->interfaces[i])));
    return found;
}

/* ---- Making ---- */

/* Memory beyond the caller's room. */
struct output_chunk {
    struct output_chunk *next;
    char bytes[];
};

struct maker {
    struct output *output;
    char *free;
    size_t left;
    bool failed;
};

/* Returns aligned memory, or NULL. */
static void *take(struct maker *maker, size_t size)
{
    const size_t align = sizeof(void *);
    size = (size + align - 1) / align * align;
    if (maker->left < size) {
        const size_t more = size > OUTPUT_ROOM ? size : OUTPUT_ROOM;
        struct output_chunk *chunk = malloc(sizeof *chunk + more);
        if (chunk == NULL)
            return NULL;
        chunk->next = maker->output->chunks;
        maker->output->chunks = chunk;
        maker->free = chunk->bytes;
        maker->left = more;
    }
    void *taken = maker->free;
    maker->free += size;
    maker->left -= size;
    return taken;
}

/* `,"name":rest` under another name. No text without memory. */
static struct text rename_member(struct maker *maker, struct text name, struct text rest)
{
    const size_t size = name.size + 3 + rest.size;
    char *text = take(maker, size);
    if (text == NULL)
        return NO_TEXT;
    memcpy(text, ",\"", 2);
    memcpy(text + 2, name.data, name.size);
    text[2 + name.size] = '"';
    memcpy(text + 3 + name.size, rest.data, rest.size);
    return (struct text){text, size};
}

/*
 * Adds a field at *end, the place for the next one, and returns it; NULL without memory. `known`:
 * its member by its own name, which has `own_size` bytes. `alias`: the name in its place; or no
 * text.
 */
static struct output_field *add_member(struct maker *maker, const struct output_field ***end,
                                       struct text known, size_t own_size, struct text alias,
                                       enum output_kind kind)
{
    struct text member = known;
    struct output_field *field = take(maker, sizeof *field);
    if (alias.data != NULL) {
        const struct text own = {known.data + 2, own_size};
        const struct text rest = {own.data + own_size + 1, known.size - own_size - 3};
        member = text_equal(alias, own) ? known : rename_member(maker, alias, rest);
    }
    if (field == NULL || member.data == NULL) {
        maker->failed = true;
        return NULL;
    }
    *field = (struct output_field){.member = member, .kind = kind};
    **end = field;
    *end = &field->next;
    maker->output->kinds |= 1u << kind;
    maker->output->room += member.size;
    return field;
}

static void add_typename(struct maker *maker, const struct output_field ***end,
                         const struct output_type *type, struct text alias)
{
    add_member(maker, end, type->typename, sizeof "__typename" - 1, alias, OUTPUT_TYPENAME);
}

static const struct output_field *make_object(struct maker *maker, const struct output_type *type,
                                              struct node node);

/* `node`: what is asked for of its object. */
static void add_field(struct maker *maker, const struct output_field ***end,
                      const struct output_type_field *known, struct text alias, struct node node)
{
    struct output_field *field = add_member(maker, end, known->member, known->member.size - 4,
                                            alias, known->kind);
    maker->output->room += known->room;
    if (field != NULL && known->type != NULL)
        field->below = make_object(maker, known->type, node);
}

static void add_node(struct maker *maker, const struct output_field ***end,
                     const struct output_type *type, struct node node)
{
    const struct output_type_field *known = output_type_find(type, name_of(node));
    if (!applies(node, type))
        return;
    if (known != NULL)
        add_field(maker, end, known, alias_of(node), node);
    else if (text_equal(name_of(node), TEXT("__typename")))
        add_typename(maker, end, type, alias_of(node));
}

static void add_everything(struct maker *maker, const struct output_field ***end,
                           const struct output_type *type)
{
    if (type->is_reference)
        add_typename(maker, end, type, NO_TEXT);
    for (size_t i = 0; i < type->field_count; i++)
        add_field(maker, end, &type->fields[i], NO_TEXT, (struct node){NULL});
}

static const struct output_field *make_object(struct maker *maker, const struct output_type *type,
                                              struct node node)
{
    const struct output_field *first = NULL, **end = &first;
    maker->output->room += 2;
    if (is_node(node) && (node.shape != NULL || !type->is_reference)) {
        for (struct node child = first_below(node); is_node(child); child = after(child))
            add_node(maker, &end, type, child);
    } else {
        add_everything(maker, &end, type);
    }
    if (first != NULL) { /* Without its comma. */
        struct output_field *field = (struct output_field *)(uintptr_t)first;
        field->member.data++;
        field->member.size--;
    }
    return first;
}

bool output_make(struct output *output, const struct output_type *type, const gql_call *call,
                 char room[OUTPUT_ROOM])
{
    const bool is_shaped = (call->flags & GQL_CALL_SHAPED) != 0;
    struct maker maker = {.output = output, .free = room, .left = OUTPUT_ROOM};
    *output = (struct output){.room = 0};
    output->first = make_object(&maker, type,
                                is_shaped ? (struct node){.shape = call->shape}
                                          : (struct node){.selection = call->selection});
    return !maker.failed;
}

void output_finish(struct output *output)
{
    while (output->chunks != NULL) {
        struct output_chunk *chunk = output->chunks;
        output->chunks = chunk->next;
        free(chunk);
    }
}
