// SPDX-License-Identifier: MIT
#include "abi/host/plugin_validation.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/base/json_text.h"

struct validation {
    const char *path;
    gql_failure *failure;
};

static int32_t fail_element(const struct validation *validation, const char *array, uint32_t index,
                            const char *defect)
{
    return gql_fail(validation->failure, GQL_E_MISUSE, "%s: %s[%u] %s", validation->path, array,
                    index, defect);
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static int32_t check_version(const struct validation *validation, const gql_plugin *plugin)
{
    if (!GQL_HAS(plugin, abi_minor))
        return gql_fail(validation->failure, GQL_E_MISUSE,
                        "%s: gql_plugin.struct_size is %u, too small to hold a version",
                        validation->path, plugin->struct_size);
    /* Before 1.0 a minor version may break. */
    if (plugin->abi_major != GQL_ABI_MAJOR ||
        (GQL_ABI_MAJOR == 0 && plugin->abi_minor != GQL_ABI_MINOR))
        return gql_fail(validation->failure, GQL_E_VERSION,
                        "%s: written for plugin ABI %u.%u, but this host implements %u.%u; install "
                        "a build for that version",
                        validation->path, plugin->abi_major, plugin->abi_minor, GQL_ABI_MAJOR,
                        GQL_ABI_MINOR);
    return GQL_OK;
}

static int32_t check_members(const struct validation *validation, const gql_plugin *plugin)
{
    const struct {
        const char *name;
        bool given;
    } members[] = {
        {"id", is_given(plugin->id)},
        {"name", is_given(plugin->name)},
        {"version", is_given(plugin->version)},
        {"description", is_given(plugin->description)},
        {"licence", is_given(plugin->licence)},
        {"schema", plugin->schema != NULL},
        {"config_schema", plugin->config_schema != NULL},
        {"init", plugin->init != NULL},
        {"deinit", plugin->deinit != NULL},
        {"create", plugin->create != NULL},
        {"drain", plugin->drain != NULL},
        {"destroy", plugin->destroy != NULL},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!members[i].given)
            return gql_fail(validation->failure, GQL_E_MISUSE, "%s: gql_plugin.%s is missing",
                            validation->path, members[i].name);
    if (strchr(plugin->id, '.') == NULL)
        return gql_fail(validation->failure, GQL_E_MISUSE,
                        "%s: gql_plugin.id \"%s\" is not a reverse domain name", validation->path,
                        plugin->id);
    return GQL_OK;
}

static int32_t check_config_schema(const struct validation *validation, const gql_plugin *plugin)
{
    struct json_text json;
    int32_t code = json_text_read(&json, plugin->config_schema, (size_t)plugin->config_schema_size);
    const char *why = json.error;
    if (code == GQL_OK && json.values->kind != JSON_TEXT_OBJECT) {
        code = GQL_E_MISUSE;
        why = "it is another kind of value";
    }
    json_text_finish(&json);
    if (code == GQL_E_NO_MEMORY)
        return gql_fail_no_memory(validation->failure);
    return code == GQL_OK ? GQL_OK
                          : gql_fail(validation->failure, code,
                                     "%s: gql_plugin.config_schema is not a JSON object: %s",
                                     validation->path, why);
}

/* ---- Sizes and flags; NULL pointers are found by the validation of members ---- */

/* Bits of a flags member that a reader must understand. */
#define MUST_UNDERSTAND 0xFFFF0000u

/* The members of a struct that a reader must understand. */
struct head {
    const char *name;
    uint32_t flags;
    uint32_t known; /* Of the flags. */
    uint32_t reserved;
};

static int32_t check_head(const struct validation *validation, const struct head *head)
{
    const uint32_t unknown = head->flags & MUST_UNDERSTAND & ~head->known;
    if (unknown != 0)
        return gql_fail(validation->failure, GQL_E_VERSION,
                        "%s: %s has the flags 0x%08x, which this host must understand but does "
                        "not; it needs a host of a newer plugin ABI than %u.%u",
                        validation->path, head->name, unknown, GQL_ABI_MAJOR, GQL_ABI_MINOR);
    if (head->reserved != 0)
        return gql_fail(validation->failure, GQL_E_VERSION,
                        "%s: %s.reserved is %u, not 0; it needs a host of a newer plugin ABI than "
                        "%u.%u",
                        validation->path, head->name, head->reserved, GQL_ABI_MAJOR, GQL_ABI_MINOR);
    return GQL_OK;
}

static int32_t check_size(const struct validation *validation, const char *name, uint32_t size,
                          uint64_t baseline)
{
    if (size >= baseline)
        return GQL_OK;
    return gql_fail(validation->failure, GQL_E_MISUSE,
                    "%s: %s.struct_size is %u, too small for plugin ABI %u.%u: at least %u",
                    validation->path, name, size, GQL_ABI_MAJOR, GQL_ABI_MINOR, (unsigned)baseline);
}

static void element_name(char name[64], const char *array, uint32_t index)
{
    snprintf(name, 64, "gql_schema.%s[%u]", array, index);
}

static int32_t check_part_head(const struct validation *validation, uint32_t index,
                               const gql_schema_part *part)
{
    char name[64];
    element_name(name, "parts", index);
    return check_size(validation, name, part->struct_size, GQL_SCHEMA_PART_SIZE_0_2);
}

static int32_t check_resolver_head(const struct validation *validation, uint32_t index,
                                   const gql_resolver *resolver)
{
    char name[64];
    element_name(name, "resolvers", index);
    const int32_t code = check_size(validation, name, resolver->struct_size, GQL_RESOLVER_SIZE_0_2);
    if (code != GQL_OK)
        return code;
    return check_head(validation, &(struct head){.name = name,
                                                 .flags = resolver->flags,
                                                 .reserved = resolver->reserved});
}

static int32_t check_loader_head(const struct validation *validation, uint32_t index,
                                 const gql_loader *loader)
{
    char name[64];
    element_name(name, "loaders", index);
    const int32_t code = check_size(validation, name, loader->struct_size, GQL_LOADER_SIZE_0_2);
    if (code != GQL_OK)
        return code;
    return check_head(validation, &(struct head){.name = name, .flags = loader->flags});
}

static int32_t check_element_heads(const struct validation *validation, const gql_schema *schema)
{
    int32_t code = GQL_OK;
    for (uint32_t i = 0; code == GQL_OK && schema->parts != NULL && i < schema->part_count; i++)
        if (schema->parts[i] != NULL)
            code = check_part_head(validation, i, schema->parts[i]);
    for (uint32_t i = 0; code == GQL_OK && schema->resolvers != NULL && i < schema->resolver_count;
         i++)
        if (schema->resolvers[i] != NULL)
            code = check_resolver_head(validation, i, schema->resolvers[i]);
    for (uint32_t i = 0; code == GQL_OK && schema->loaders != NULL && i < schema->loader_count; i++)
        if (schema->loaders[i] != NULL)
            code = check_loader_head(validation, i, schema->loaders[i]);
    return code;
}

static int32_t check_sizes(const struct validation *validation, const gql_plugin *plugin)
{
    int32_t code = check_size(validation, "gql_plugin", plugin->struct_size, GQL_PLUGIN_SIZE_0_2);
    if (code == GQL_OK)
        code = check_head(validation, &(struct head){.name = "gql_plugin",
                                                     .flags = plugin->flags,
                                                     .known = GQL_PLUGIN_RESIDENT});
    const gql_schema *schema = plugin->schema;
    if (code != GQL_OK || schema == NULL)
        return code;
    code = check_size(validation, "gql_schema", schema->struct_size, GQL_SCHEMA_SIZE_0_2);
    if (code == GQL_OK)
        code = check_head(validation,
                          &(struct head){.name = "gql_schema", .reserved = schema->reserved});
    return code == GQL_OK ? check_element_heads(validation, schema) : code;
}

/* ---- Members ---- */

static int32_t check_part(const struct validation *validation, uint32_t index,
                          const gql_schema_part *part)
{
    if (part == NULL)
        return fail_element(validation, "gql_schema.parts", index, "is NULL");
    if (!is_given(part->name) || part->sdl == NULL)
        return fail_element(validation, "gql_schema.parts", index, "has no name or no sdl");
    return GQL_OK;
}

static int32_t check_resolver(const struct validation *validation, uint32_t index,
                              const gql_resolver *resolver)
{
    if (resolver == NULL)
        return fail_element(validation, "gql_schema.resolvers", index, "is NULL");
    if (!is_given(resolver->type) || !is_given(resolver->field) || resolver->resolve == NULL)
        return fail_element(validation, "gql_schema.resolvers", index,
                            "has no type, field or resolve");
    if (resolver->required_field_count > 0 && resolver->required_fields == NULL)
        return fail_element(validation, "gql_schema.resolvers", index,
                            "has a count of required_fields that are NULL");
    for (uint32_t i = 0; i < resolver->required_field_count; i++)
        if (!is_given(resolver->required_fields[i]))
            return fail_element(validation, "gql_schema.resolvers", index,
                                "has a required field that is NULL or empty");
    return GQL_OK;
}

static int32_t check_loader(const struct validation *validation, uint32_t index,
                            const gql_loader *loader)
{
    if (loader == NULL)
        return fail_element(validation, "gql_schema.loaders", index, "is NULL");
    if (!is_given(loader->type) || loader->load == NULL)
        return fail_element(validation, "gql_schema.loaders", index, "has no type or no load");
    return GQL_OK;
}

static int32_t check_schema(const struct validation *validation, const gql_schema *schema)
{
    if ((schema->part_count > 0 && schema->parts == NULL) ||
        (schema->resolver_count > 0 && schema->resolvers == NULL) ||
        (schema->loader_count > 0 && schema->loaders == NULL) ||
        (schema->reference_count > 0 && schema->references == NULL))
        return gql_fail(validation->failure, GQL_E_MISUSE,
                        "%s: gql_schema has a count for an array that is NULL", validation->path);
    int32_t code = GQL_OK;
    for (uint32_t i = 0; code == GQL_OK && i < schema->part_count; i++)
        code = check_part(validation, i, schema->parts[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->resolver_count; i++)
        code = check_resolver(validation, i, schema->resolvers[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->loader_count; i++)
        code = check_loader(validation, i, schema->loaders[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->reference_count; i++)
        if (!is_given(schema->references[i]))
            code = fail_element(validation, "gql_schema.references", i, "is NULL or empty");
    return code;
}

/* ---- The whole ---- */

int32_t gql_plugin_validate_version(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure)
{
    return check_version(&(struct validation){.path = path, .failure = failure}, plugin);
}

int32_t gql_plugin_validate_sizes(const char *path, const gql_plugin *plugin, gql_failure *failure)
{
    return check_sizes(&(struct validation){.path = path, .failure = failure}, plugin);
}

int32_t gql_plugin_validate_members(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure)
{
    const struct validation validation = {.path = path, .failure = failure};
    const int32_t code = check_members(&validation, plugin);
    return code != GQL_OK ? code : check_schema(&validation, plugin->schema);
}

int32_t gql_plugin_validate_config_schema(const char *path, const gql_plugin *plugin,
                                          gql_failure *failure)
{
    return check_config_schema(&(struct validation){.path = path, .failure = failure}, plugin);
}

int32_t gql_plugin_validate(const char *path, const gql_plugin *plugin, gql_failure *failure)
{
    int32_t code = gql_plugin_validate_version(path, plugin, failure);
    if (code == GQL_OK)
        code = gql_plugin_validate_sizes(path, plugin, failure);
    if (code == GQL_OK)
        code = gql_plugin_validate_members(path, plugin, failure);
    if (code == GQL_OK)
        code = gql_plugin_validate_config_schema(path, plugin, failure);
    return code;
}
