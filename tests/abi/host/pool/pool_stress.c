// SPDX-License-Identifier: MIT
/*
 * Many threads call, suspend, resume, close and list the keys of a small pool, while creations fail
 * at times, and it is destroyed with calls under way: pool_stress PLUGIN. Prints TAP. Each call
 * must be answered once, and no instance be destroyed under one. The sanitizers watch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "tests/abi/plugins/pooled.h"

enum { CALLERS = 6, ACTIONS = 10000, KEYS = 24 };

static struct pooled_control control = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                        .changed = PTHREAD_COND_INITIALIZER,
                                        .keep = true,
                                        .fails_each = 8};
static gql_pool *pool;
static gql_resolve_fn resolve; /* Of the plugin. */
static _Atomic int calls;
static _Atomic int resolved;
static _Atomic int rejected;
static _Atomic int unexpected;
static bool ended; /* Guarded by control.mutex. */

static int32_t give_config(void *user, const char *key, size_t key_size, char **ret_config,
                           size_t *ret_config_size, gql_failure *failure)
{
    static _Atomic unsigned count;
    (void)user, (void)key, (void)key_size, (void)failure;
    if (atomic_fetch_add(&count, 1) % 64 == 63)
        return GQL_E_CONFIG;
    const int size = asprintf(ret_config, "%zu", (size_t)&control);
    *ret_config_size = (size_t)size;
    return size < 0 ? GQL_E_NO_MEMORY : GQL_OK;
}

/* Each look at it is a second later, so that failures are soon tried again. */
static int64_t pass_time(void *user)
{
    static _Atomic int64_t now;
    (void)user;
    return atomic_fetch_add(&now, 1000);
}

static void count_answer(gql_answer *answer)
{
    const bool expected = answer->resolved ||
                          strcmp(answer->code, GQL_CODE_SERVICE_UNAVAILABLE) == 0;
    atomic_fetch_add(expected ? (answer->resolved ? &resolved : &rejected) : &unexpected, 1);
    gql_answer_release(answer);
}

static void call_key(const char *key, size_t size)
{
    static const gql_call call = {.struct_size = sizeof call,
                                  .arguments = "{}",
                                  .arguments_size = 2};
    atomic_fetch_add(&calls, 1);
    if (gql_pool_call(pool, key, size, resolve, &call, count_answer, NULL) < GQL_OK)
        atomic_fetch_add(&unexpected, 1);
}

static void list_keys(void)
{
    gql_pool_key *keys = NULL;
    size_t count = 0;
    char reason[64];
    gql_pool_health(pool, reason, sizeof reason);
    if (gql_pool_list_keys(pool, &keys, &count) != GQL_OK || count > KEYS)
        atomic_fetch_add(&unexpected, 1);
    free(keys);
}

static void act(unsigned random)
{
    char key[16];
    const size_t size = (size_t)snprintf(key, sizeof key, "tenant-%u", random / 64 % KEYS);
    switch (random % 64) {
    case 0:
        gql_pool_suspend_key(pool, key, size);
        break;
    case 1:
    case 2:
    case 5:
    case 6:
        gql_pool_resume_key(pool, key, size);
        break;
    case 3:
        gql_pool_close_key(pool, key, size);
        break;
    case 4:
        list_keys();
        break;
    default:
        call_key(key, size);
    }
}

static void *act_often(void *context)
{
    uint64_t state = (uintptr_t)context + 1;
    for (int i = 0; i < ACTIONS; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        act((unsigned)(state >> 33));
    }
    return NULL;
}

/* Completes the kept calls, from a thread of its own, as a plugin would. */
static void *complete(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&control.mutex);
    while (!ended || control.kept_count > 0) {
        if (control.kept_count == 0) {
            pthread_cond_wait(&control.changed, &control.mutex);
            continue;
        }
        gql_reply *reply = control.kept[--control.kept_count].reply;
        gql_instance *instance = control.kept[control.kept_count].instance;
        const gql_host *host = instance->host;
        instance->calls--;
        pthread_mutex_unlock(&control.mutex);
        host->reply_resolve(host, reply->handle);
        pthread_mutex_lock(&control.mutex);
    }
    pthread_mutex_unlock(&control.mutex);
    return NULL;
}

static void play(void)
{
    pthread_t callers[CALLERS], completer;
    pthread_create(&completer, NULL, complete, NULL);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_create(&callers[i], NULL, act_often, (void *)(uintptr_t)i);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    gql_pool_destroy(&pool);
    pthread_mutex_lock(&control.mutex);
    ended = true;
    pthread_cond_broadcast(&control.changed);
    pthread_mutex_unlock(&control.mutex);
    pthread_join(completer, NULL);
}

static void report(int number, bool good, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", number, what);
}

int main(int argument_count, char **arguments)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    const gql_pool_options options = {.config = give_config,
                                      .milliseconds = pass_time,
                                      .max_idle = 4,
                                      .threads = 3};
    if (argument_count != 2 ||
        gql_runtime_create(&(gql_runtime_options){.name = "h", .version = "1"}, &runtime,
                           &failure) != GQL_OK ||
        gql_library_open(runtime, arguments[1], &library, &failure) != GQL_OK ||
        gql_pool_create(library, &options, &pool, &failure) != GQL_OK) {
        printf("Bail out! %s\n", failure.message);
        return 1;
    }
    resolve = gql_library_plugin(library)->schema->resolvers[0]->resolve;
    play();
    printf("# %d calls: %d resolved, %d rejected; %d instances\n", calls, resolved, rejected,
           control.created);
    report(1, calls == resolved + rejected && unexpected == 0, "each call is answered once");
    report(2, resolved > 0 && rejected > 0, "some are resolved, some rejected");
    report(3, !control.destroyed_under_call, "no instance is destroyed under a call");
    report(4, control.created == control.destroyed && control.created > KEYS,
           "all instances are destroyed, and most of them before the end");
    report(5, gql_runtime_pending(runtime) == 0, "no call is under way");
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    printf("1..5\n");
    return 0;
}
