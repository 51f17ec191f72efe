// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

/* Opens the file, or throws an exception. */
static struct library *create_library(napi_env env, struct runtime *runtime, const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    struct library *library = calloc(1, sizeof *library);
    if (library == NULL) {
        throw_no_memory(env);
        return NULL;
    }
    if (gql_library_open(runtime->runtime, path, &library->library, &failure) != GQL_OK) {
        throw_failure(env, &failure);
        free(library);
        return NULL;
    }
    library->kind = HANDLE_LIBRARY;
    library->runtime = runtime;
    library->next = runtime->addon->libraries;
    runtime->addon->libraries = library;
    return library;
}

/* openLibrary(runtime, path) → library, or an exception that says why the file can't be used */
napi_value open_library(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct runtime *runtime = take_handle(env, arguments[0], HANDLE_RUNTIME, "runtime");
    if (runtime == NULL)
        return NULL;
    text_auto_t path = take_string(env, arguments[1], "path", NULL);
    struct library *library = path == NULL ? NULL : create_library(env, runtime, path);
    /* Without a handle the library stays open until the environment ends. */
    return library == NULL ? NULL : handle_value(env, library, NULL);
}

static struct library *take_library(napi_env env, napi_value value)
{
    struct library *library = take_handle(env, value, HANDLE_LIBRARY, "library");
    if (library == NULL || library->library != NULL)
        return library;
    throw_error(env, "The library is closed");
    return NULL;
}

static bool has_instances(const struct addon *addon, const struct library *library)
{
    for (const struct instance *instance = addon->instances; instance != NULL;
         instance = instance->next)
        if (instance->library == library && instance->instance != NULL)
            return true;
    for (const struct pool *pool = addon->pools; pool != NULL; pool = pool->next)
        if (pool->library == library && pool->pool != NULL)
            return true;
    return library->tasks > 0;
}

/* closeLibrary(library), after its instances are destroyed. */
napi_value close_library(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct library *library = take_library(env, arguments[0]);
    if (library == NULL)
        return NULL;
    if (has_instances(addon_of(env), library))
        return throw_error(env, "The library still has instances; destroy them first");
    gql_library_close(&library->library, true);
    return NULL;
}

static napi_value describe_parts(napi_env env, const gql_schema *schema)
{
    napi_value list;
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < schema->part_count; i++) {
        const gql_schema_part *part = schema->parts[i];
        napi_value entry;
        napi_create_object(env, &entry);
        set_number(env, entry, "kind", part->kind);
        set_text(env, entry, "name", part->name);
        napi_set_named_property(env, entry, "sdl", string_value(env, part->sdl, part->sdl_size));
        napi_set_element(env, list, i, entry);
    }
    return list;
}

static napi_value text_list(napi_env env, const char *const *texts, uint32_t count)
{
    napi_value list;
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < count; i++)
        napi_set_element(env, list, i, text_value(env, texts[i]));
    return list;
}

static napi_value describe_resolvers(napi_env env, const gql_schema *schema)
{
    napi_value list;
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < schema->resolver_count; i++) {
        const gql_resolver *resolver = schema->resolvers[i];
        napi_value entry;
        napi_create_object(env, &entry);
        set_text(env, entry, "type", resolver->type);
        set_text(env, entry, "field", resolver->field);
        set_number(env, entry, "flags", resolver->flags);
        napi_set_named_property(env, entry, "requiredFields",
                                text_list(env, resolver->required_fields,
                                          resolver->required_field_count));
        napi_set_element(env, list, i, entry);
    }
    return list;
}

static napi_value describe_loaders(napi_env env, const gql_schema *schema)
{
    napi_value list;
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < schema->loader_count; i++) {
        napi_value entry;
        napi_create_object(env, &entry);
        set_text(env, entry, "type", schema->loaders[i]->type);
        set_number(env, entry, "flags", schema->loaders[i]->flags);
        napi_set_element(env, list, i, entry);
    }
    return list;
}

/*
 * describe(library) → {id, name, version, …, parts, resolvers, loaders, references,
 * hasEvents, configSchema}
 */
napi_value describe(napi_env env, napi_callback_info info)
{
    napi_value arguments[1], result;
    if (!take_arguments(env, info, arguments))
        return NULL;
    const struct library *library = take_library(env, arguments[0]);
    if (library == NULL)
        return NULL;
    const gql_plugin *plugin = gql_library_plugin(library->library);
    napi_create_object(env, &result);
    set_text(env, result, "id", plugin->id);
    set_text(env, result, "name", plugin->name);
    set_text(env, result, "version", plugin->version);
    set_text(env, result, "description", plugin->description);
    set_text(env, result, "homepage", plugin->homepage);
    set_text(env, result, "licence", plugin->licence);
    napi_set_named_property(env, result, "parts", describe_parts(env, plugin->schema));
    napi_set_named_property(env, result, "resolvers", describe_resolvers(env, plugin->schema));
    napi_set_named_property(env, result, "loaders", describe_loaders(env, plugin->schema));
    napi_set_named_property(env, result, "references",
                            text_list(env, plugin->schema->references,
                                      plugin->schema->reference_count));
    napi_value has_events;
    napi_get_boolean(env, gql_library_events(library->library) != NULL, &has_events);
    napi_set_named_property(env, result, "hasEvents", has_events);
    napi_set_named_property(env, result, "configSchema",
                            string_value(env, plugin->config_schema, plugin->config_schema_size));
    return result;
}

static napi_value describe_binding(napi_env env, const gql_binding *binding)
{
    napi_value result, conflicts;
    napi_create_object(env, &result);
    napi_create_array(env, &conflicts);
    for (size_t i = 0; i < binding->conflict_count; i++)
        napi_set_element(env, conflicts, (uint32_t)i, text_value(env, binding->conflicts[i]));
    napi_set_named_property(env, result, "sdl", string_value(env, binding->sdl, binding->sdl_size));
    napi_set_named_property(env, result, "conflicts", conflicts);
    return result;
}

/*
 * bind(library, hostSdl) → {sdl, conflicts}. Unless there are conflicts, the host adds `sdl` to its
 * schema.
 */
napi_value bind_library(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    gql_failure failure = {.struct_size = sizeof failure};
    gql_binding *binding = NULL;
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    const struct library *library = take_library(env, arguments[0]);
    if (library == NULL)
        return NULL;
    text_auto_t sdl = take_string(env, arguments[1], "hostSdl", &size);
    if (sdl == NULL)
        return NULL;
    if (gql_bind(gql_library_plugin(library->library), sdl, size, &binding, &failure) != GQL_OK)
        return throw_failure(env, &failure);
    napi_value result = describe_binding(env, binding);
    gql_binding_destroy(&binding);
    return result;
}
