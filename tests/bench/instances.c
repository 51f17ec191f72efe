// SPDX-License-Identifier: MIT
/*
 * instances PLUGIN FOLDER COUNT: COUNT instances that are only created, one for each organization
 * below a root; then the organizations in one instance, with at most a hundred open databases, and
 * in a pool with an instance for each, of which a hundred may be idle. Prints a row of a table
 * after each step. FOLDER must be empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/measure.h"
#include "tests/bench/tenancy.h"

enum { OPEN = 100 };

static gql_runtime *runtime;
static gql_library *library;
static gql_instance *one, **each;
static gql_pool *pool;
static gql_resolve_fn list, create;
static const char *root;
static double *milliseconds, idle_kib;
static int count;

struct name {
    char text[32];
};

static struct name name_of(int number)
{
    struct name name;
    snprintf(name.text, sizeof name.text, "organization-%d", number);
    return name;
}

static void create_instance(const char *config, gql_instance **ret_instance)
{
    gql_failure failure = {.struct_size = sizeof failure};
    bench_must(gql_instance_create(library, config, strlen(config), ret_instance, &failure),
               &failure);
}

/* ---- What is done for each organization ---- */

static void make(int number)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\"}}",
             name_of(number).text);
    bench_call(runtime, one, create, arguments, NULL, 0);
}

static void list_in_one(int number)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"%s\"}", name_of(number).text);
    bench_call(runtime, one, list, arguments, NULL, 0);
}

static void list_in_pool(int number)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"%s\"}", name_of(number).text);
    bench_pool_call(pool, name_of(number).text, list, arguments);
}

static void write_config(int number, char *config, size_t size)
{
    snprintf(config, size, "{\"organization\":\"%s\",\"database\":{\"root\":\"%s\"}}",
             name_of(number).text, root);
}

static void create_one(int number)
{
    char config[512];
    write_config(number, config, sizeof config);
    create_instance(config, &each[number]);
}

static void destroy_one(int number)
{
    gql_instance_destroy(library, &each[number]);
}

static void step(const char *name, void (*act)(int number))
{
    for (int i = 0; i < count; i++) {
        const uint64_t begin = bench_now();
        act(i);
        milliseconds[i] = (double)(bench_now() - begin) / 1e6;
    }
    bench_row(count, name, milliseconds, count);
}

/* The same hundred, again and again. */
static void list_hot(int number)
{
    list_in_one(number % OPEN);
}

static void list_hot_in_pool(int number)
{
    list_in_pool(number % OPEN);
}

/* ---- The three ways ---- */

static void use_one(void)
{
    char config[512];
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s\",\"maxOpen\":%d}}", root, OPEN);
    create_instance(config, &one);
    step("one instance: first write", make);
    step("one instance: cold page", list_in_one);
    step("one instance: hot page", list_hot);
    gql_instance_destroy(library, &one);
}

static int32_t write_pool_config(void *user, const char *key, size_t key_size, char **ret_config,
                                 size_t *ret_config_size, gql_failure *failure)
{
    (void)user, (void)key_size, (void)failure;
    *ret_config = malloc(512);
    write_config(atoi(strrchr(key, '-') + 1), *ret_config, 512);
    *ret_config_size = strlen(*ret_config);
    return GQL_OK;
}

static void use_pool(void)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_pool_options options = {.config = write_pool_config, .max_idle = OPEN};
    bench_must(gql_pool_create(library, &options, &pool, &failure), &failure);
    step("a pool: cold page", list_in_pool);
    step("a pool: hot page", list_hot_in_pool);
    gql_pool_destroy(&pool);
}

static void use_each(void)
{
    each = calloc((size_t)count, sizeof *each);
    const double before = bench_resident_mib();
    step("an instance for each: create", create_one);
    idle_kib = (bench_resident_mib() - before) * 1024 / count;
    step("an instance for each: destroy", destroy_one);
    free(each);
}

int main(int argc, char **argv)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "instances", .version = "1"};
    if (argc != 4 || atoi(argv[3]) < 1) {
        fputs("Usage: instances PLUGIN FOLDER COUNT\n", stderr);
        return 2;
    }
    root = argv[2];
    count = atoi(argv[3]);
    milliseconds = calloc((size_t)count, sizeof *milliseconds);
    bench_must(gql_runtime_create(&options, &runtime, &failure), &failure);
    bench_must(gql_library_open(runtime, argv[1], &library, &failure), &failure);
    list = gql_library_plugin(library)->schema->resolvers[1]->resolve;
    create = gql_library_plugin(library)->schema->resolvers[2]->resolve;
    puts("| organizations | after | threads | descriptors | resident MiB | p50 ms | p99 ms | all s "
         "|");
    puts("| --- | --- | --- | --- | --- | --- | --- | --- |");
    use_each();
    use_one();
    use_pool();
    printf("\nAn instance that is only created takes %.1f KiB of resident memory.\n", idle_kib);
    gql_library_close(&library, false);
    gql_runtime_destroy(&runtime);
    free(milliseconds);
    return 0;
}
