// SPDX-License-Identifier: MIT
/* Registers the module with Node, once for each JavaScript environment. */
#include "examples/node-host/binding/addon.h"
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

static const struct {
    const char *name;
    napi_callback function;
} functions[] = {
    {"createRuntime", create_runtime},
    {"trustKey", trust_key},
    {"destroyRuntime", destroy_runtime},
    {"openLibrary", open_library},
    {"describe", describe},
    {"bind", bind_library},
    {"findLoader", find_loader},
    {"closeLibrary", close_library},
    {"createInstance", create_instance},
    {"destroyInstance", destroy_instance},
    {"instanceHealth", instance_health},
    {"watchEvents", watch_events},
    {"runtimeMetrics", runtime_metrics},
    {"libraryMetrics", library_metrics},
    {"instanceMetrics", instance_metrics},
    {"poolMetrics", pool_metrics},
    {"createPool", create_pool},
    {"destroyPool", destroy_pool},
    {"listKeys", list_keys},
    {"poolHealth", pool_health},
    {"suspendKey", suspend_key},
    {"resumeKey", resume_key},
    {"closeKey", close_key},
    {"makeSelection", make_selection},
    {"makeActor", make_actor},
    {"call", call},
    {"cancel", cancel},
};

static bool export_functions(napi_env env, napi_value exports)
{
    bool exported = true;
    for (size_t i = 0; exported && i < LENGTH_OF(functions); i++) {
        napi_value function;
        exported = napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH,
                                        functions[i].function, NULL, &function) == napi_ok &&
                   napi_set_named_property(env, exports, functions[i].name, function) == napi_ok;
    }
    return exported;
}

NAPI_MODULE_INIT()
{
    return addon_create(env) && export_functions(env, exports) ? exports : throw_no_memory(env);
}
