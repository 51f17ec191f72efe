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

static void destroy_addon(struct addon *addon)
{
    if (addon->wake != NULL)
        napi_release_threadsafe_function(addon->wake, napi_tsfn_abort);
    pthread_mutex_destroy(&addon->lock);
    free(addon);
}

/*
 * The environment may end in the middle of calls. Destroying an instance completes its calls, so
 * that no acknowledged write is lost and no thread of a plugin outlives the memory that it uses.
 * The answers are dropped.
 */
static void on_environment_end(void *data)
{
    struct addon *addon = data;
    while (addon->pools != NULL) {
        struct pool *pool = addon->pools;
        addon->pools = pool->next;
        gql_pool_destroy(&pool->pool);
        free(pool);
    }
    for (struct instance *each = addon->instances; each != NULL; each = each->next)
        gql_instance_destroy(each->library->library, &each->instance);
    addon_deliver(addon, NULL);
    while (addon->instances != NULL) {
        struct instance *instance = addon->instances;
        addon->instances = instance->next;
        free(instance);
    }
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
    destroy_addon(addon);
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

bool addon_create(napi_env env)
{
    struct addon *addon = calloc(1, sizeof *addon);
    if (addon == NULL)
        return false;
    addon->env = env;
    addon->thread = pthread_self();
    addon->last = &addon->first;
    pthread_mutex_init(&addon->lock, NULL);
    const bool created = create_wake(addon, env) &&
                         napi_set_instance_data(env, addon, NULL, NULL) == napi_ok &&
                         napi_add_env_cleanup_hook(env, on_environment_end, addon) == napi_ok;
    if (!created)
        destroy_addon(addon);
    return created;
}
