// SPDX-License-Identifier: MIT
/*
 * A minimal host: loads a plugin, calls one field of Query or Mutation, and prints the value, or the
 * error to standard error. With an actor, the call is by somebody who may do everything.
 *
 *     host hello.so '{}' Query hello '{"name": "Ada"}' [ACTOR]
 *
 * Exits with 0 if the call was resolved, 1 if it was rejected or could not be made.
 */
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "gql_host.h"

static const char host_sdl[] = "type Query { version: String } type Mutation { nothing: Boolean }";

struct outcome {
    sem_t done;
    bool resolved;
};

/* Runs on the thread that completes the call: uses the answer, releases it, and wakes main. */
static void print_answer(gql_answer *answer)
{
    struct outcome *outcome = answer->user;
    outcome->resolved = answer->resolved;
    if (answer->resolved)
        printf("%s\n", answer->json);
    else
        fprintf(stderr, "%s: %s %s\n", answer->code, answer->message, answer->extensions);
    if (answer->resolved && strcmp(answer->errors, "[]") != 0)
        fprintf(stderr, "%s\n", answer->errors);
    gql_answer_release(answer);
    sem_post(&outcome->done);
}

static const gql_resolver *find_resolver(const gql_schema *schema, const char *type,
                                         const char *field)
{
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (strcmp(schema->resolvers[i]->type, type) == 0 &&
            strcmp(schema->resolvers[i]->field, field) == 0)
            return schema->resolvers[i];
    return NULL;
}

/* `actor` may be NULL: nobody. */
static int call_once(gql_runtime *runtime, gql_instance *instance, const gql_resolver *resolver,
                     const char *arguments, const char *actor)
{
    struct outcome outcome = {.resolved = false};
    sem_init(&outcome.done, 0, 0);
    const gql_grant all = {.struct_size = sizeof all,
                           .actions = GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE |
                                      GQL_ACTION_DELETE};
    const gql_request request = {.struct_size = sizeof request,
                                 .source = GQL_SOURCE_INTERNAL,
                                 .actor_id = actor,
                                 .actor_id_size = actor == NULL ? 0 : strlen(actor),
                                 .grants = (const gql_grant *const[]){&all},
                                 .grant_count = actor != NULL};
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = strlen(arguments),
                           .request = &request};
    const int32_t code = gql_runtime_call(runtime, instance, resolver->resolve, &call, print_answer,
                                          &outcome);
    /* GQL_OK: print_answer has run. GQL_PENDING: it will run, on a thread of the plugin. */
    if (code >= 0)
        sem_wait(&outcome.done);
    sem_destroy(&outcome.done);
    return !outcome.resolved;
}

static int serve(gql_runtime *runtime, gql_library *library, char **arguments, gql_failure *failure)
{
    const gql_plugin *plugin = gql_library_plugin(library);
    gql_binding *binding = NULL;
    if (gql_bind(plugin, host_sdl, strlen(host_sdl), &binding, failure) != GQL_OK)
        return 1;
    for (size_t i = 0; i < binding->conflict_count; i++)
        fprintf(stderr, "%s\n", binding->conflicts[i]);
    const gql_resolver *resolver = find_resolver(plugin->schema, arguments[1], arguments[2]);
    if (resolver == NULL)
        fprintf(stderr, "the plugin has no resolver for %s.%s\n", arguments[1], arguments[2]);
    int status = binding->conflict_count > 0 || resolver == NULL;
    gql_binding_destroy(&binding);
    gql_instance *instance = NULL;
    if (status == 0)
        status = gql_instance_create(library, arguments[0], strlen(arguments[0]), &instance,
                                     failure) != GQL_OK;
    if (status == 0)
        status = call_once(runtime, instance, resolver, arguments[3], arguments[4]);
    gql_instance_destroy(library, &instance);
    return status;
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 6 && argument_count != 7) {
        fprintf(stderr, "usage: %s PLUGIN CONFIG TYPE FIELD ARGUMENTS [ACTOR]\n", arguments[0]);
        return 2;
    }
    gql_failure failure = {.struct_size = sizeof failure};
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    int status = 1;
    if (gql_runtime_create(&(gql_runtime_options){.name = "host", .version = "1"}, &runtime,
                           &failure) == GQL_OK &&
        gql_library_open(runtime, arguments[1], &library, &failure) == GQL_OK)
        status = serve(runtime, library, arguments + 2, &failure);
    if (failure.message[0] != '\0')
        fprintf(stderr, "%s\n", failure.message);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    return status;
}
