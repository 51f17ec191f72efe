// SPDX-License-Identifier: MIT
#include "tests/crash/stress_call.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool is_here;
    struct answer answer;
};

static gql_runtime *runtime;
static const gql_plugin *plugin;
static const gql_events *events;

static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};

static void must(int32_t code, const gql_failure *failure)
{
    if (code == GQL_OK)
        return;
    printf("Bail out! %s\n", failure->message);
    exit(1);
}

gql_library *call_open(const char *plugin_path)
{
    gql_library *library = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "stress", .version = "1"};
    must(gql_runtime_create(&options, &runtime, &failure), &failure);
    must(gql_library_open(runtime, plugin_path, &library, &failure), &failure);
    plugin = gql_library_plugin(library);
    events = gql_library_events(library);
    return library;
}

void call_close(gql_library **library)
{
    gql_library_close(library, true);
    gql_runtime_destroy(&runtime);
}

uint64_t call_pending(void)
{
    return gql_runtime_pending(runtime);
}

static void on_answer(gql_answer *given)
{
    struct waiter *waiter = given->user;
    pthread_mutex_lock(&waiter->lock);
    waiter->answer.resolved = given->resolved;
    snprintf(waiter->answer.code, sizeof waiter->answer.code, "%s",
             given->resolved ? "" : given->code);
    waiter->answer.value = given->resolved
                               ? json_loadb(given->json, given->json_size, JSON_DECODE_ANY, NULL)
                               : json_loadb(given->extensions, given->extensions_size, 0, NULL);
    gql_answer_release(given);
    waiter->is_here = true;
    pthread_cond_signal(&waiter->came);
    pthread_mutex_unlock(&waiter->lock);
}

static struct answer call(gql_instance *instance, gql_resolve_fn resolve, const char *arguments,
                          const uint32_t *cancelled)
{
    const gql_request request = {.struct_size = sizeof request,
                                 .actor_id = "a",
                                 .actor_id_size = 1,
                                 .grants = grants,
                                 .grant_count = 1,
                                 .cancelled = cancelled};
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = strlen(arguments),
                           .request = &request};
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    if (gql_runtime_call(runtime, instance, resolve, &call, on_answer, &waiter) < 0)
        abort();
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.is_here)
        pthread_cond_wait(&waiter.came, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    return waiter.answer;
}

struct answer call_field(gql_instance *instance, const char *field, const char *arguments,
                         const uint32_t *cancelled)
{
    for (uint32_t i = 0; i < plugin->schema->resolver_count; i++) {
        if (strcmp(plugin->schema->resolvers[i]->field, field) == 0)
            return call(instance, plugin->schema->resolvers[i]->resolve, arguments, cancelled);
    }
    abort();
}

struct answer call_loader(gql_instance *instance, const char *arguments)
{
    return call(instance, plugin->schema->loaders[0]->load, arguments, NULL);
}

struct answer call_events(gql_instance *instance, const char *arguments)
{
    return call(instance, events->read, arguments, NULL);
}

const char *call_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}
