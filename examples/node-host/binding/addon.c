// SPDX-License-Identifier: MIT
#include "addon.h"

#include "values.h"

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

static void deliver_all(struct addon *addon, napi_env env)
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
    deliver_all(context, env);
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

/* ---- Log lines ---- */

struct log_line {
    struct event event;
    struct addon *addon;
    uint32_t level;
    bool has_trace;
    char trace_id[33];
    size_t size;
    char message[];
};

static void deliver_log(napi_env env, struct event *event)
{
    struct log_line *line = (struct log_line *)event;
    napi_value log, receiver, arguments[3];
    if (env != NULL && napi_get_reference_value(env, line->addon->log, &log) == napi_ok && log != NULL) {
        napi_create_uint32(env, line->level, &arguments[0]);
        arguments[1] = string_value(env, line->message, line->size);
        arguments[2] = text_value(env, line->has_trace ? line->trace_id : NULL);
        napi_get_undefined(env, &receiver);
        napi_call_function(env, receiver, log, 3, arguments, NULL);
    }
    free(line);
}

/* Any thread. */
static void on_log(void *user, uint32_t level, const char *message, size_t size, const char *trace_id)
{
    struct addon *addon = user;
    struct log_line *line = malloc(sizeof *line + size);
    if (line == NULL)
        return;
    *line = (struct log_line){.event.deliver = deliver_log, .addon = addon, .level = level, .size = size};
    line->has_trace = trace_id != NULL;
    if (line->has_trace)
        memcpy(line->trace_id, trace_id, strnlen(trace_id, 32));
    memcpy(line->message, message, size);
    addon_post(addon, &line->event);
}

/* ---- Beginning and end ---- */

/*
 * The environment ends, perhaps in the middle of things: calls under way are finished and their answers dropped, so that
 * nothing acknowledged is lost and no thread of a plugin outlives its memory.
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
    deliver_all(addon, NULL);
    while (addon->libraries != NULL) {
        struct library *library = addon->libraries;
        addon->libraries = library->next;
        gql_library_close(&library->library, false);
        free(library);
    }
    deliver_all(addon, NULL);
    gql_runtime_destroy(&addon->runtime);
    napi_release_threadsafe_function(addon->wake, napi_tsfn_abort);
    pthread_mutex_destroy(&addon->lock);
    free(addon);
}

struct addon *addon_of(napi_env env)
{
    struct addon *addon = NULL;
    napi_get_instance_data(env, (void **)&addon);
    if (addon == NULL)
        napi_throw_error(env, "ERR_GQL_PLUGIN", "Call start first");
    return addon;
}

static bool create_runtime(struct addon *addon, napi_env env, napi_value options)
{
    double level = 0;
    gql_failure failure = {.struct_size = sizeof failure};
    char *name = take_string(env, member(env, options, "name"), "name", NULL);
    char *version = name == NULL ? NULL : take_string(env, member(env, options, "version"), "version", NULL);
    bool made = version != NULL && take_number(env, member(env, options, "logLevel"), "logLevel", &level);
    const gql_runtime_options runtime_options = {
        .name = name, .version = version, .user = addon, .log = on_log, .log_level = (uint32_t)level};
    if (made && gql_runtime_create(&runtime_options, &addon->runtime, &failure) != GQL_OK) {
        throw_failure(env, &failure);
        made = false;
    }
    free(name);
    free(version);
    return made;
}

static bool create_wake(struct addon *addon, napi_env env)
{
    napi_value name = text_value(env, "gql_binding");
    return napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, addon, on_wake, &addon->wake) ==
               napi_ok &&
           napi_unref_threadsafe_function(env, addon->wake) == napi_ok;
}

/* start({name, version, logLevel}, log(level, message, traceId)) */
napi_value start(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS];
    struct addon *former = NULL;
    napi_get_instance_data(env, (void **)&former);
    if (!take_arguments(env, info, 2, arguments))
        return NULL;
    if (former != NULL) {
        napi_throw_error(env, "ERR_GQL_PLUGIN", "start was called before");
        return NULL;
    }
    struct addon *addon = calloc(1, sizeof *addon);
    if (addon == NULL)
        return throw_no_memory(env);
    addon->env = env;
    addon->thread = pthread_self();
    addon->last = &addon->first;
    pthread_mutex_init(&addon->lock, NULL);
    if (napi_create_reference(env, arguments[1], 1, &addon->log) != napi_ok || !create_runtime(addon, env, arguments[0]) ||
        !create_wake(addon, env)) {
        gql_runtime_destroy(&addon->runtime);
        free(addon);
        return NULL;
    }
    napi_set_instance_data(env, addon, NULL, NULL);
    napi_add_env_cleanup_hook(env, on_environment_end, addon);
    return NULL;
}

NAPI_MODULE_INIT()
{
    static const struct {
        const char *name;
        napi_callback function;
    } functions[] = {
        {"start", start},
        {"openLibrary", open_library},
        {"describe", describe},
        {"bind", bind_library},
        {"closeLibrary", close_library},
        {"createInstance", create_instance},
        {"drainInstance", drain_instance},
        {"destroyInstance", destroy_instance},
        {"makeSelection", make_selection},
        {"makeRequest", make_request},
        {"cancelRequest", cancel_request},
        {"call", call},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        napi_value function;
        if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function) != napi_ok ||
            napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
            return NULL;
    }
    return exports;
}
