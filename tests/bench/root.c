// SPDX-License-Identifier: MIT
/*
 * root PLUGIN FOLDER COUNT: COUNT organizations in one instance with `database.root`, each with a
 * database of its own, of which a hundred may be open. Makes them, starts again, reads from each
 * and writes to each, visits a busy set of a hundred that moves over all, and drains. Prints a row
 * of a table after each step, then the rates of calls in a busy set as a ratio to those of an
 * instance with the same integrations in one database. FOLDER must be empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/measure.h"
#include "tests/bench/tenancy.h"

enum { OPEN = 100, BUSY = 50, ID_SIZE = 36 };

struct side {
    gql_instance *instance;
    char (*ids)[ID_SIZE + 1]; /* Of an integration of each organization. */
    uint64_t state;           /* Of the random numbers. */
};

static gql_runtime *runtime;
static gql_library *library;
static gql_resolve_fn get, list, create;
static const char *folder;
static int count;
static double *milliseconds;
static struct side root, single;

static double since(uint64_t begin)
{
    return (double)(bench_now() - begin) / 1e6;
}

static void start(struct side *side, const char *database)
{
    gql_failure failure = {.struct_size = sizeof failure};
    char config[512];
    snprintf(config, sizeof config, "{\"database\":{%s}}", database);
    bench_must(gql_instance_create(library, config, strlen(config), &side->instance, &failure),
               &failure);
}

static void start_root(void)
{
    char database[300];
    snprintf(database, sizeof database, "\"root\":\"%s/root\",\"maxOpen\":%d", folder, OPEN);
    start(&root, database);
}

static void stop(struct side *side)
{
    gql_instance_destroy(library, &side->instance);
}

/* ---- What is done for each organization ---- */

static void make(struct side *side, int number)
{
    char arguments[128], answer[1024];
    snprintf(arguments, sizeof arguments,
             "{\"input\":{\"organizationId\":\"organization-%d\",\"title\":\"x\"}}", number);
    bench_call(runtime, side->instance, create, arguments, answer, sizeof answer);
    const char *id = strstr(answer, "\"id\":\"");
    if (id == NULL)
        exit(1);
    snprintf(side->ids[number], ID_SIZE + 1, "%s", id + 6);
}

static void list_one(struct side *side, int number)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"organization-%d\"}", number);
    bench_call(runtime, side->instance, list, arguments, NULL, 0);
}

static void get_one(struct side *side, int number)
{
    char arguments[64];
    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", side->ids[number]);
    bench_call(runtime, side->instance, get, arguments, NULL, 0);
}

static void step(const char *name, void (*act)(struct side *side, int number))
{
    for (int i = 0; i < count; i++) {
        const uint64_t begin = bench_now();
        act(&root, i);
        milliseconds[i] = since(begin);
    }
    bench_row(count, name, milliseconds, count);
}

/* A random one of a hundred neighbours; after each call they are the next hundred. */
static void move_over_all(void)
{
    const int width = count < OPEN ? count : OPEN;
    for (int i = 0; i < count; i++) {
        const int number = (i + (int)bench_random(&root.state, (uint32_t)width)) % count;
        const uint64_t begin = bench_now();
        (i % 10 == 0 ? make : get_one)(&root, number);
        milliseconds[i] = since(begin);
    }
    bench_row(count, "a busy set that moves", milliseconds, count);
}

static void time_one(const char *name, void (*act)(void))
{
    const uint64_t begin = bench_now();
    act();
    milliseconds[0] = since(begin);
    bench_row(count, name, milliseconds, 1);
}

static void drain_root(void)
{
    gql_instance_drain(library, root.instance);
}

static void stop_root(void)
{
    stop(&root);
}

/* ---- Beside one database ---- */

static void repeat(struct side *side, int times, void (*act)(struct side *side, int number))
{
    const int width = count < BUSY ? count : BUSY;
    for (int i = 0; i < times; i++)
        act(side, (int)bench_random(&side->state, (uint32_t)width));
}

static void get_some(void *side, int times)
{
    repeat(side, times, get_one);
}

static void list_some(void *side, int times)
{
    repeat(side, times, list_one);
}

static void make_some(void *side, int times)
{
    repeat(side, times, make);
}

static void compare(void)
{
    static const struct {
        const char *name;
        bench_fn act;
        int times;
    } ways[] = {{"get", get_some, 20000}, {"page", list_some, 5000}, {"create", make_some, 40}};
    for (int i = 0; i < BUSY && i < count; i++) {
        make(&single, i);
        get_one(&root, i);
    }
    puts("\n| hot call | root / one database | least | most | per second | one database |");
    puts("| --- | --- | --- | --- | --- | --- |");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct ratio ratio = bench_compare(ways[i].act, &root, ways[i].times, ways[i].act,
                                                 &single, ways[i].times);
        printf("| %s | %.2f | %.2f | %.2f | %.0f | %.0f |\n", ways[i].name, ratio.median,
               ratio.least, ratio.most, ratio.first, ratio.second);
    }
}

static void open_library(const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "root", .version = "1"};
    bench_must(gql_runtime_create(&options, &runtime, &failure), &failure);
    bench_must(gql_library_open(runtime, path, &library, &failure), &failure);
    const gql_schema *schema = gql_library_plugin(library)->schema;
    get = schema->resolvers[0]->resolve;
    list = schema->resolvers[1]->resolve;
    create = schema->resolvers[2]->resolve;
}

static void prepare(void)
{
    char path[256], database[300];
    snprintf(path, sizeof path, "%s/root", folder);
    if (mkdir(path, 0700) != 0) {
        perror(path);
        exit(1);
    }
    milliseconds = calloc((size_t)count, sizeof *milliseconds);
    root = (struct side){.ids = calloc((size_t)count, ID_SIZE + 1), .state = 1};
    single = (struct side){.ids = calloc((size_t)count, ID_SIZE + 1), .state = 1};
    snprintf(database, sizeof database, "\"path\":\"%s/single.db\"", folder);
    start(&single, database);
}

int main(int argc, char **argv)
{
    if (argc != 4 || atoi(argv[3]) < 1) {
        fputs("Usage: root PLUGIN FOLDER COUNT\n", stderr);
        return 2;
    }
    folder = argv[2];
    count = atoi(argv[3]);
    open_library(argv[1]);
    prepare();
    puts("| tenants | after | threads | descriptors | resident MiB | p50 ms | p99 ms | all s |");
    puts("| --- | --- | --- | --- | --- | --- | --- | --- |");
    start_root();
    step("the first write to each", make);
    time_one("drain", drain_root);
    stop(&root);
    time_one("start", start_root);
    step("a cold page of each", list_one);
    step("a cold get of each", get_one);
    step("a write to each", make);
    move_over_all();
    compare();
    puts("");
    time_one("drain", drain_root);
    time_one("stop", stop_root);
    stop(&single);
    gql_library_close(&library, false);
    gql_runtime_destroy(&runtime);
    free(root.ids);
    free(single.ids);
    free(milliseconds);
    return 0;
}
