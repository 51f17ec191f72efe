// SPDX-License-Identifier: MIT
/*
 * flood PLUGIN FOLDER: an organization that calls now and then, alone and while another one keeps
 * 256 creates under way: with a database for each, and in one database. Prints, for reads and for
 * writes, the latencies of the quiet one, and their ratio. FOLDER must be empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/bench/measure.h"
#include "tests/bench/tenancy.h"

enum { READS = 3000, WRITES = 300, PAUSE_NANOSECONDS = 1000000 };

static const char quiet_create[] = "{\"input\":{\"organizationId\":\"quiet\",\"title\":\"x\"}}";
static const char flood_create[] = "{\"input\":{\"organizationId\":\"flood\",\"title\":\"x\"}}";
static const char quiet_page[] = "{\"organizationId\":\"quiet\"}";

static gql_runtime *runtime;
static gql_library *library;
static gql_instance *instance;
static gql_resolve_fn list, create;

struct latencies {
    double p50, p99; /* Milliseconds. */
};

/* Calls of the quiet organization, with pauses. */
static struct latencies measure(gql_resolve_fn resolve, const char *arguments, int count)
{
    static double milliseconds[READS];
    const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
    for (int i = 0; i < count; i++) {
        nanosleep(&pause, NULL);
        const uint64_t begin = bench_now();
        bench_call(runtime, instance, resolve, arguments, NULL, 0);
        milliseconds[i] = (double)(bench_now() - begin) / 1e6;
    }
    return (struct latencies){
        .p50 = bench_percentile(milliseconds, (size_t)count, 0.5),
        .p99 = bench_percentile(milliseconds, (size_t)count, 0.99),
    };
}

static void print_row(const char *mode, const char *what, struct latencies idle,
                      struct latencies flooded, double per_second)
{
    printf("| %s | %s | %.2f / %.2f | %.2f / %.2f | %.2f | %.2f | %.0f |\n", mode, what, idle.p50,
           idle.p99, flooded.p50, flooded.p99, flooded.p50 / idle.p50, flooded.p99 / idle.p99,
           per_second);
    fflush(stdout);
}

static void compare(const char *mode, const char *what, gql_resolve_fn resolve,
                    const char *arguments, int count)
{
    struct flood flood = {.runtime = runtime, .instance = instance, .resolve = create};
    const struct latencies idle = measure(resolve, arguments, count);
    const uint64_t begin = bench_now();
    bench_flood_begin(&flood, flood_create);
    const struct latencies flooded = measure(resolve, arguments, count);
    const double seconds = (double)(bench_now() - begin) / 1e9;
    const int answered = atomic_load(&flood.answered);
    bench_flood_end(&flood);
    print_row(mode, what, idle, flooded, answered / seconds);
}

static void run(const char *mode, const char *setting, const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    char config[512];
    snprintf(config, sizeof config, "{\"database\":{\"%s\":\"%s\"}}", setting, path);
    bench_must(gql_instance_create(library, config, strlen(config), &instance, &failure), &failure);
    bench_call(runtime, instance, create, quiet_create, NULL, 0);
    bench_call(runtime, instance, create, flood_create, NULL, 0);
    compare(mode, "page", list, quiet_page, READS);
    compare(mode, "create", create, quiet_create, WRITES);
    gql_instance_destroy(library, &instance);
}

int main(int argc, char **argv)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "flood", .version = "1"};
    char path[256];
    if (argc != 3) {
        fputs("Usage: flood PLUGIN FOLDER\n", stderr);
        return 2;
    }
    bench_must(gql_runtime_create(&options, &runtime, &failure), &failure);
    bench_must(gql_library_open(runtime, argv[1], &library, &failure), &failure);
    list = gql_library_plugin(library)->schema->resolvers[1]->resolve;
    create = gql_library_plugin(library)->schema->resolvers[2]->resolve;
    puts("| databases | call | alone p50 / p99 ms | flooded p50 / p99 ms | p50 ratio | p99 ratio | "
         "flood, answers per second |");
    puts("| --- | --- | --- | --- | --- | --- | --- |");
    snprintf(path, sizeof path, "%s/root", argv[2]);
    if (mkdir(path, 0700) != 0) {
        perror(path);
        return 1;
    }
    run("one for each", "root", path);
    snprintf(path, sizeof path, "%s/single.db", argv[2]);
    run("one for both", "path", path);
    gql_library_close(&library, false);
    gql_runtime_destroy(&runtime);
    return 0;
}
