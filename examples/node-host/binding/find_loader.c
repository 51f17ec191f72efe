// SPDX-License-Identifier: MIT
/* Finds the type that an ID belongs to. */
#include "examples/node-host/binding/answer.h"
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

/* The plugins of open libraries. */
struct plugins {
    const gql_plugin **list;
    uint32_t count;
    bool closed; /* A library is closed. */
};

/* The caller frees the list, even after a failure. False with an exception on failure. */
static bool take_plugins(napi_env env, napi_value libraries, struct plugins *plugins)
{
    if (napi_get_array_length(env, libraries, &plugins->count) != napi_ok) {
        throw_type(env, "libraries", "an array");
        return false;
    }
    plugins->list = calloc(plugins->count + 1u, sizeof *plugins->list);
    if (plugins->list == NULL) {
        throw_no_memory(env);
        return false;
    }
    for (uint32_t i = 0; i < plugins->count; i++) {
        napi_value value;
        if (napi_get_element(env, libraries, i, &value) != napi_ok)
            value = NULL; /* take_handle throws. */
        const struct library *library = take_handle(env, value, HANDLE_LIBRARY, "library");
        if (library == NULL)
            return false;
        if (library->library != NULL)
            plugins->list[i] = gql_library_plugin(library->library);
        else
            plugins->closed = true;
    }
    return true;
}

static napi_value place_value(napi_env env, const struct plugins *plugins, const gql_plugin *plugin,
                              const gql_loader *loader)
{
    napi_value result;
    uint32_t library = 0, index = 0;
    while (plugins->list[library] != plugin)
        library++;
    while (plugin->schema->loaders[index] != loader)
        index++;
    if (napi_create_object(env, &result) != napi_ok)
        return throw_no_memory(env);
    set_number(env, result, "library", library);
    set_number(env, result, "index", index);
    return result;
}

static napi_value find(napi_env env, const struct plugins *plugins, const char *id, size_t size)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = NULL;
    const gql_loader *loader = NULL;
    if (plugins->closed)
        return rejection_value(env, GQL_CODE_SERVICE_UNAVAILABLE, "The plugin is closed");
    if (gql_find_loader(plugins->list, plugins->count, id, size, &plugin, &loader, &failure) !=
        GQL_OK)
        return rejection_value(env, GQL_CODE_INTERNAL_ERROR, failure.message);
    return loader == NULL ? text_value(env, NULL) : place_value(env, plugins, plugin, loader);
}

/*
 * findLoader(libraries, id) → {library, index}: the position of the library, and of the loader in
 * its table, whose type claims the ID; null if none does; {code, message, extensions} if several
 * do, or if a library is closed.
 */
napi_value find_loader(napi_env env, napi_callback_info info)
{
    napi_value arguments[2], result = NULL;
    struct plugins plugins = {0};
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    text_auto_t id = take_string(env, arguments[1], "id", &size);
    if (id != NULL && take_plugins(env, arguments[0], &plugins))
        result = find(env, &plugins, id, size);
    free((void *)plugins.list);
    return result;
}
