// SPDX-License-Identifier: MIT
/*
 * The rules of the type system that a merge can break (GraphQL specification of October 2021,
 * section 3).
 */
#include <string.h>

#include "abi/host/schema/binder.h"

/* ---- Duplicates ---- */

static const char *other_side(const struct binder *binder, bool host)
{
    return host ? "the host or a plugin before it" : binder->plugin->id;
}

static void check_unique(struct binder *binder, const struct sdl_definition *definition)
{
    const bool directive = definition->kind == SDL_DIRECTIVE;
    const struct sdl_definition *host = sdl_find(binder->host, directive, definition->name);
    const bool twice = sdl_find(binder->added, directive, definition->name) != definition;
    if (twice || (host != NULL && !host->extends))
        binder_add_conflict(binder, "The %s `%s` of the plugin %s is already defined by %s.",
                            sdl_kind_name(definition->kind), definition->name, binder->plugin->id,
                            other_side(binder, !twice));
}

static void check_extended(struct binder *binder, const struct sdl_definition *extension)
{
    const struct sdl_definition *definition = sdl_find(binder->merged, false, extension->name);
    if (definition == NULL || definition->extends)
        binder_add_conflict(binder,
                            "The plugin %s extends the %s `%s`, which neither side defines.",
                            binder->plugin->id, sdl_kind_name(extension->kind), extension->name);
    else if (definition->kind != extension->kind)
        binder_add_conflict(binder, "The plugin %s extends `%s` as kind %s, but it is of kind %s.",
                            binder->plugin->id, extension->name, sdl_kind_name(extension->kind),
                            sdl_kind_name(definition->kind));
}

static void check_unique_fields(struct binder *binder, const struct sdl_definition *definition)
{
    for (const struct sdl_field *field = definition->fields; field != NULL; field = field->next) {
        const bool directive = definition->kind == SDL_DIRECTIVE;
        const bool hosts = definition->extends &&
                           sdl_find_field(binder->host, definition->name, field->name) != NULL;
        if (hosts ||
            sdl_find_member(binder->added, directive, definition->name, field->name) != field)
            binder_add_conflict(binder,
                                "The field `%s.%s` of the plugin %s is already defined by %s.",
                                definition->name, field->name, binder->plugin->id,
                                other_side(binder, hosts));
        if (strncmp(field->name, "__", 2) == 0)
            binder_add_conflict(
                binder,
                "The field `%s.%s` of the plugin %s has a name that is reserved for introspection.",
                definition->name, field->name, binder->plugin->id);
    }
}

static void check_unique_names(struct binder *binder, const struct sdl_definition *definition)
{
    for (const struct sdl_name *name = definition->names; name != NULL; name = name->next)
        if (definition->extends && sdl_lists(binder->host, false, definition->name, name->text))
            binder_add_conflict(binder, "The plugin %s adds `%s` to `%s`, which already has it.",
                                binder->plugin->id, name->text, definition->name);
}

/* ---- Unknown names ---- */

static bool is_builtin_directive(const char *name)
{
    static const char *const names[] = {"skip", "include", "deprecated", "specifiedBy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void check_directives(struct binder *binder, const struct sdl_name *directives,
                             const char *where)
{
    for (; directives != NULL; directives = directives->next)
        if (!is_builtin_directive(directives->text) &&
            sdl_first(binder->merged, true, directives->text) == NULL)
            binder_add_conflict(
                binder,
                "The plugin %s uses the directive `@%s` at `%s`, which neither side defines.",
                binder->plugin->id, directives->text, where);
}

/* Arguments and input fields take input types, all others output types (section 3.4.2). */
static void check_type(struct binder *binder, const char *owner, const struct sdl_field *field,
                       bool input)
{
    const char *name = sdl_base_name(field->type);
    if (sdl_is_builtin_scalar(name))
        return;
    const struct sdl_definition *type = sdl_find(binder->merged, false, name);
    if (type == NULL || type->extends) {
        binder_add_conflict(binder,
                            "`%s.%s` of the plugin %s is of type `%s`, which neither side defines.",
                            owner, field->name, binder->plugin->id, name);
        return;
    }
    const bool both = type->kind == SDL_SCALAR || type->kind == SDL_ENUM;
    if (!both && (type->kind == SDL_INPUT) != input)
        binder_add_conflict(binder,
                            "`%s.%s` of the plugin %s can't be of type `%s`, which is of kind %s.",
                            owner, field->name, binder->plugin->id, name,
                            sdl_kind_name(type->kind));
}

static void check_fields(struct binder *binder, const struct sdl_definition *definition)
{
    const bool input = definition->kind == SDL_INPUT || definition->kind == SDL_DIRECTIVE;
    for (const struct sdl_field *field = definition->fields; field != NULL; field = field->next) {
        check_type(binder, definition->name, field, input);
        check_directives(binder, field->directives, definition->name);
        for (const struct sdl_field *argument = field->arguments; argument != NULL;
             argument = argument->next) {
            check_type(binder, definition->name, argument, true);
            check_directives(binder, argument->directives, definition->name);
        }
    }
}

static void check_members(struct binder *binder, const struct sdl_definition *definition)
{
    for (const struct sdl_name *name = definition->names; name != NULL; name = name->next) {
        const struct sdl_definition *member = sdl_find(binder->merged, false, name->text);
        if (member == NULL || member->kind != SDL_OBJECT)
            binder_add_conflict(binder,
                                "The union `%s` has the member `%s`, which is not an object type.",
                                definition->name, name->text);
    }
}

/* ---- Interfaces (section 3.6, type validation) ---- */

static bool is_subtype(const struct binder *binder, const struct sdl_type *type,
                       const struct sdl_type *of)
{
    if (of->non_null && !type->non_null)
        return false;
    if ((type->of == NULL) != (of->of == NULL))
        return false;
    if (type->of != NULL)
        return is_subtype(binder, type->of, of->of);
    return sdl_is_possible(binder->merged, of->name, type->name);
}

static void check_arguments(struct binder *binder, const char *type, const char *interface,
                            const struct sdl_field *field, const struct sdl_field *promised)
{
    for (const struct sdl_field *each = promised->arguments; each != NULL; each = each->next) {
        const struct sdl_field *found = sdl_field_named(field->arguments, each->name);
        if (found == NULL || strcmp(found->type->text, each->type->text) != 0)
            binder_add_conflict(
                binder, "`%s.%s` does not have the argument `%s: %s` of the interface `%s`.", type,
                field->name, each->name, each->type->text, interface);
    }
    for (const struct sdl_field *each = field->arguments; each != NULL; each = each->next)
        if (each->type->non_null && each->default_text == NULL &&
            sdl_field_named(promised->arguments, each->name) == NULL)
            binder_add_conflict(
                binder,
                "`%s.%s` requires the argument `%s`, which the interface `%s` does not have.", type,
                field->name, each->name, interface);
}

static void check_promises(struct binder *binder, const char *type,
                           const struct sdl_definition *interface)
{
    for (const struct sdl_field *promised = interface->fields; promised != NULL;
         promised = promised->next) {
        const struct sdl_field *field = sdl_find_field(binder->merged, type, promised->name);
        if (field == NULL)
            binder_add_conflict(binder,
                                "`%s` does not have the field `%s: %s` of the interface `%s`.",
                                type, promised->name, promised->type->text, interface->name);
        else if (!is_subtype(binder, field->type, promised->type))
            binder_add_conflict(
                binder, "`%s.%s` is of type `%s`, which does not match `%s` of the interface `%s`.",
                type, promised->name, field->type->text, promised->type->text, interface->name);
        else
            check_arguments(binder, type, interface->name, field, promised);
    }
    for (const struct sdl_name *parent = interface->names; parent != NULL; parent = parent->next)
        if (strcmp(parent->text, type) == 0 ||
            !sdl_lists(binder->merged, false, type, parent->text))
            binder_add_conflict(binder, "`%s` implements `%s`, so it must also implement `%s`.",
                                type, interface->name, parent->text);
}

static void check_interfaces(struct binder *binder, const struct sdl_definition *definition)
{
    for (const struct sdl_name *name = definition->names; name != NULL; name = name->next) {
        const struct sdl_definition *interface = sdl_find(binder->merged, false, name->text);
        if (interface == NULL || interface->kind != SDL_INTERFACE || interface->extends) {
            binder_add_conflict(binder,
                                "`%s` implements `%s`, which neither side defines as an interface.",
                                definition->name, name->text);
            continue;
        }
        for (interface = sdl_first(binder->merged, false, name->text); interface != NULL;
             interface = sdl_next(interface))
            check_promises(binder, definition->name, interface);
    }
}

void binder_check_types(struct binder *binder)
{
    for (const struct sdl_definition *each = binder->added->first; each != NULL;
         each = each->next) {
        if (each->kind == SDL_SCHEMA)
            continue;
        if (each->extends)
            check_extended(binder, each);
        else
            check_unique(binder, each);
        check_unique_fields(binder, each);
        check_unique_names(binder, each);
        check_directives(binder, each->directives, each->name);
        check_fields(binder, each);
        if (each->kind == SDL_UNION)
            check_members(binder, each);
    }
    /* Includes the host's types: the plugin may have extended an interface that they implement. */
    for (const struct sdl_definition *each = binder->merged->first; each != NULL; each = each->next)
        if (each->kind == SDL_OBJECT || each->kind == SDL_INTERFACE)
            check_interfaces(binder, each);
}
