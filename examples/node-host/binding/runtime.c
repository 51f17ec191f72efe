// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

/* ---- Log lines ---- */

struct log_line {
    struct event event;
    const struct runtime *runtime;
    uint32_t level;
    bool has_trace;
    char trace_id[33];
    size_t size;
    char message[];
};

/*
 * Reports an exception of the log function as uncaught. If it stayed pending, Node would not
 * deliver the events behind this one.
 */
static void report_exception(napi_env env)
{
    napi_value exception;
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
        napi_fatal_exception(env, exception);
}

static void deliver_log(napi_env env, struct event *event)
{
    struct log_line *line = (struct log_line *)event;
    napi_value log, receiver, arguments[3];
    if (env != NULL && line->runtime->log != NULL &&
        napi_get_reference_value(env, line->runtime->log, &log) == napi_ok && log != NULL) {
        napi_create_uint32(env, line->level, &arguments[0]);
        arguments[1] = string_value(env, line->message, line->size);
        arguments[2] = text_value(env, line->has_trace ? line->trace_id : NULL);
        napi_get_undefined(env, &receiver);
        if (napi_call_function(env, receiver, log, 3, arguments, NULL) == napi_pending_exception)
            report_exception(env);
    }
    free(line);
}

/* Any thread. */
static void on_log(void *user, uint32_t level, const char *message, size_t size,
                   const char *trace_id)
{
    struct runtime *runtime = user;
    struct log_line *line = malloc(sizeof *line + size);
    if (line == NULL)
        return;
    *line = (struct log_line){.event.deliver = deliver_log,
                              .runtime = runtime,
                              .level = level,
                              .size = size};
    line->has_trace = trace_id != NULL;
    if (line->has_trace)
        memcpy(line->trace_id, trace_id, strnlen(trace_id, 32));
    memcpy(line->message, message, size);
    addon_post(runtime->addon, &line->event);
}

/* ---- Runtimes ---- */

/* Creates the runtime of the host library, or throws an exception. */
static bool open_runtime(napi_env env, napi_value options, struct runtime *runtime)
{
    double level = 0;
    bool copies = false;
    gql_failure failure = {.struct_size = sizeof failure};
    text_auto_t name = take_string(env, member(env, options, "name"), "name", NULL);
    if (name == NULL)
        return false;
    text_auto_t version = take_string(env, member(env, options, "version"), "version", NULL);
    if (version == NULL ||
        !take_number(env, member(env, options, "logLevel"), "logLevel", &level) ||
        !take_boolean(env, member(env, options, "copyPlugins"), "copyPlugins", &copies))
        return false;
    const gql_runtime_options runtime_options = {.name = name,
                                                 .version = version,
                                                 .user = runtime,
                                                 .log = on_log,
                                                 .log_level = (uint32_t)level,
                                                 .copies_plugins = copies};
    if (gql_runtime_create(&runtime_options, &runtime->runtime, &failure) == GQL_OK)
        return true;
    throw_failure(env, &failure);
    return false;
}

static bool keep_log(napi_env env, napi_value log, struct runtime *runtime)
{
    napi_valuetype type = napi_undefined;
    if (napi_typeof(env, log, &type) == napi_ok && type == napi_function) {
        if (napi_create_reference(env, log, 1, &runtime->log) == napi_ok)
            return true;
        throw_no_memory(env);
    } else {
        throw_type(env, "log", "a function");
    }
    return false;
}

static void release_log(napi_env env, struct runtime *runtime)
{
    if (runtime->log != NULL)
        napi_delete_reference(env, runtime->log);
    runtime->log = NULL;
}

/* createRuntime({name, version, logLevel, copyPlugins}, log(level, message, traceId)) → runtime */
napi_value create_runtime(napi_env env, napi_callback_info info)
{
    napi_value arguments[2], result = NULL;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct runtime *runtime = calloc(1, sizeof *runtime);
    if (runtime == NULL)
        return throw_no_memory(env);
    runtime->kind = HANDLE_RUNTIME;
    runtime->addon = addon_of(env);
    if (open_runtime(env, arguments[0], runtime) && keep_log(env, arguments[1], runtime))
        result = handle_value(env, runtime, NULL);
    if (result != NULL) {
        runtime->next = runtime->addon->runtimes;
        runtime->addon->runtimes = runtime;
    } else {
        gql_runtime_destroy(&runtime->runtime);
        release_log(env, runtime);
        free(runtime);
    }
    return result;
}

/* trustKey(runtime, text), before libraries are opened. */
napi_value trust_key(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    gql_failure failure = {.struct_size = sizeof failure};
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct runtime *runtime = take_handle(env, arguments[0], HANDLE_RUNTIME, "runtime");
    if (runtime == NULL)
        return NULL;
    text_auto_t key = take_string(env, arguments[1], "key", &size);
    if (key == NULL)
        return NULL;
    if (runtime->runtime == NULL)
        return throw_error(env, "The runtime is destroyed");
    if (gql_runtime_trust_key(runtime->runtime, key, size, &failure) != GQL_OK)
        return throw_failure(env, &failure);
    return NULL;
}

static bool has_libraries(const struct addon *addon, const struct runtime *runtime)
{
    for (const struct library *library = addon->libraries; library != NULL; library = library->next)
        if (library->runtime == runtime && library->library != NULL)
            return true;
    return false;
}

/*
 * destroyRuntime(runtime), after its libraries are closed. Delivers the runtime's last log lines
 * before it returns.
 */
napi_value destroy_runtime(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    struct addon *addon = addon_of(env);
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct runtime *runtime = take_handle(env, arguments[0], HANDLE_RUNTIME, "runtime");
    if (runtime == NULL || runtime->runtime == NULL)
        return NULL;
    if (has_libraries(addon, runtime))
        return throw_error(env, "The runtime still has open libraries; close them first");
    addon_deliver(addon, env); /* Releases the answers, which the runtime owns. */
    gql_runtime_destroy(&runtime->runtime);
    addon_deliver(addon, env);
    release_log(env, runtime);
    return NULL;
}
