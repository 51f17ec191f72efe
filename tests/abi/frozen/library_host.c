// SPDX-License-Identifier: MIT
/*
 * A host on the host library, for plugins of frozen and of grown headers. Prints TAP.
 *
 *     library_host PLUGIN GROWN_STRUCTS
 *
 * The arguments are those of 0.2/peers/host.c. With a grown header, whatever the library hands to a
 * plugin gets garbage in its grown members first.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "tests/abi/frozen/0.2/peers/calls.h"

static const char host_sdl[] = "type Query { nothing: Int } type Mutation { nothing: Int }";
static const char *grown_structs;
static int reported;
static int logged;

__attribute__((format(printf, 2, 3))) static void report(bool good, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s %d - ", good ? "ok" : "not ok", ++reported);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* ---- Garbage ---- */

#if IS_GROWN
#define SPOIL(type, object)                                                         \
    do {                                                                            \
        const type garbage = {GQL_GROWN};                                           \
        type *spoiled = (type *)(uintptr_t)(const void *)(object); /* Of malloc. */ \
        spoiled->grown_number = garbage.grown_number;                               \
        spoiled->grown_text = garbage.grown_text;                                   \
        spoiled->grown_function = garbage.grown_function;                           \
    } while (0)
#else
#define SPOIL(type, object) ((void)(object))
#endif

static void spoil_runtime(const gql_runtime *runtime)
{
    const gql_host *host = gql_runtime_host(runtime);
    SPOIL(gql_host, host);
    SPOIL(gql_log, host->extension(host, GQL_EXT_LOG));
    SPOIL(gql_clock, host->extension(host, GQL_EXT_CLOCK));
}

static gql_resolve_fn asked_of_plugin;

/* In place of the plugin's function. */
static int32_t spoil_reply(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    SPOIL(gql_reply, reply);
    return asked_of_plugin(instance, call, reply);
}

/* ---- Calls ---- */

struct answered {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done;
    bool good;
    const struct asked *one;
};

static bool errors_are(const char *errors, const char *expected)
{
    static const char added[] = "[{\"message\":\"This note can't be read.\",\"path\":[2],"
                                "\"extensions\":{\"code\":\"NOT_FOUND\"}}]";
    return strcmp(errors, expected[0] == '\0' ? "[]" : added) == 0;
}

static bool is_expected(const gql_answer *answer, const struct asked *one)
{
    if (one->json == NULL)
        return !answer->resolved;
    const char *json = strcmp(one->json, GROWN_STRUCTS) == 0 ? grown_structs : one->json;
    return answer->resolved && strcmp(answer->json, json) == 0 &&
           errors_are(answer->errors, one->errors);
}

static void take_answer(gql_answer *answer)
{
    struct answered *answered = answer->user;
    pthread_mutex_lock(&answered->mutex);
    answered->good = is_expected(answer, answered->one);
    if (!answered->good)
        printf("# %s %s\n", answer->resolved ? answer->json : answer->message,
               answer->resolved ? answer->errors : answer->code);
    gql_answer_release(answer);
    answered->done = true;
    pthread_cond_broadcast(&answered->changed);
    pthread_mutex_unlock(&answered->mutex);
}

static void ask(gql_runtime *runtime, gql_instance *instance, const gql_plugin *plugin,
                const struct asked *one)
{
    struct answered answered = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                .changed = PTHREAD_COND_INITIALIZER,
                                .one = one};
    asked_of_plugin = asked_function(one, plugin);
    const int32_t code = gql_runtime_call(runtime, instance, spoil_reply, one->call, take_answer,
                                          &answered);
    pthread_mutex_lock(&answered.mutex);
    while (code >= 0 && !answered.done)
        pthread_cond_wait(&answered.changed, &answered.mutex);
    pthread_mutex_unlock(&answered.mutex);
    report(answered.good, "%s.%s answers as it must", one->type, one->field ? one->field : "load");
}

/* ---- Life ---- */

static void check_schema(const gql_plugin *plugin)
{
    gql_failure failure = {.struct_size = sizeof failure, GQL_GROWN};
    gql_binding *binding = NULL;
    const bool bound = gql_bind(plugin, host_sdl, strlen(host_sdl), &binding, &failure) == GQL_OK;
    report(bound && binding->conflict_count == 0, "the schema is bound: %s",
           !bound                         ? failure.message
           : binding->conflict_count == 0 ? "no conflict"
                                          : binding->conflicts[0]);
    gql_binding_destroy(&binding);
    const gql_loader *loader = NULL;
    const int32_t code = gql_find_loader(&plugin, 1, "note-1", 6, NULL, &loader, &failure);
    report(code == GQL_OK && loader != NULL && strcmp(loader->type, "Note") == 0,
           "its loader is found");
}

static void serve(gql_runtime *runtime, gql_library *library)
{
    gql_failure failure = {.struct_size = sizeof failure, GQL_GROWN};
    gql_instance *instance = NULL;
    const gql_plugin *plugin = gql_library_plugin(library);
    check_schema(plugin);
    report(gql_instance_create(library, "{\"unknown\":1}", 13, &instance, &failure) ==
                   GQL_E_CONFIG &&
               strstr(failure.message, "unknown") != NULL,
           "a wrong configuration is refused");
    report(gql_instance_create(library, "{}", 2, &instance, &failure) == GQL_OK,
           "an instance is created");
    report(logged == 1, "it writes to the log");
    for (size_t i = 0; instance != NULL && i < asked_count; i++)
        ask(runtime, instance, plugin, &asked[i]);
    gql_instance_destroy(library, &instance);
    report(gql_runtime_pending(runtime) == 0, "no call is left");
}

static void check_misuses(const gql_runtime *runtime)
{
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        report(gql_runtime_misuses(runtime, (gql_misuse)i) == 0, "no misuse: %s",
               gql_misuse_name((gql_misuse)i));
}

static void count_log(void *user, uint32_t level, const char *message, size_t size,
                      const char *trace_id)
{
    (void)user, (void)level, (void)trace_id;
    logged += size == 7 && memcmp(message, "created", 7) == 0;
}

static int64_t asked_at(void *user)
{
    (void)user;
    return ASKED_AT;
}

int main(int argument_count, char **arguments)
{
    const gql_runtime_options options = {.name = "frozen",
                                         .version = "1",
                                         .log = count_log,
                                         .unix_milliseconds = asked_at,
                                         .reply_prefix = "{\"data\":{\"field\":"};
    gql_failure failure = {.struct_size = sizeof failure, GQL_GROWN};
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    if (argument_count != 3 || gql_runtime_create(&options, &runtime, &failure) != GQL_OK)
        return 2;
    grown_structs = arguments[2];
    spoil_runtime(runtime);
    const int32_t code = gql_library_open(runtime, arguments[1], &library, &failure);
    report(code == GQL_OK, "the library opens: %s", code == GQL_OK ? "ok" : failure.message);
    if (library != NULL)
        serve(runtime, library);
    check_misuses(runtime);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    printf("1..%d\n", reported);
    return 0;
}
