// SPDX-License-Identifier: MIT
#include "abi/host/plugin_validation.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "abi/host/failure.h"

/* What is checked, and where to say what is wrong. */
struct check {
    const char *path;
    gql_failure *failure;
};

static int32_t refuse(const struct check *check, const char *what, uint32_t index,
                      const char *reason)
{
    return gql_fail(check->failure, GQL_E_MISUSE, "%s: %s[%u] %s", check->path, what, index,
                    reason);
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static int32_t check_version(const struct check *check, const gql_plugin *plugin)
{
    if (!GQL_HAS(plugin, abi_minor))
        return gql_fail(check->failure, GQL_E_MISUSE,
                        "%s: gql_plugin.struct_size is %u, too small for a version", check->path,
                        plugin->struct_size);
    /* Before 1.0 a minor version may break. */
    if (plugin->abi_major != GQL_ABI_MAJOR ||
        (GQL_ABI_MAJOR == 0 && plugin->abi_minor != GQL_ABI_MINOR))
        return gql_fail(check->failure, GQL_E_VERSION,
                        "%s: written for plugin ABI %u.%u, but this host speaks %u.%u; get a build "
                        "of the plugin for it",
                        check->path, plugin->abi_major, plugin->abi_minor, GQL_ABI_MAJOR,
                        GQL_ABI_MINOR);
    return GQL_OK;
}

static int32_t check_members(const struct check *check, const gql_plugin *plugin)
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
            return gql_fail(check->failure, GQL_E_MISUSE, "%s: gql_plugin.%s is missing",
                            check->path, members[i].name);
    if (strchr(plugin->id, '.') == NULL)
        return gql_fail(check->failure, GQL_E_MISUSE,
                        "%s: gql_plugin.id \"%s\" is not a reverse domain name", check->path,
                        plugin->id);
    return GQL_OK;
}

static int32_t check_config_schema(const struct check *check, const gql_plugin *plugin)
{
    json_error_t error;
    json_t *json = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size,
                              JSON_REJECT_DUPLICATES, &error);
    const bool object = json_is_object(json);
    json_decref(json);
    return object ? GQL_OK
                  : gql_fail(check->failure, GQL_E_MISUSE,
                             "%s: gql_plugin.config_schema is not a JSON object: %s", check->path,
                             json == NULL ? error.text : "another kind of value");
}

/* ---- Sizes: pointers that are NULL are left to the check of the members ---- */

static int32_t refuse_size(const struct check *check, const char *what, uint32_t size)
{
    return gql_fail(check->failure, GQL_E_MISUSE,
                    "%s: %s.struct_size is %u, too small for plugin ABI %u.%u", check->path, what,
                    size, GQL_ABI_MAJOR, GQL_ABI_MINOR);
}

static int32_t check_element_sizes(const struct check *check, const gql_schema *schema)
{
    static const char reason[] = "has too small a struct_size";
    for (uint32_t i = 0; schema->parts != NULL && i < schema->part_count; i++)
        if (schema->parts[i] != NULL && !GQL_HAS(schema->parts[i], sdl_size))
            return refuse(check, "gql_schema.parts", i, reason);
    for (uint32_t i = 0; schema->resolvers != NULL && i < schema->resolver_count; i++)
        if (schema->resolvers[i] != NULL && !GQL_HAS(schema->resolvers[i], resolve))
            return refuse(check, "gql_schema.resolvers", i, reason);
    for (uint32_t i = 0; schema->loaders != NULL && i < schema->loader_count; i++)
        if (schema->loaders[i] != NULL && !GQL_HAS(schema->loaders[i], load))
            return refuse(check, "gql_schema.loaders", i, reason);
    return GQL_OK;
}

static int32_t check_sizes(const struct check *check, const gql_plugin *plugin)
{
    if (!GQL_HAS(plugin, destroy))
        return refuse_size(check, "gql_plugin", plugin->struct_size);
    if (plugin->schema == NULL)
        return GQL_OK;
    if (!GQL_HAS(plugin->schema, references))
        return refuse_size(check, "gql_schema", plugin->schema->struct_size);
    return check_element_sizes(check, plugin->schema);
}

/* ---- Members ---- */

static int32_t check_part(const struct check *check, uint32_t index, const gql_schema_part *part)
{
    if (part == NULL)
        return refuse(check, "gql_schema.parts", index, "is NULL");
    if (!is_given(part->name) || part->sdl == NULL)
        return refuse(check, "gql_schema.parts", index, "lacks name or sdl");
    return GQL_OK;
}

static int32_t check_resolver(const struct check *check, uint32_t index,
                              const gql_resolver *resolver)
{
    if (resolver == NULL)
        return refuse(check, "gql_schema.resolvers", index, "is NULL");
    if (!is_given(resolver->type) || !is_given(resolver->field) || resolver->resolve == NULL)
        return refuse(check, "gql_schema.resolvers", index, "lacks type, field or resolve");
    return GQL_OK;
}

static int32_t check_loader(const struct check *check, uint32_t index, const gql_loader *loader)
{
    if (loader == NULL)
        return refuse(check, "gql_schema.loaders", index, "is NULL");
    if (!is_given(loader->type) || loader->load == NULL)
        return refuse(check, "gql_schema.loaders", index, "lacks type or load");
    return GQL_OK;
}

static int32_t check_schema(const struct check *check, const gql_schema *schema)
{
    if ((schema->part_count > 0 && schema->parts == NULL) ||
        (schema->resolver_count > 0 && schema->resolvers == NULL) ||
        (schema->loader_count > 0 && schema->loaders == NULL) ||
        (schema->reference_count > 0 && schema->references == NULL))
        return gql_fail(check->failure, GQL_E_MISUSE,
                        "%s: gql_schema counts members of an array that is NULL", check->path);
    int32_t code = GQL_OK;
    for (uint32_t i = 0; code == GQL_OK && i < schema->part_count; i++)
        code = check_part(check, i, schema->parts[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->resolver_count; i++)
        code = check_resolver(check, i, schema->resolvers[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->loader_count; i++)
        code = check_loader(check, i, schema->loaders[i]);
    for (uint32_t i = 0; code == GQL_OK && i < schema->reference_count; i++)
        if (!is_given(schema->references[i]))
            code = refuse(check, "gql_schema.references", i, "is missing");
    return code;
}

/* ---- Together ---- */

int32_t gql_plugin_validate_version(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure)
{
    return check_version(&(struct check){.path = path, .failure = failure}, plugin);
}

int32_t gql_plugin_validate_sizes(const char *path, const gql_plugin *plugin, gql_failure *failure)
{
    return check_sizes(&(struct check){.path = path, .failure = failure}, plugin);
}

int32_t gql_plugin_validate_members(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure)
{
    const struct check check = {.path = path, .failure = failure};
    const int32_t code = check_members(&check, plugin);
    return code != GQL_OK ? code : check_schema(&check, plugin->schema);
}

int32_t gql_plugin_validate_config_schema(const char *path, const gql_plugin *plugin,
                                          gql_failure *failure)
{
    return check_config_schema(&(struct check){.path = path, .failure = failure}, plugin);
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
