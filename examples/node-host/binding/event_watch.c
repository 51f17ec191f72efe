// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/event_watch.h"

#include <stddef.h>

#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

/* The exception that the function may throw is not for anybody here: it catches its own. */
static void deliver(napi_env env, struct event *event)
{
    struct event_watch *watch = (struct event_watch *)event;
    napi_value function, global, result;
    atomic_store(&watch->posted, false);
    if (env != NULL && watch->function != NULL && napi_get_global(env, &global) == napi_ok &&
        napi_get_reference_value(env, watch->function, &function) == napi_ok)
        napi_call_function(env, global, function, 0, NULL, &result);
}

/* Any thread. */
static void on_more(void *user)
{
    struct event_watch *watch = user;
    if (!atomic_exchange(&watch->posted, true))
        addon_post(watch->addon, &watch->event);
}

void event_watch_end(napi_env env, struct instance *instance)
{
    struct event_watch *watch = &instance->watch;
    if (watch->function == NULL)
        return;
    gql_library_events(instance->library->library)->watch(instance->instance, NULL, NULL);
    napi_delete_reference(env, watch->function);
    watch->function = NULL;
}

/*
 * watchEvents(instance, function or null): the function is called when there may be more events,
 * and must not throw. The plugin must offer events. Of a destroyed instance, does nothing.
 */
napi_value watch_events(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct instance *instance = take_handle(env, arguments[0], HANDLE_INSTANCE, "instance");
    if (instance == NULL || instance->instance == NULL)
        return NULL;
    const gql_events *events = gql_library_events(instance->library->library);
    if (events == NULL)
        return throw_type(env, "instance", "an instance of a plugin that offers events");
    event_watch_end(env, instance);
    struct event_watch *watch = &instance->watch;
    watch->event.deliver = deliver;
    watch->addon = addon_of(env);
    if (!is_nothing(env, arguments[1]) &&
        napi_create_reference(env, arguments[1], 1, &watch->function) == napi_ok)
        events->watch(instance->instance, on_more, watch);
    return NULL;
}
