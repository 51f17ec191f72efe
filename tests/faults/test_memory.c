// SPDX-License-Identifier: MIT
/*
 * Allocations fail, one by one, in every call that a host makes of the plugin: those of the plugin,
 * and those of the libraries on its behalf. The answer is right or a clear error, nothing that was
 * acknowledged is lost, nothing that was refused is there, nothing leaks, and the next call
 * succeeds.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/calls.h"
#include "tests/faults/memory.h"

/* Danish has å behind z, unlike ICU's fallback. */
static const char *settings = ",\"collation\":{\"locale\":\"da\"}";

static struct world world;
static size_t live; /* Blocks of the plugin while there is no instance. */

static void watch(void)
{
    static const char *const watched[] = {"integrations", "jansson", "sqlite3", "sodium",
                                          "libicu",       "libc.so", NULL};
    tzset(); /* The C library keeps the time zone, which timestamps ask for. */
    memory_watch(watched);
}

static void make(void)
{
    world_make(&world, settings);
    watch();
    free(world_create(&world, "acme", "kept z"));
    free(world_create(&world, "acme", "kept \u00e5"));
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(memory, .init = make, .fini = clean, .timeout = 600);

static void create_instance(void)
{
    world.instance = mock_create(world.host, world_config(&world, settings));
}

static void expect_no_leak(void)
{
    const size_t now = memory_live();
    cr_expect_leq(now, live, "%d blocks leaked", (int)(now - live));
    if (now > live)
        live = now;
}

static void restart(void)
{
    mock_destroy(world.host, &world.instance);
    expect_no_leak();
    create_instance();
}

/* ---- Operations ---- */

/* Returns how many allocations failed. */
static int try_operation(enum operation operation, bool warm, int first, int count)
{
    char *id = world_create(&world, "acme", "target");
    char *before = calls_resolve(&world, PAGE, NULL);
    char *expected = operation < CREATE ? calls_resolve(&world, operation, id) : NULL;
    restart();
    for (int i = READ; i < CREATE && warm; i++)
        free(calls_resolve(&world, i, id));
    if (warm)
        calls_expect_service(&world);
    memory_fail(first, count);
    struct mock_pending *pending = calls_start(&world, operation, id);
    mock_await(pending);
    const int failed = memory_mend();
    struct outcome outcome = calls_outcome(mock_wait(&pending), operation, first);
    if (expected != NULL && outcome.json != NULL)
        cr_expect_str_eq(outcome.json, expected);
    calls_expect_effect(&world, operation, &outcome, id, before);
    calls_expect_service(&world);
    calls_expect_effect(&world, operation, &outcome, id, before);
    restart();
    calls_expect_effect(&world, operation, &outcome, id, before);
    calls_delete_others(&world);
    free(outcome.json);
    free(expected);
    free(before);
    free(id);
    return failed;
}

static int step(int bounded)
{
    return getenv("FAULTS_WHOLE") == NULL ? bounded : 1;
}

typedef int try_fn(int operation, int first, int count);

/* Each allocation fails, once and with all that follow, until there are no more. */
static void try_each(const char *name, try_fn *try, int operation, int steps)
{
    const int counts[] = {1, MEMORY_FOR_EVER};
    int tried[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        for (int first = 1 + i % steps; try(operation, first, counts[i]) > 0; first += steps)
            tried[i]++;
    }
    fprintf(stderr, "# %s: %d allocations failed once, %d with all that follow; one in %d\n", name,
            tried[0], tried[1], steps);
}

static void try_all(const char *name, try_fn *try, int operation)
{
    live = SIZE_MAX;
    try(operation, MEMORY_FOR_EVER, 1);
    mock_destroy(world.host, &world.instance);
    live = memory_live(); /* What libraries keep. */
    create_instance();
    try_each(name, try, operation, step(7));
}

static int try_cold(int operation, int first, int count)
{
    return try_operation(operation, false, first, count);
}

static int try_warm(int operation, int first, int count)
{
    return try_operation(operation, true, first, count);
}

static void try_both(enum operation operation)
{
    char name[64];
    snprintf(name, sizeof name, "%s, first call", calls_name(operation));
    try_all(name, try_cold, operation);
    snprintf(name, sizeof name, "%s, later call", calls_name(operation));
    try_all(name, try_warm, operation);
}

Test(memory, reading)
{
    for (int i = READ; i < CREATE; i++)
        try_both(i);
}

Test(memory, creating)
{
    try_both(CREATE);
    try_both(CREATE_WITH_TOKEN);
}

Test(memory, changing)
{
    try_both(UPDATE);
    try_both(DELETE);
}

/* ---- Instances ---- */

/* A failure that passes, and says what was short. */
static bool is_shortage(int32_t code, const gql_failure *failure)
{
    return (code == GQL_E_NO_MEMORY || code == GQL_E_UNAVAILABLE) &&
           strcasestr(failure->message, "memory") != NULL;
}

/* The next attempt succeeds. */
static int try_create(const char *page, int first, int count)
{
    gql_failure failure;
    mock_destroy(world.host, &world.instance);
    expect_no_leak();
    memory_fail(first, count);
    const int32_t code = mock_try_create(world.host, world_config(&world, settings),
                                         &world.instance, &failure);
    const int failed = memory_mend();
    if (code != GQL_OK) {
        cr_expect(is_shortage(code, &failure), "allocation %d: %d, %s", first, (int)code,
                  failure.message);
        expect_no_leak();
        create_instance();
    }
    char *now = calls_resolve(&world, PAGE, NULL);
    cr_expect_str_eq(now, page);
    free(now);
    calls_expect_service(&world);
    return failed;
}

static int try_create_again(int operation, int first, int count)
{
    (void)operation;
    char *page = calls_resolve(&world, PAGE, NULL);
    const int failed = try_create(page, first, count);
    free(page);
    return failed;
}

/* With a new database, which is migrated. */
static int try_create_new(int operation, int first, int count)
{
    (void)operation;
    mock_destroy(world.host, &world.instance);
    remove(scratch_file(&world.scratch, "integrations.db"));
    create_instance();
    char *page = calls_resolve(&world, PAGE, NULL);
    mock_destroy(world.host, &world.instance);
    remove(scratch_file(&world.scratch, "integrations.db"));
    const int failed = try_create(page, first, count);
    free(page);
    return failed;
}

/* With a mutation under way: it is answered before drain returns. */
static int try_end(int operation, int first, int count)
{
    char *id = world_create(&world, "acme", "target");
    char *before = calls_resolve(&world, PAGE, NULL);
    memory_fail(first, count);
    struct mock_pending *pending = calls_start(&world, operation, id);
    mock_drain(world.host, world.instance);
    mock_destroy(world.host, &world.instance);
    const int failed = memory_mend();
    struct outcome outcome = calls_outcome(mock_wait(&pending), operation, first);
    expect_no_leak();
    create_instance();
    calls_expect_effect(&world, operation, &outcome, id, before);
    calls_delete_others(&world);
    free(outcome.json);
    free(before);
    free(id);
    return failed;
}

Test(memory, creating_an_instance)
{
    try_all("instance", try_create_again, READ);
    try_all("instance with a new database", try_create_new, READ);
}

Test(memory, ending_an_instance)
{
    try_all("create, drain and destroy", try_end, CREATE);
    try_all("update, drain and destroy", try_end, UPDATE);
}

/*
 * ---- The first instance of a process: libraries load their data ----
 *
 * In ICU's own order: where ICU 72 loads a locale with another one, it can crash.
 */

enum { ALL_FAILED = 10, WRONG };

static void prepare(void)
{
    settings = "";
    world_prepare(&world);
    watch();
}

TestSuite(memory_first, .init = prepare, .fini = clean, .timeout = 600);

/* In a process of its own: an exit status. */
static int create_first(int first, int count)
{
    gql_failure failure;
    memory_fail(first, count);
    const int32_t code = mock_try_create(world.host, world_config(&world, settings),
                                         &world.instance, &failure);
    const int failed = memory_mend();
    if (code != GQL_OK && !is_shortage(code, &failure)) {
        fprintf(stderr, "allocation %d: %d, %s\n", first, (int)code, failure.message);
        return WRONG;
    }
    if (world.instance == NULL)
        create_instance();
    calls_expect_service(&world);
    mock_destroy(world.host, &world.instance);
    return failed == 0 ? ALL_FAILED : 0;
}

static int try_first(int operation, int first, int count)
{
    int status = 0;
    (void)operation;
    remove(scratch_file(&world.scratch, "integrations.db"));
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0)
        _exit(create_first(first, count));
    waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : WRONG;
    cr_expect(code == 0 || code == ALL_FAILED, "allocation %d, and %d more: wait status %d", first,
              count - 1, status);
    return code != ALL_FAILED;
}

Test(memory_first, creating_an_instance)
{
    try_each("first instance of a process", try_first, READ, step(29));
}
