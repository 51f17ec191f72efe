// SPDX-License-Identifier: MIT
/*
 * Destroys instances while threads have been answered but have not yet returned from the plugin,
 * which may use its instance until then: late_calls PLUGIN. Prints TAP. The sanitizers find a
 * destroy that comes too early.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "gql_host.h"

enum { CALLERS = 4, ROUNDS = 300 };

static gql_resolve_fn resolve; /* Of the plugin. */

struct round {
    gql_runtime *runtime;
    gql_instance *instance;
    pthread_barrier_t start;
    _Atomic int answered;
    _Atomic int unexpected;
};

static void count_answer(gql_answer *answer)
{
    struct round *round = answer->user;
    if (!answer->resolved && strcmp(answer->code, GQL_CODE_SERVICE_UNAVAILABLE) != 0)
        atomic_fetch_add(&round->unexpected, 1);
    gql_answer_release(answer);
    atomic_fetch_add(&round->answered, 1);
    sched_yield(); /* So that others run before the plugin's function returns. */
}

/* Uses the instance to the last moment, as a plugin may. */
static int32_t resolve_and_look(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    static _Atomic unsigned seen;
    const int32_t code = resolve(instance, call, reply);
    atomic_fetch_add(&seen, *(const volatile unsigned char *)instance);
    return code;
}

static void *call_once(void *context)
{
    static const gql_request request = {.struct_size = sizeof request};
    static const gql_call call = {.struct_size = sizeof call,
                                  .arguments = "{\"name\":\"x\"}",
                                  .arguments_size = 12,
                                  .request = &request};
    struct round *round = context;
    pthread_barrier_wait(&round->start);
    gql_runtime_call(round->runtime, round->instance, resolve_and_look, &call, count_answer, round);
    return NULL;
}

/* Destroys the instance as soon as the callers are answered. */
static bool play(struct round *round, gql_library *library)
{
    pthread_t callers[CALLERS];
    gql_failure failure = {.struct_size = sizeof failure};
    if (gql_instance_create(library, "{}", 2, &round->instance, &failure) != GQL_OK)
        return false;
    pthread_barrier_init(&round->start, NULL, CALLERS + 1);
    for (int i = 0; i < CALLERS; i++)
        pthread_create(&callers[i], NULL, call_once, round);
    pthread_barrier_wait(&round->start);
    gql_instance_drain(library, round->instance);
    while (atomic_load(&round->answered) < CALLERS)
        sched_yield();
    gql_instance_destroy(library, &round->instance);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    pthread_barrier_destroy(&round->start);
    return gql_runtime_pending(round->runtime) == 0 && round->unexpected == 0;
}

int main(int argument_count, char **arguments)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    if (argument_count != 2 ||
        gql_runtime_create(&(gql_runtime_options){.name = "h", .version = "1"}, &runtime,
                           &failure) != GQL_OK ||
        gql_library_open(runtime, arguments[1], &library, &failure) != GQL_OK) {
        printf("Bail out! %s\n", failure.message);
        return 1;
    }
    int good = 0;
    resolve = gql_library_plugin(library)->schema->resolvers[0]->resolve;
    for (int i = 0; i < ROUNDS; i++) {
        struct round round = {.runtime = runtime};
        good += play(&round, library);
    }
    printf("%s 1 - instances are destroyed as soon as their calls are answered: %d of %d\n",
           good == ROUNDS ? "ok" : "not ok", good, ROUNDS);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    printf("1..1\n");
    return 0;
}
