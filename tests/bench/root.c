// SPDX-License-Identifier: MIT
/*
 * root PLUGIN FOLDER COUNT [--full]: COUNT organizations in one instance with `database.root`, each
 * with a database of its own, of which a hundred may be open. Makes them, starts again, reads from
 * each and writes to each, visits a busy set of a hundred that moves over all, and drains. Prints a
 * row of a table after each step, then the rates of calls in a busy set as a ratio to those of an
 * instance with the same integrations in one database, and how long it takes not to find an ID.
 * FOLDER must be empty. With --full, the databases are copies of an empty one, and only read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/copies.h"
#include "tests/bench/measure.h"
#include "tests/bench/tenancy.h"

#define ORGANIZATION "organization-%06d"

enum { OPEN = 100, BUSY = 50, ID_SIZE = 36, MISSES = 500000 };

struct side {
    gql_instance *instance;
    char (*ids)[ID_SIZE + 1]; /* Of the last integration of each organization. */
    int *made;                /* How many each one has. */
    uint64_t state;           /* Of the random numbers. */
};

static gql_runtime *runtime;
static gql_library *library;
static gql_resolve_fn get, list, create, delete;
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

static void start_single(void)
{
    char database[300];
    snprintf(database, sizeof database, "\"path\":\"%s/single.db\"", folder);
    start(&single, database);
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
             "{\"input\":{\"organizationId\":\"" ORGANIZATION "\",\"title\":\"x\"}}", number);
    bench_call(runtime, side->instance, create, arguments, answer, sizeof answer);
    const char *id = strstr(answer, "\"id\":\"");
    if (id == NULL)
        exit(1);
    snprintf(side->ids[number], ID_SIZE + 1, "%s", id + 6);
    side->made[number]++;
}

static void list_one(struct side *side, int number)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"" ORGANIZATION "\"}", number);
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

/*
 * Gives each of the busy ones as much in one database. The log of that would be longer than those
 * of fifty, and reads would wait for its end: it is begun anew.
 */
static void fill_single(void)
{
    start_single();
    for (int i = 0; i < BUSY && i < count; i++) {
        while (single.made[i] < root.made[i])
            make(&single, i);
        get_one(&root, i);
    }
    stop(&single);
    start_single();
}

struct way {
    const char *name;
    bench_fn act;
    int times, turns;
};

static void compare(const struct way *way)
{
    const struct ratio ratio = bench_compare_often(way->act, &root, way->act, &single, way->times,
                                                   way->turns);
    printf("| %s | %.2f | %.2f | %.2f | %.0f | %.0f |\n", way->name, ratio.median, ratio.least,
           ratio.most, ratio.first, ratio.second);
    fflush(stdout);
}

/* ---- What can't be found ---- */

static double time_miss(const struct side *side, const char *id)
{
    char arguments[64], organization[32];
    snprintf(arguments, sizeof arguments, "{\"id\":\"%.36s\"}", id);
    snprintf(organization, sizeof organization, ORGANIZATION, 0);
    const uint64_t begin = bench_now();
    bench_miss(runtime, side->instance, get, organization, arguments);
    return (double)(bench_now() - begin);
}

/* An actor of the first organization asks for an ID of its own that is not there, and another's. */
static void compare_misses(const char *name, const struct side *side)
{
    double *own = calloc(2 * (size_t)MISSES, sizeof *own), *foreign = own + MISSES;
    char unknown[ID_SIZE + 1];
    memcpy(unknown, side->ids[0], sizeof unknown);
    unknown[7] = unknown[7] == '0' ? '1' : '0';
    for (int i = 0; i < MISSES; i++) {
        own[i] = time_miss(side, unknown);
        foreign[i] = time_miss(side, side->ids[1]);
    }
    const double median = bench_percentile(own, MISSES, 0.5);
    const double other = bench_percentile(foreign, MISSES, 0.5);
    printf("| %s | %.0f | %.0f | %.3f |\n", name, median, other, other / median);
    free(own);
}

static void compare_all_misses(void)
{
    if (count < 2)
        return;
    puts("\n| not found | own ID, median ns | another's ID, median ns | ratio |");
    puts("| --- | --- | --- | --- |");
    compare_misses("root", &root);
    compare_misses("one database", &single);
}

/* Creates come last: they make the logs longer. */
static void compare_all(void)
{
    static const struct way ways[] = {{"get", get_some, 50, 2000},
                                      {"page", list_some, 25, 2000},
                                      {"create", make_some, 1, 50}};
    fill_single();
    compare_all_misses();
    puts("\n| hot call | root / one database | least | most | per second | one database |");
    puts("| --- | --- | --- | --- | --- | --- |");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        compare(&ways[i]);
    puts("");
}

/* ---- Copies of an empty database ---- */

struct name {
    char text[32];
};

static struct text name_of(int number, struct name *name)
{
    snprintf(name->text, sizeof name->text, ORGANIZATION, number);
    return text_of(name->text);
}

static void make_empty(void)
{
    char arguments[128];
    start_root();
    make(&root, 0);
    snprintf(arguments, sizeof arguments, "{\"input\":{\"id\":\"%s\",\"version\":1}}", root.ids[0]);
    bench_call(runtime, root.instance, delete, arguments, NULL, 0);
    stop(&root);
}

static void make_copies(void)
{
    char path[300];
    struct name first, name;
    snprintf(path, sizeof path, "%s/root", folder);
    struct original original = original_read(path, name_of(0, &first));
    for (int i = 1; i < count; i++)
        original_copy(&original, path, name_of(i, &name));
    original_free(&original);
}

static void run_copies(void)
{
    make_empty();
    time_one("copies", make_copies);
    time_one("start", start_root);
    step("a cold page of each", list_one);
    time_one("drain", drain_root);
    time_one("stop", stop_root);
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
    delete = schema->resolvers[4]->resolve;
}

static void prepare(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/root", folder);
    if (mkdir(path, 0700) != 0) {
        perror(path);
        exit(1);
    }
    milliseconds = calloc((size_t)count, sizeof *milliseconds);
    root = (struct side){.ids = calloc((size_t)count, ID_SIZE + 1),
                         .made = calloc((size_t)count, sizeof(int)),
                         .state = 1};
    single = (struct side){.ids = calloc((size_t)count, ID_SIZE + 1),
                           .made = calloc((size_t)count, sizeof(int)),
                           .state = 1};
}

static void run(void)
{
    start_root();
    step("the first write to each", make);
    time_one("drain", drain_root);
    stop(&root);
    time_one("start", start_root);
    step("a cold page of each", list_one);
    step("a cold get of each", get_one);
    step("a write to each", make);
    move_over_all();
    compare_all();
    time_one("drain", drain_root);
    time_one("stop", stop_root);
    stop(&single);
}

int main(int argc, char **argv)
{
    const bool full = argc == 5 && strcmp(argv[4], "--full") == 0;
    if ((argc != 4 && !full) || atoi(argv[3]) < 1) {
        fputs("Usage: root PLUGIN FOLDER COUNT [--full]\n", stderr);
        return 2;
    }
    folder = argv[2];
    count = atoi(argv[3]);
    open_library(argv[1]);
    prepare();
    puts("| tenants | after | threads | descriptors | resident MiB | p50 ms | p99 ms | all s |");
    puts("| --- | --- | --- | --- | --- | --- | --- | --- |");
    (full ? run_copies : run)();
    gql_library_close(&library, false);
    gql_runtime_destroy(&runtime);
    free(root.ids);
    free(root.made);
    free(single.ids);
    free(single.made);
    free(milliseconds);
    return 0;
}
