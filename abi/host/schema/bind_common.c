// SPDX-License-Identifier: MIT
/*
 * Whether the host's own `PageInfo` can stand in for the plugin's: it may have more members, but
 * must have all that the plugin's has.
 */
#include <string.h>

#include "abi/host/schema/binder.h"

static void compare_arguments(struct binder *binder, const char *type,
                              const struct sdl_field *wanted, const struct sdl_field *found)
{
    for (const struct sdl_field *each = wanted->arguments; each != NULL; each = each->next) {
        const struct sdl_field *argument = sdl_field_named(found->arguments, each->name);
        if (argument == NULL || strcmp(argument->type->text, each->type->text) != 0)
            binder_add_conflict(
                binder, "The host's `%s.%s` has no argument `%s: %s`, which the plugin %s needs.",
                type, wanted->name, each->name, each->type->text, binder->plugin->id);
    }
}

static void compare_fields(struct binder *binder, const struct sdl_definition *wanted)
{
    for (const struct sdl_field *each = wanted->fields; each != NULL; each = each->next) {
        const struct sdl_field *found = sdl_find_member(binder->host, wanted->kind == SDL_DIRECTIVE,
                                                        wanted->name, each->name);
        if (found == NULL)
            binder_add_conflict(binder,
                                "The host's %s `%s` has no `%s: %s`, which the plugin %s needs.",
                                sdl_kind_name(wanted->kind), wanted->name, each->name,
                                each->type->text, binder->plugin->id);
        else if (strcmp(found->type->text, each->type->text) != 0)
            binder_add_conflict(
                binder, "`%s.%s` is of type `%s` in the host, but the plugin %s needs `%s`.",
                wanted->name, each->name, found->type->text, binder->plugin->id, each->type->text);
        else
            compare_arguments(binder, wanted->name, each, found);
    }
}

static void compare_names(struct binder *binder, const struct sdl_definition *wanted)
{
    static const char *const meanings[] = {[SDL_OBJECT] = "does not implement",
                                           [SDL_INTERFACE] = "does not implement",
                                           [SDL_UNION] = "does not have the member",
                                           [SDL_ENUM] = "does not have the value",
                                           [SDL_DIRECTIVE] = "can't be used on"};
    for (const struct sdl_name *each = wanted->names; each != NULL; each = each->next)
        if (!sdl_lists(binder->host, wanted->kind == SDL_DIRECTIVE, wanted->name, each->text))
            binder_add_conflict(binder, "The host's %s `%s` %s `%s`, which the plugin %s needs.",
                                sdl_kind_name(wanted->kind), wanted->name, meanings[wanted->kind],
                                each->text, binder->plugin->id);
}

void binder_compare_common(struct binder *binder, const gql_schema_document *part)
{
    for (const struct sdl_definition *each = part->first; each != NULL; each = each->next) {
        const bool directive = each->kind == SDL_DIRECTIVE;
        const struct sdl_definition *found = sdl_find(binder->host, directive, each->name);
        if (found == NULL) {
            binder_add_conflict(
                binder, "The host defines a part of what the plugin %s needs, but no %s `%s`.",
                binder->plugin->id, sdl_kind_name(each->kind), each->name);
        } else if (found->kind != each->kind) {
            binder_add_conflict(
                binder,
                "`%s` is of kind %s in the host, but the plugin %s needs it to be of kind %s.",
                each->name, sdl_kind_name(found->kind), binder->plugin->id,
                sdl_kind_name(each->kind));
        } else {
            compare_fields(binder, each);
            compare_names(binder, each);
        }
    }
}
