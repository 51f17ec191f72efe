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

static void add(struct index_table *table, const struct sdl_definition *owner, const char *name,
                const void *value)
{
    table->entries[table->count++] = (struct index_entry){.directive = owner->kind == SDL_DIRECTIVE,
                                                          .owner = owner->name,
                                                          .name = name,
                                                          .value = value};
}

/* Allocates the tables for all that the document has. */
static bool make_tables(gql_schema_document *document)
{
    size_t definitions = 0;
    size_t fields = 0;
    size_t names = 0;
    for (const struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        definitions++;
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
            fields++;
        for (const struct sdl_name *name = each->names; name != NULL; name = name->next)
            names++;
    }
    document->definitions.entries = sdl_allocate(document,
                                                 definitions * sizeof(struct index_entry));
    document->fields.entries = sdl_allocate(document, fields * sizeof(struct index_entry));
    document->names.entries = sdl_allocate(document, names * sizeof(struct index_entry));
    return document->definitions.entries != NULL && document->fields.entries != NULL &&
           document->names.entries != NULL;
}

/* `all` are the definitions in the order of the document. */
static void link_same(const struct index_table *sorted, struct sdl_definition *const *all)
{
    struct sdl_definition *first = NULL;
    struct sdl_definition *before = NULL;
    for (size_t i = 0; i < sorted->count; i++) {
        struct sdl_definition *each = all[sorted->entries[i].order];
        const bool same = first != NULL && strcmp(first->name, each->name) == 0 &&
                          (first->kind == SDL_DIRECTIVE) == (each->kind == SDL_DIRECTIVE);
        if (same)
            before->same = each;
        else
            first = each;
        if (first->found == NULL || (first->found->extends && !each->extends))
            first->found = each;
        before = each;
    }
}

bool sdl_index(gql_schema_document *document)
{
    if (!make_tables(document))
        return false;
    size_t count = 0;
    for (struct sdl_definition *each = document->first; each != NULL; each = each->next)
        count++;
    struct sdl_definition **all = sdl_allocate(document, count * sizeof(struct sdl_definition *));
    if (all == NULL)
        return false;
    for (struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        if (each->kind == SDL_SCHEMA)
            continue;
        all[document->definitions.count] = each;
        add(&document->definitions, each, "", each);
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
            add(&document->fields, each, field->name, field);
        for (const struct sdl_name *name = each->names; name != NULL; name = name->next)
            add(&document->names, each, name->text, name);
    }
    index_sort(&document->definitions);
    index_sort(&document->fields);
    index_sort(&document->names);
    link_same(&document->definitions, all);
    return true;
}

const struct sdl_definition *sdl_first(const gql_schema_document *document, bool directive,
                                       const char *name)
{
    const struct index_entry *entry = index_find(&document->definitions, directive, name, "");
    return entry == NULL ? NULL : entry->value;
}

const struct sdl_definition *sdl_next(const struct sdl_definition *definition)
{
    return definition->same;
}

const struct sdl_definition *sdl_find(const gql_schema_document *document, bool directive,
                                      const char *name)
{
    const struct sdl_definition *first = sdl_first(document, directive, name);
    return first == NULL ? NULL : first->found;
}

const struct sdl_field *sdl_field_named(const struct sdl_field *first, const char *name)
{
    while (first != NULL && strcmp(first->name, name) != 0)
        first = first->next;
    return first;
}

const struct sdl_field *sdl_find_member(const gql_schema_document *document, bool directive,
                                        const char *owner, const char *name)
{
    const struct index_entry *entry = index_find(&document->fields, directive, owner, name);
    return entry == NULL ? NULL : entry->value;
}

const struct sdl_field *sdl_find_field(const gql_schema_document *document, const char *type,
                                       const char *field)
{
    return sdl_find_member(document, false, type, field);
}

bool sdl_lists(const gql_schema_document *document, bool directive, const char *owner,
               const char *name)
{
    return index_find(&document->names, directive, owner, name) != NULL;
}

bool sdl_is_possible(const gql_schema_document *document, const char *abstract, const char *type)
{
    if (strcmp(abstract, type) == 0)
        return true;
    const struct sdl_definition *definition = sdl_find(document, false, abstract);
    if (definition == NULL)
        return false;
    if (definition->kind == SDL_UNION)
        return sdl_lists(document, false, abstract, type);
    return definition->kind == SDL_INTERFACE && sdl_lists(document, false, type, abstract);
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
