// SPDX-License-Identifier: MIT
/* Shortages of the process: clear errors, one line in the log, and they end by themselves. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(shortage, .init = make, .fini = clean);

static const char input[] = "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}";

static void expect_rejection(void)
{
    struct mock_answer *answer = world_call(&world, "integrationCreate", NULL, NULL, "%s", input);
    const char *detail = json_string_value(json_object_get(answer->extensions, "detail"));
    cr_expect_not_null(strstr(detail, "nothing was changed"), "%s", detail);
    cr_expect_null(strstr(detail, "errno"), "%s", detail);
    cr_expect_null(json_object_get(answer->extensions, "outcome"));
    expect_error(answer, "SERVICE_UNAVAILABLE", "{}");
}

static void expect_one_line(const char *const *parts)
{
    size_t position = 0;
    const char *line = mock_find_log(world.host, &position, parts[0]);
    cr_assert_not_null(line, "the log does not say: %s", parts[0]);
    for (; *parts != NULL; parts++)
        cr_expect_not_null(strstr(line, *parts), "'%s' is not in: %s", *parts, line);
    cr_expect_null(mock_find_log(world.host, &position, "short of resources"), "a second line");
}

/* `first` is part of what the health says after one. */
static void reject_three_times(const char *first)
{
    expect_health(&world, GQL_HEALTH_OK, "");
    expect_rejection();
    expect_health(&world, GQL_HEALTH_DEGRADED, first);
    expect_rejection();
    expect_rejection();
    expect_health(&world, GQL_HEALTH_FAILED, "Changes rejected in a row: 3");
}

/* A read is of another kind; the next change ends it, and the log says so. */
static void expect_end(void)
{
    size_t position = 0;
    json_decref(world_resolve(&world, "integrations", "total", "{\"organizationId\":\"acme\"}"));
    expect_health(&world, GQL_HEALTH_FAILED, "");
    free(world_create(&world, "acme", "y"));
    expect_health(&world, GQL_HEALTH_OK, "");
    cr_expect_not_null(mock_find_log(world.host, &position, "Changes succeed again"));
    position = 0;
    cr_expect_not_null(mock_find_log(world.host, &position, "rejected and not logged: 2"));
}

Test(shortage, files_that_must_not_grow)
{
    struct rlimit former;
    struct stat log;
    free(world_create(&world, "acme", "x"));
    cr_assert_eq(stat(scratch_file(&world.scratch, "integrations.db-wal"), &log), 0);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &former), 0);
    const struct rlimit limit = {(rlim_t)log.st_size, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    reject_three_times("no change has succeeded since");
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &former), 0);
    expect_one_line((const char *const[]){"short of resources", "errno 27, File too large",
                                          "integrations.db'", "organization 'acme'", NULL});
    expect_end();
}

static bool is_member(int (*look)(sigset_t *set))
{
    sigset_t set;
    cr_assert_eq(look(&set), 0);
    return sigismember(&set, SIGXFSZ) == 1;
}

static int look_at_mask(sigset_t *ret_blocked)
{
    return pthread_sigmask(SIG_BLOCK, NULL, ret_blocked);
}

/* SIGXFSZ ends a process that leaves it as it is: destroy and create write on the host's thread. */
Test(shortage, files_that_must_not_grow_where_the_host_writes)
{
    struct rlimit former;
    gql_failure failure;
    signal(SIGXFSZ, SIG_DFL);
    free(world_create(&world, "acme", "x"));
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &former), 0);
    const struct rlimit limit = {100, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    mock_destroy(world.host, &world.instance);
    const int32_t code = mock_create_fails(world.host, world_config(&world, ""), &failure);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &former), 0);
    cr_expect_eq(code, GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "limit on file sizes"), "%s", failure.message);
    cr_expect_not(is_member(sigpending), "a signal is left to the host");
    cr_expect_not(is_member(look_at_mask), "the host's mask was changed");
    world_restart(&world, "");
    expect_health(&world, GQL_HEALTH_OK, "");
}

/* There is room for what malloc takes, but not for the stack of a thread. */
static struct rlimit forbid_stacks(void)
{
    struct rlimit former;
    unsigned long pages;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_eq(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    cr_assert_eq(getrlimit(RLIMIT_AS, &former), 0);
    const struct rlimit limit = {pages * (rlim_t)sysconf(_SC_PAGESIZE) + (192 << 10),
                                 former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    return former;
}

Test(shortage, threads_that_can_not_start)
{
    const struct rlimit former = forbid_stacks();
    reject_three_times("there is no thread");
    cr_assert_eq(setrlimit(RLIMIT_AS, &former), 0);
    expect_one_line((const char *const[]){"short of resources", "no thread", "errno 11",
                                          "organization 'acme'", NULL});
    expect_end();
}
