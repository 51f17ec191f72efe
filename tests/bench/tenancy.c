// SPDX-License-Identifier: MIT
#include "tests/bench/tenancy.h"

#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    char *answer;
    size_t capacity;
};

static void on_answer(gql_answer *answer)
{
    struct waiter *waiter = answer->user;
    if (!answer->resolved) {
        fprintf(stderr, "%s\n", answer->message);
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

void bench_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                const char *arguments, char *ret_answer, size_t capacity)
{
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = strlen(arguments),
                           .request = &request};
    struct waiter waiter = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, ret_answer,
                            capacity};
    if (gql_runtime_call(runtime, instance, resolve, &call, on_answer, &waiter) < 0)
        exit(1);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.answered, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
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

static double resident_mib(void)
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
           entries("/proc/self/task"), entries("/proc/self/fd") - 1, resident_mib(), median, late,
           total / 1000);
    fflush(stdout);
}
