// SPDX-License-Identifier: MIT
#include "abi/host/schema/schema_document.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16384 };

struct sdl_arena_block {
    struct sdl_arena_block *next;
    size_t used;
    size_t size;
    max_align_t data[];
};

void *sdl_allocate(gql_schema_document *document, size_t size)
{
    const size_t alignment = _Alignof(max_align_t);
    size = (size + alignment - 1) / alignment * alignment;
    struct sdl_arena_block *block = document->blocks;
    if (block == NULL || block->size - block->used < size) {
        const size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = calloc(1, sizeof *block + room);
        if (block == NULL)
            return NULL;
        block->size = room;
        block->next = document->blocks;
        document->blocks = block;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    return memory;
}

const char *sdl_kind_name(enum sdl_kind kind)
{
    static const char *const names[] = {"schema", "scalar", "type",  "interface",
                                        "union",  "enum",   "input", "directive"};
    return names[kind];
}

bool sdl_is_builtin_scalar(const char *name)
{
    static const char *const names[] = {"Int", "Float", "String", "Boolean", "ID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static const struct sdl_definition *skip_to(const struct sdl_definition *from, bool directive,
                                            const char *name)
{
    while (from != NULL && ((from->kind == SDL_DIRECTIVE) != directive ||
                            from->kind == SDL_SCHEMA || strcmp(from->name, name) != 0))
        from = from->next;
    return from;
}

const struct sdl_definition *sdl_first(const gql_schema_document *document, bool directive,
                                       const char *name)
{
    return skip_to(document->first, directive, name);
}

const struct sdl_definition *sdl_next(const struct sdl_definition *definition)
{
    return skip_to(definition->next, definition->kind == SDL_DIRECTIVE, definition->name);
}

const struct sdl_definition *sdl_find(const gql_schema_document *document, bool directive,
                                      const char *name)
{
    const struct sdl_definition *first = sdl_first(document, directive, name);
    for (const struct sdl_definition *each = first; each != NULL; each = sdl_next(each))
        if (!each->extends)
            return each;
    return first;
}

const struct sdl_field *sdl_field_named(const struct sdl_field *first, const char *name)
{
    while (first != NULL && strcmp(first->name, name) != 0)
        first = first->next;
    return first;
}

const struct sdl_field *sdl_find_field(const gql_schema_document *document, const char *type,
                                       const char *field)
{
    const struct sdl_definition *each = sdl_first(document, false, type);
    for (; each != NULL; each = sdl_next(each)) {
        const struct sdl_field *found = sdl_field_named(each->fields, field);
        if (found != NULL)
            return found;
    }
    return NULL;
}

bool sdl_lists(const gql_schema_document *document, const char *type, const char *name)
{
    const struct sdl_definition *each = sdl_first(document, false, type);
    for (; each != NULL; each = sdl_next(each))
        for (const struct sdl_name *listed = each->names; listed != NULL; listed = listed->next)
            if (strcmp(listed->text, name) == 0)
                return true;
    return false;
}

bool sdl_is_possible(const gql_schema_document *document, const char *abstract, const char *type)
{
    if (strcmp(abstract, type) == 0)
        return true;
    const struct sdl_definition *definition = sdl_find(document, false, abstract);
    if (definition == NULL)
        return false;
    if (definition->kind == SDL_UNION)
        return sdl_lists(document, abstract, type);
    return definition->kind == SDL_INTERFACE && sdl_lists(document, type, abstract);
}

const char *sdl_base_name(const struct sdl_type *type)
{
    while (type->of != NULL)
        type = type->of;
    return type->name;
}

const char *sdl_root_name(const gql_schema_document *document, const char *operation)
{
    for (const struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        const struct sdl_field *renamed = each->kind == SDL_SCHEMA
                                              ? sdl_field_named(each->fields, operation)
                                              : NULL;
        if (renamed != NULL)
            return sdl_base_name(renamed->type);
    }
    return operation[0] == 'q' ? "Query" : operation[0] == 'm' ? "Mutation" : "Subscription";
}

void sdl_finish(gql_schema_document *document)
{
    for (struct sdl_arena_block *block = document->blocks; block != NULL;) {
        struct sdl_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *document = (gql_schema_document){0};
}

void gql_schema_document_destroy(gql_schema_document **document)
{
    if (document == NULL || *document == NULL)
        return;
    sdl_finish(*document);
    free(*document);
    *document = NULL;
}

const char *gql_schema_document_field_type(const gql_schema_document *document, const char *type,
                                           const char *field)
{
    const struct sdl_field *found = sdl_find_field(document, type, field);
    return found == NULL ? NULL : found->type->text;
}

const gql_resolver *schema_find_resolver(const gql_schema *schema, const char *type,
                                         const char *field)
{
    for (uint32_t i = 0; schema != NULL && i < schema->resolver_count; i++)
        if (strcmp(schema->resolvers[i]->type, type) == 0 &&
            strcmp(schema->resolvers[i]->field, field) == 0)
            return schema->resolvers[i];
    return NULL;
}

bool schema_is_reference(const gql_schema *schema, const char *type)
{
    for (uint32_t i = 0; schema != NULL && i < schema->reference_count; i++)
        if (strcmp(schema->references[i], type) == 0)
            return true;
    return false;
}
