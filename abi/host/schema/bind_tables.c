// SPDX-License-Identifier: MIT
#include <string.h>

#include "abi/host/schema/binder.h"

static bool is_leaf(const struct binder *binder, const struct sdl_field *field)
{
    const char *name = sdl_base_name(field->type);
    const struct sdl_definition *type = sdl_find(binder->merged, false, name);
    return sdl_is_builtin_scalar(name) ||
           (type != NULL && (type->kind == SDL_SCALAR || type->kind == SDL_ENUM));
}

static bool has_resolver(const struct binder *binder, const char *type, const char *field)
{
    return index_find(&binder->resolvers, false, type, field) != NULL;
}

/* What a resolver requires must be in the value above: a plain field of its type. */
static void check_required(struct binder *binder, const gql_resolver *resolver, const char *name)
{
    const struct sdl_field *field = sdl_find_field(binder->merged, resolver->type, name);
    const char *why = NULL;
    if (field == NULL)
        why = "which the type does not have";
    else if (field->arguments != NULL)
        why = "which has arguments";
    else if (!is_leaf(binder, field))
        why = "which is not a scalar or an enum";
    else if (has_resolver(binder, resolver->type, name))
        why = "which has a resolver of its own";
    if (why != NULL)
        binder_add_conflict(binder, "The resolver of the plugin %s for `%s.%s` requires `%s`, %s.",
                            binder->plugin->id, resolver->type, resolver->field, name, why);
}

static void check_resolver(struct binder *binder, uint32_t index)
{
    const gql_schema *schema = binder->plugin->schema;
    const gql_resolver *resolver = schema->resolvers[index];
    if (sdl_find_field(binder->own, resolver->type, resolver->field) == NULL) {
        const bool hosts = sdl_find_field(binder->host, resolver->type, resolver->field) != NULL;
        binder_add_conflict(binder, "The plugin %s has a resolver for `%s.%s`, %s.",
                            binder->plugin->id, resolver->type, resolver->field,
                            hosts ? "which belongs to the host"
                                  : "which its schema does not define");
    }
    if (index_find(&binder->resolvers, false, resolver->type, resolver->field)->value != resolver)
        binder_add_conflict(binder, "The plugin %s has two resolvers for `%s.%s`.",
                            binder->plugin->id, resolver->type, resolver->field);
    for (uint32_t i = 0; i < resolver->required_field_count; i++)
        check_required(binder, resolver, resolver->required_fields[i]);
}

/* Fields of the root types need resolvers: there is no value above that could hold theirs. */
static void check_roots(struct binder *binder)
{
    static const char *const operations[] = {"query", "mutation", "subscription"};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const char *root = sdl_root_name(binder->merged, operations[i]);
        const struct sdl_definition *each = sdl_first(binder->own, false, root);
        for (; each != NULL; each = sdl_next(each))
            for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
                if (!has_resolver(binder, root, field->name))
                    binder_add_conflict(binder,
                                        "The plugin %s defines `%s.%s` but has no resolver for it.",
                                        binder->plugin->id, root, field->name);
    }
}

static void check_loader(struct binder *binder, uint32_t index)
{
    const gql_schema *schema = binder->plugin->schema;
    const char *type = schema->loaders[index]->type;
    const struct sdl_definition *definition = sdl_find(binder->own, false, type);
    const struct sdl_field *id = sdl_find_field(binder->merged, type, "id");
    if (definition == NULL || definition->extends || definition->kind != SDL_OBJECT)
        binder_add_conflict(
            binder,
            "The plugin %s has a loader for `%s`, which is not an object type of its own schema.",
            binder->plugin->id, type);
    else if (id == NULL || strcmp(id->type->text, "ID!") != 0)
        binder_add_conflict(binder,
                            "The plugin %s has a loader for `%s`, which has no field `id: ID!`.",
                            binder->plugin->id, type);
    if (index_find(&binder->loaders, false, type, "")->value != schema->loaders[index])
        binder_add_conflict(binder, "The plugin %s has two loaders for `%s`.", binder->plugin->id,
                            type);
}

static void check_reference(struct binder *binder, const char *type)
{
    const struct sdl_definition *own = sdl_find(binder->own, false, type);
    const struct sdl_definition *merged = sdl_find(binder->merged, false, type);
    if (merged == NULL || merged->kind != SDL_OBJECT)
        binder_add_conflict(
            binder,
            "The plugin %s refers to `%s`, but neither side defines an object type of that name.",
            binder->plugin->id, type);
    else if (own != NULL && !own->extends)
        binder_add_conflict(
            binder, "The plugin %s refers to `%s` as a type of the host, but defines it itself.",
            binder->plugin->id, type);
}

/* The tables are in the memory of `own`. False if out of memory. */
static bool index_tables(struct binder *binder)
{
    const gql_schema *schema = binder->plugin->schema;
    struct index_entry *resolvers = sdl_allocate(binder->own,
                                                 schema->resolver_count * sizeof *resolvers);
    struct index_entry *loaders = sdl_allocate(binder->own, schema->loader_count * sizeof *loaders);
    if (resolvers == NULL || loaders == NULL)
        return false;
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        resolvers[i] = (struct index_entry){.owner = schema->resolvers[i]->type,
                                            .name = schema->resolvers[i]->field,
                                            .value = schema->resolvers[i]};
    for (uint32_t i = 0; i < schema->loader_count; i++)
        loaders[i] = (struct index_entry){.owner = schema->loaders[i]->type,
                                          .name = "",
                                          .value = schema->loaders[i]};
    binder->resolvers = (struct index_table){resolvers, schema->resolver_count};
    binder->loaders = (struct index_table){loaders, schema->loader_count};
    index_sort(&binder->resolvers);
    index_sort(&binder->loaders);
    return true;
}

void binder_check_tables(struct binder *binder)
{
    const gql_schema *schema = binder->plugin->schema;
    if (!index_tables(binder)) {
        binder->out_of_memory = true;
        return;
    }
    binder->conflict_kind = GQL_CONFLICT_RESOLVER;
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        check_resolver(binder, i);
    check_roots(binder);
    binder->conflict_kind = GQL_CONFLICT_LOADER;
    for (uint32_t i = 0; i < schema->loader_count; i++)
        check_loader(binder, i);
    binder->conflict_kind = GQL_CONFLICT_REFERENCE;
    for (uint32_t i = 0; i < schema->reference_count; i++)
        check_reference(binder, schema->references[i]);
}
