// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/addon.h"

#include "examples/node-host/binding/values.h"

/* ---- Events ---- */

void addon_post(struct addon *addon, struct event *event)
{
    event->next = NULL;
    pthread_mutex_lock(&addon->lock);
    const bool wake = addon->first == NULL;
    *addon->last = event;
    addon->last = &event->next;
    pthread_mutex_unlock(&addon->lock);
    if (wake)
        napi_call_threadsafe_function(addon->wake, NULL, napi_tsfn_nonblocking);
}

void addon_deliver(struct addon *addon, napi_env env)
{
    pthread_mutex_lock(&addon->lock);
    struct event *event = addon->first;
    addon->first = NULL;
    addon->last = &addon->first;
    pthread_mutex_unlock(&addon->lock);
    while (event != NULL) {
        struct event *next = event->next;
        event->deliver(env, event);
        event = next;
    }
}

static void on_wake(napi_env env, napi_value function, void *context, void *data)
{
    (void)function, (void)data;
    napi_handle_scope scope;
    if (env == NULL || napi_open_handle_scope(env, &scope) != napi_ok)
        return;
    addon_deliver(context, env);
    napi_close_handle_scope(env, scope);
}

void addon_await(struct addon *addon)
{
    if (addon->waiting++ == 0)
        napi_ref_threadsafe_function(addon->env, addon->wake);
}

void addon_settled(struct addon *addon)
{
    if (--addon->waiting == 0)
        napi_unref_threadsafe_function(addon->env, addon->wake);
}

/* ---- Beginning and end ---- */

/*
 * The environment ends, perhaps in the middle of things: calls under way are finished and their
 * answers dropped, so that nothing acknowledged is lost and no thread of a plugin outlives its
 * memory.
 */
static void on_environment_end(void *data)
{
    struct addon *addon = data;
    while (addon->instances != NULL) {
        struct instance *instance = addon->instances;
        addon->instances = instance->next;
        gql_instance_destroy(instance->library->library, &instance->instance);
        free(instance);
    }
    addon_deliver(addon, NULL);
    while (addon->libraries != NULL) {
        struct library *library = addon->libraries;
        addon->libraries = library->next;
        gql_library_close(&library->library, false);
        free(library);
    }
    addon_deliver(addon, NULL);
    while (addon->runtimes != NULL) {
        struct runtime *runtime = addon->runtimes;
        addon->runtimes = runtime->next;
        gql_runtime_destroy(&runtime->runtime);
        free(runtime);
    }
    napi_release_threadsafe_function(addon->wake, napi_tsfn_abort);
    pthread_mutex_destroy(&addon->lock);
    free(addon);
}

struct addon *addon_of(napi_env env)
{
    struct addon *addon = NULL;
    napi_get_instance_data(env, (void **)&addon);
    return addon;
}

static bool create_wake(struct addon *addon, napi_env env)
{
    napi_value name = text_value(env, "gql_binding");
    return napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, addon, on_wake,
                                           &addon->wake) == napi_ok &&
           napi_unref_threadsafe_function(env, addon->wake) == napi_ok;
}

static bool create_addon(napi_env env)
{
    struct addon *addon = calloc(1, sizeof *addon);
    if (addon == NULL)
        return false;
    addon->env = env;
    addon->thread = pthread_self();
    addon->last = &addon->first;
    pthread_mutex_init(&addon->lock, NULL);
    if (create_wake(addon, env) && napi_set_instance_data(env, addon, NULL, NULL) == napi_ok &&
        napi_add_env_cleanup_hook(env, on_environment_end, addon) == napi_ok)
        return true;
    free(addon);
    return false;
}

NAPI_MODULE_INIT()
{
    static const struct {
        const char *name;
        napi_callback function;
    } functions[] = {
        {"createRuntime", create_runtime},
        {"destroyRuntime", destroy_runtime},
        {"openLibrary", open_library},
        {"describe", describe},
        {"bind", bind_library},
        {"closeLibrary", close_library},
        {"createInstance", create_instance},
        {"destroyInstance", destroy_instance},
        {"makeSelection", make_selection},
        {"makeActor", make_actor},
        {"makeCancellation", make_cancellation},
        {"cancel", cancel},
        {"call", call},
    };
    if (!create_addon(env))
        return throw_no_memory(env);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        napi_value function;
        if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function,
                                 NULL, &function) != napi_ok ||
            napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
            return NULL;
    }
    return exports;
}
