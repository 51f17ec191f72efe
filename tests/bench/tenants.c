// SPDX-License-Identifier: MIT
/*
 * tenants PLUGIN FOLDER COUNT: creates COUNT instances in one process, each with a new database in
 * FOLDER, reads once from each, writes once to each, drains them, and destroys them one after the
 * other. Prints a row of a table after each step: threads, descriptors, resident memory, and how
 * long the step took for each instance.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/measure.h"
#include "tests/bench/tenancy.h"

struct tenants {
    gql_runtime *runtime;
    gql_library *library;
    gql_resolve_fn list, create;
    gql_instance **instances;
    double *milliseconds; /* Of each instance, in the present step. */
    const char *folder;
    int count;
};

/* ---- What is done for each instance ---- */

static void call(struct tenants *tenants, int number, gql_resolve_fn resolve, const char *arguments)
{
    bench_call(tenants->runtime, tenants->instances[number], resolve, arguments, NULL, 0);
}

static void create_instance(struct tenants *tenants, int number)
{
    char config[512];
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s/tenant-%d.db\"}}",
             tenants->folder, number);
    bench_must(gql_instance_create(tenants->library, config, strlen(config),
                                   &tenants->instances[number], &failure),
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

static void step(struct tenants *tenants, const char *name,
                 void (*act)(struct tenants *tenants, int number))
{
    for (int i = 0; i < tenants->count; i++) {
        const uint64_t begin = bench_now();
        act(tenants, i);
        tenants->milliseconds[i] = (double)(bench_now() - begin) / 1e6;
    }
    bench_row(tenants->count, name, tenants->milliseconds, tenants->count);
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
    bench_must(gql_runtime_create(&options, &tenants.runtime, &failure), &failure);
    bench_must(gql_library_open(tenants.runtime, argv[1], &tenants.library, &failure), &failure);
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
