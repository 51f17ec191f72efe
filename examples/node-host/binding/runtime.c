// SPDX-License-Identifier: MIT
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

/* As uncaught: left pending, it would keep the events behind this one from being delivered. */
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

static bool read_options(napi_env env, napi_value options, struct runtime *runtime)
{
    double level = 0;
    gql_failure failure = {.struct_size = sizeof failure};
    char *name = take_string(env, member(env, options, "name"), "name", NULL);
    char *version = name == NULL
                        ? NULL
                        : take_string(env, member(env, options, "version"), "version", NULL);
    bool made = version != NULL &&
                take_number(env, member(env, options, "logLevel"), "logLevel", &level);
    const gql_runtime_options runtime_options = {.name = name,
                                                 .version = version,
                                                 .user = runtime,
                                                 .log = on_log,
                                                 .log_level = (uint32_t)level};
    if (made && gql_runtime_create(&runtime_options, &runtime->runtime, &failure) != GQL_OK) {
        throw_failure(env, &failure);
        made = false;
    }
    free(name);
    free(version);
    return made;
}

/* createRuntime({name, version, logLevel}, log(level, message, traceId)) → runtime */
napi_value create_runtime(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS], result = NULL;
    if (!take_arguments(env, info, 2, arguments))
        return NULL;
    struct runtime *runtime = calloc(1, sizeof *runtime);
    if (runtime == NULL)
        return throw_no_memory(env);
    runtime->kind = HANDLE_RUNTIME;
    runtime->addon = addon_of(env);
    if (read_options(env, arguments[0], runtime) &&
        napi_create_reference(env, arguments[1], 1, &runtime->log) == napi_ok &&
        napi_create_external(env, runtime, NULL, NULL, &result) == napi_ok) {
        runtime->next = runtime->addon->runtimes;
        runtime->addon->runtimes = runtime;
        return result;
    }
    gql_runtime_destroy(&runtime->runtime);
    free(runtime);
    return NULL;
}

/*
 * destroyRuntime(runtime), after its libraries are closed. Its last log lines come before it
 * returns.
 */
napi_value destroy_runtime(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS];
    struct addon *addon = addon_of(env);
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    struct runtime *runtime = take_handle(env, arguments[0], HANDLE_RUNTIME, "runtime");
    if (runtime == NULL || runtime->runtime == NULL)
        return NULL;
    for (const struct library *library = addon->libraries; library != NULL;
         library = library->next) {
        if (library->runtime == runtime && library->library != NULL) {
            napi_throw_error(env, "ERR_GQL_PLUGIN",
                             "The runtime still has libraries; close them first");
            return NULL;
        }
    }
    addon_deliver(addon, env); /* Answers go back to the runtime first. */
    gql_runtime_destroy(&runtime->runtime);
    addon_deliver(addon, env);
    napi_delete_reference(env, runtime->log);
    runtime->log = NULL;
    return NULL;
}
