// SPDX-License-Identifier: MIT
#include "tests/bench/tenancy.h"

#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/measure.h"

static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};
static const gql_request request = {.struct_size = sizeof request,
                                    .actor_id = "bench",
                                    .actor_id_size = 5,
                                    .grants = grants,
                                    .grant_count = 1};

void bench_must(int32_t code, const gql_failure *failure)
{
    if (code == GQL_OK)
        return;
    fprintf(stderr, "%s\n", failure->message);
    exit(1);
}

/* ---- Calls ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done; /* Guarded by the lock. */
    bool is_rejected;
    char *answer;
    size_t capacity;
};

static void on_answer(gql_answer *answer)
{
    struct waiter *waiter = answer->user;
    if (answer->resolved == waiter->is_rejected) {
        fprintf(stderr, "%s\n", answer->resolved ? "found what nobody has" : answer->message);
        exit(1);
    }
    if (waiter->answer != NULL)
        snprintf(waiter->answer, waiter->capacity, "%.*s", (int)answer->json_size, answer->json);
    gql_answer_release(answer);
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->answered);
    pthread_mutex_unlock(&waiter->lock);
}

static gql_call call_with(const gql_request *by, const char *arguments)
{
    return (gql_call){.struct_size = sizeof(gql_call),
                      .arguments = arguments,
                      .arguments_size = strlen(arguments),
                      .request = by};
}

static struct waiter waiter_for(char *ret_answer, size_t capacity)
{
    return (struct waiter){.lock = PTHREAD_MUTEX_INITIALIZER,
                           .answered = PTHREAD_COND_INITIALIZER,
                           .answer = ret_answer,
                           .capacity = capacity};
}

static void wait_until_answered(struct waiter *waiter, int32_t code)
{
    if (code < 0)
        exit(1);
    pthread_mutex_lock(&waiter->lock);
    while (!waiter->done)
        pthread_cond_wait(&waiter->answered, &waiter->lock);
    pthread_mutex_unlock(&waiter->lock);
}

void bench_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                const char *arguments, char *ret_answer, size_t capacity)
{
    const gql_call call = call_with(&request, arguments);
    struct waiter waiter = waiter_for(ret_answer, capacity);
    wait_until_answered(&waiter,
                        gql_runtime_call(runtime, instance, resolve, &call, on_answer, &waiter));
}

void bench_miss(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                const char *organization_id, const char *arguments)
{
    const gql_grant narrow = {.struct_size = sizeof narrow,
                              .organization_id = organization_id,
                              .organization_id_size = strlen(organization_id),
                              .actions = 15};
    const gql_grant *const narrow_grants[] = {&narrow};
    gql_request by = request;
    by.grants = narrow_grants;
    const gql_call call = call_with(&by, arguments);
    struct waiter waiter = waiter_for(NULL, 0);
    waiter.is_rejected = true;
    wait_until_answered(&waiter,
                        gql_runtime_call(runtime, instance, resolve, &call, on_answer, &waiter));
}

void bench_pool_call(gql_pool *pool, const char *key, gql_resolve_fn resolve, const char *arguments)
{
    const gql_call call = call_with(&request, arguments);
    struct waiter waiter = waiter_for(NULL, 0);
    wait_until_answered(&waiter,
                        gql_pool_call(pool, key, strlen(key), resolve, &call, on_answer, &waiter));
}

/* ---- A flood ---- */

static void on_flood_answer(gql_answer *answer)
{
    struct flood *flood = answer->user;
    gql_answer_release(answer);
    atomic_fetch_add(&flood->answered, 1);
    atomic_fetch_sub(&flood->in_flight, 1);
}

static void begin_next(struct flood *flood)
{
    atomic_fetch_add(&flood->in_flight, 1);
    if (gql_runtime_call(flood->runtime, flood->instance, flood->resolve, &flood->call,
                         on_flood_answer, flood) < 0)
        exit(1);
}

static void *keep_flooding(void *argument)
{
    struct flood *flood = argument;
    const struct timespec pause = {.tv_nsec = 100000};
    while (!atomic_load(&flood->stops)) {
        while (atomic_load(&flood->in_flight) < FLOOD)
            begin_next(flood);
        nanosleep(&pause, NULL);
    }
    while (atomic_load(&flood->in_flight) > 0)
        nanosleep(&pause, NULL);
    return NULL;
}

void bench_flood_begin(struct flood *flood, const char *arguments)
{
    flood->call = call_with(&request, arguments);
    if (pthread_create(&flood->thread, NULL, keep_flooding, flood) != 0)
        exit(1);
}

void bench_flood_end(struct flood *flood)
{
    atomic_store(&flood->stops, true);
    pthread_join(flood->thread, NULL);
}

/* ---- What the process holds ---- */

static int entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

double bench_resident_mib(void)
{
    unsigned long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &size, &resident) != 2)
        exit(1);
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

void bench_row(int tenants, const char *name, double *milliseconds, int count)
{
    double total = 0;
    for (int i = 0; i < count; i++)
        total += milliseconds[i];
    const double median = bench_percentile(milliseconds, (size_t)count, 0.5);
    const double late = bench_percentile(milliseconds, (size_t)count, 0.99);
    printf("| %d | %s | %d | %d | %.0f | %.2f | %.2f | %.1f |\n", tenants, name,
           entries("/proc/self/task"), entries("/proc/self/fd") - 1, bench_resident_mib(), median,
           late, total / 1000);
    fflush(stdout);
}
