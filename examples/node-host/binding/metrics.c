// SPDX-License-Identifier: MIT
/* Metrics, as JSON texts: of the host library, of a library's process, of instances. */
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

struct taking {
    napi_env env;
    napi_value result; /* Text; of a pool, a list. */
    uint32_t count;
};

static void take_text(void *user, const char *json, uint64_t size)
{
    struct taking *taking = user;
    taking->result = string_value(taking->env, json, (size_t)size);
}

static void take_entry(void *user, const char *key, size_t key_size, const char *json, size_t size)
{
    struct taking *taking = user;
    napi_value entry, key_text = string_value(taking->env, key, key_size);
    napi_value text = string_value(taking->env, json, size);
    if (key_text == NULL || text == NULL)
        return;
    napi_create_object(taking->env, &entry);
    napi_set_named_property(taking->env, entry, "key", key_text);
    napi_set_named_property(taking->env, entry, "json", text);
    napi_set_element(taking->env, taking->result, taking->count++, entry);
}

/* Undefined if there are no metrics. */
static napi_value answer(struct taking *taking, int32_t code)
{
    return code == GQL_OK ? taking->result : throw_no_memory(taking->env);
}

/* runtimeMetrics(runtime) → text; of a destroyed runtime, undefined */
napi_value runtime_metrics(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    struct taking taking = {.env = env};
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct runtime *runtime = take_handle(env, arguments[0], HANDLE_RUNTIME, "runtime");
    if (runtime == NULL || runtime->runtime == NULL)
        return NULL;
    return answer(&taking, gql_runtime_metrics(runtime->runtime, take_text, &taking));
}

/* libraryMetrics(library) → text: of the process; undefined if it has none */
napi_value library_metrics(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    struct taking taking = {.env = env};
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct library *library = take_handle(env, arguments[0], HANDLE_LIBRARY, "library");
    if (library == NULL || library->library == NULL)
        return NULL;
    return answer(&taking, gql_library_metrics(library->library, NULL, 0, take_text, &taking));
}

/* instanceMetrics(instance, organizations) → text; undefined if it has none, or is destroyed */
napi_value instance_metrics(napi_env env, napi_callback_info info)
{
    double organizations = 0;
    napi_value arguments[2];
    struct taking taking = {.env = env};
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct instance *instance = take_handle(env, arguments[0], HANDLE_INSTANCE, "instance");
    if (instance == NULL || !take_number(env, arguments[1], "organizations", &organizations) ||
        instance->instance == NULL)
        return NULL;
    return answer(&taking, gql_library_metrics(instance->library->library, instance->instance,
                                               (uint32_t)organizations, take_text, &taking));
}

/* poolMetrics(pool, organizations) → [{key, json}]; of a destroyed pool, undefined */
napi_value pool_metrics(napi_env env, napi_callback_info info)
{
    double organizations = 0;
    napi_value arguments[2];
    struct taking taking = {.env = env};
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct pool *pool = take_handle(env, arguments[0], HANDLE_POOL, "pool");
    if (pool == NULL || !take_number(env, arguments[1], "organizations", &organizations) ||
        pool->pool == NULL)
        return NULL;
    napi_create_array(env, &taking.result);
    return answer(&taking,
                  gql_pool_metrics(pool->pool, (uint32_t)organizations, take_entry, &taking));
}
