// SPDX-License-Identifier: MIT
/*
 * tenants PLUGIN FOLDER COUNT: creates COUNT instances in one process, each with a new database in
 * FOLDER, reads once from each, writes once to each, drains them, and destroys them one after the
 * other. Prints a row of a table after each step: threads, descriptors, resident memory, and how
 * long the step took for each instance.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gql_host.h"
#include "tests/bench/measure.h"

struct tenants {
    gql_runtime *runtime;
    gql_library *library;
    gql_resolve_fn list, create;
    gql_instance **instances;
    double *milliseconds; /* Of each instance, in the present step. */
    const char *folder;
    int count;
};

static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};
static const gql_request request = {.struct_size = sizeof request,
                                    .actor_id = "bench",
                                    .actor_id_size = 5,
                                    .grants = grants,
                                    .grant_count = 1};

static void must(int32_t code, const gql_failure *failure)
{
    if (code == GQL_OK)
        return;
    fprintf(stderr, "tenants: %s\n", failure->message);
    exit(1);
}

/* ---- Calls ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done; /* Guarded by the lock. */
};

static void on_answer(gql_answer *answer)
{
    struct waiter *waiter = answer->user;
    if (!answer->resolved) {
        fprintf(stderr, "tenants: %s\n", answer->message);
        exit(1);
    }
    gql_answer_release(answer);
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->answered);
    pthread_mutex_unlock(&waiter->lock);
}

static void call(struct tenants *tenants, int number, gql_resolve_fn resolve, const char *arguments)
{
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = strlen(arguments),
                           .request = &request};
    struct waiter waiter = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    if (gql_runtime_call(tenants->runtime, tenants->instances[number], resolve, &call, on_answer,
                         &waiter) < 0)
        exit(1);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.answered, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
}

/* ---- What is done for each instance ---- */

static void create_instance(struct tenants *tenants, int number)
{
    char config[512];
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s/tenant-%d.db\"}}",
             tenants->folder, number);
    must(gql_instance_create(tenants->library, config, strlen(config), &tenants->instances[number],
                             &failure),
         &failure);
}

static void read_one(struct tenants *tenants, int number)
{
    call(tenants, number, tenants->list, "{\"organizationId\":\"acme\"}");
}

static void write_one(struct tenants *tenants, int number)
{
    call(tenants, number, tenants->create,
         "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}");
}

static void drain_instance(struct tenants *tenants, int number)
{
    gql_instance_drain(tenants->library, tenants->instances[number]);
}

static void destroy_instance(struct tenants *tenants, int number)
{
    gql_instance_destroy(tenants->library, &tenants->instances[number]);
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

static void step(struct tenants *tenants, const char *name,
                 void (*act)(struct tenants *tenants, int number))
{
    double total = 0;
    for (int i = 0; i < tenants->count; i++) {
        const uint64_t begin = bench_now();
        act(tenants, i);
        tenants->milliseconds[i] = (double)(bench_now() - begin) / 1e6;
        total += tenants->milliseconds[i];
    }
    const double median = bench_percentile(tenants->milliseconds, (size_t)tenants->count, 0.5);
    const double late = bench_percentile(tenants->milliseconds, (size_t)tenants->count, 0.99);
    printf("| %d | %s | %d | %d | %.0f | %.2f | %.2f | %.1f |\n", tenants->count, name,
           entries("/proc/self/task"), entries("/proc/self/fd") - 1, resident_mib(), median, late,
           total / 1000);
    fflush(stdout);
}

static void remove_files(const struct tenants *tenants)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (int i = 0; i < tenants->count; i++) {
        for (size_t j = 0; j < sizeof endings / sizeof *endings; j++) {
            char path[512];
            snprintf(path, sizeof path, "%s/tenant-%d.db%s", tenants->folder, i, endings[j]);
            unlink(path);
        }
    }
}

int main(int argc, char **argv)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "tenants", .version = "1"};
    if (argc != 4 || atoi(argv[3]) < 1) {
        fputs("Usage: tenants PLUGIN FOLDER COUNT\n", stderr);
        return 2;
    }
    struct tenants tenants = {.folder = argv[2], .count = atoi(argv[3])};
    tenants.instances = calloc((size_t)tenants.count, sizeof(gql_instance *));
    tenants.milliseconds = calloc((size_t)tenants.count, sizeof(double));
    must(gql_runtime_create(&options, &tenants.runtime, &failure), &failure);
    must(gql_library_open(tenants.runtime, argv[1], &tenants.library, &failure), &failure);
    const gql_schema *schema = gql_library_plugin(tenants.library)->schema;
    tenants.list = schema->resolvers[1]->resolve;
    tenants.create = schema->resolvers[2]->resolve;
    puts("| instances | after | threads | descriptors | resident MiB | p50 ms | p99 ms | all s |");
    puts("| --- | --- | --- | --- | --- | --- | --- | --- |");
    step(&tenants, "create", create_instance);
    step(&tenants, "read", read_one);
    step(&tenants, "write", write_one);
    step(&tenants, "drain", drain_instance);
    step(&tenants, "destroy", destroy_instance);
    gql_library_close(&tenants.library, false);
    gql_runtime_destroy(&tenants.runtime);
    remove_files(&tenants);
    free(tenants.instances);
    free(tenants.milliseconds);
    return 0;
}
