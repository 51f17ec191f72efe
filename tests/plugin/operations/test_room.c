// SPDX-License-Identifier: MIT
/* A database for each organization: where there is room for few, and one keeps its place. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static sqlite3 *locker; /* Has a lock on acme's database while a test wants that. */

static void make(void)
{
    setenv("DATABASE", "root", 1);
    world_make(&world, "");
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "beta", "y"));
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(room, .init = make, .fini = clean);

/* An instance whose databases are at most so many. Nobody gives up waiting for a lock. */
static void restart_with(int most)
{
    char config[512];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config,
             "{\"database\":{\"root\":\"%s\",\"maxOpen\":%d,\"busyTimeoutMilliseconds\":60000},"
             "\"limits\":{\"storageThreads\":2}}",
             world.scratch.path, most);
    world.instance = mock_create(world.host, config);
}

static void must(const char *statement)
{
    cr_assert_eq(sqlite3_exec(locker, statement, NULL, NULL, NULL), SQLITE_OK, "%s: %s", statement,
                 sqlite3_errmsg(locker));
}

static void lock_acme(void)
{
    const char *path = scratch_file(&world.scratch, "7b/acme/integrations.db");
    cr_assert_eq(sqlite3_open_v2(path, &locker, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    must("BEGIN IMMEDIATE");
}

static void unlock_acme(void)
{
    must("ROLLBACK");
    sqlite3_close(locker);
}

/* A change of acme that waits for the lock, and keeps the only place. */
static struct mock_pending *occupy(void)
{
    struct mock_request request;
    mock_request_all(&request);
    restart_with(1);
    free(world_create(&world, "acme", "first"));
    lock_acme();
    return mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                      "{\"input\":{\"organizationId\":\"acme\",\"title\":\"second\"}}", NULL, NULL);
}

static void leave(struct mock_pending *occupant)
{
    unlock_acme();
    struct mock_answer *answer = mock_wait(&occupant);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
}

static struct mock_answer *list(const char *organization_id, const struct mock_request *request)
{
    return world_call(&world, "integrations", "total { count }", request,
                      "{\"organizationId\":\"%s\"}", organization_id);
}

/* ---- Waiting for room ---- */

Test(room, who_waits_for_it_is_answered_at_the_deadline)
{
    struct mock_request request;
    mock_request_all(&request);
    struct mock_pending *occupant = occupy();
    request.request.deadline = mock_monotonic() + 50 * 1000 * 1000;
    expect_error(list("beta", &request), "SERVICE_UNAVAILABLE", "{}");
    leave(occupant);
}

Test(room, who_cancels_is_answered)
{
    struct mock_request request;
    mock_request_all(&request);
    struct mock_pending *occupant = occupy();
    struct mock_pending *pending = mock_start(world.host, world.instance, "Query", "integrations",
                                              "{\"organizationId\":\"beta\"}", NULL, &request);
    mock_cancel(&request);
    expect_error(mock_wait(&pending), "SERVICE_UNAVAILABLE", "{}");
    leave(occupant);
}

Test(room, who_waits_for_it_gets_it)
{
    struct mock_pending *occupant = occupy();
    struct mock_pending *pending = mock_start(world.host, world.instance, "Query", "integrations",
                                              "{\"organizationId\":\"beta\"}", "total { count }",
                                              NULL);
    leave(occupant);
    struct mock_answer *answer = mock_wait(&pending);
    expect_json(answer->value, "{\"total\":{\"count\":1}}");
    mock_answer_free(&answer);
}

/* Though there is no room for it: an organization without a database needs none. */
Test(room, an_organization_that_is_not_there_takes_none)
{
    struct mock_pending *occupant = occupy();
    struct mock_answer *answer = list("nobody", NULL);
    expect_json(answer->value, "{\"total\":{\"count\":0}}");
    mock_answer_free(&answer);
    leave(occupant);
}

/* ---- Idle ones ---- */

/* Whether a gateway has the database open: then it has locked the lease. */
static bool is_open(const char *folder)
{
    char name[64];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(name, sizeof name, "%s/lease", folder);
    const int file = open(scratch_file(&world.scratch, name), O_RDWR | O_CLOEXEC);
    cr_assert_geq(file, 0, "%s", name);
    const bool locked = fcntl(file, F_OFD_SETLK, &lock) != 0;
    close(file);
    return locked;
}

static void wait_until_closed(const char *folder)
{
    for (int i = 0; i < 400 && is_open(folder); i++)
        usleep(50000);
    cr_expect_not(is_open(folder), "%s", folder);
}

static gql_instance *create_with_idle_seconds(int seconds)
{
    char config[512];
    snprintf(config, sizeof config,
             "{\"database\":{\"root\":\"%s\",\"idleSeconds\":%d,"
             "\"busyTimeoutMilliseconds\":60000}}",
             world.scratch.path, seconds);
    return mock_create(world.host, config);
}

static void expect_one(const char *organization_id)
{
    struct mock_answer *answer = list(organization_id, NULL);
    expect_json(answer->value, "{\"total\":{\"count\":1}}");
    mock_answer_free(&answer);
}

/* Not under a call, and not where it is to stay open. */
Test(room, an_idle_database_is_closed)
{
    mock_destroy(world.host, &world.instance);
    gql_instance *idles = create_with_idle_seconds(1), *keeps = create_with_idle_seconds(0);
    world.instance = keeps;
    free(world_create(&world, "gamma", "z"));
    world.instance = idles;
    expect_one("acme");
    lock_acme();
    struct mock_pending *occupant =
        mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                   "{\"input\":{\"organizationId\":\"acme\",\"title\":\"second\"}}", NULL, NULL);
    expect_one("beta");
    cr_expect(is_open("c5/beta"));
    wait_until_closed("c5/beta");
    expect_one("acme"); /* It would wait for the call if the database were to be closed. */
    cr_expect(is_open("7b/acme"));
    cr_expect(is_open("94/gamma"));
    cr_expect_not(mock_is_done(occupant));
    leave(occupant);
    wait_until_closed("7b/acme");
    cr_expect(is_open("94/gamma"));
    expect_one("beta");
    mock_destroy(world.host, &keeps);
}

/* ---- Many at once ---- */

enum { MANY = 150, SMALL_STACK = 128 * 1024 };

static char many_ids[MANY * 40];

static void *load_many(void *unused)
{
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", many_ids,
                                           "title", NULL);
    cr_expect_eq(json_array_size(answer->value), MANY);
    for (int i = 0; i < MANY; i++) {
        char title[16];
        snprintf(title, sizeof title, "%d", i);
        cr_expect_str_eq(text_member(json_array_get(answer->value, (size_t)i), "title"), title);
    }
    mock_answer_free(&answer);
    return unused;
}

/* Databases that are open, on a host's thread, and those that are not, on the pool's. */
Test(room, ids_of_many_organizations_take_no_more_stack_than_few)
{
    pthread_t thread;
    pthread_attr_t attributes;
    size_t used = 0;
    for (int i = 0; i < MANY; i++) {
        char organization_id[16], title[16];
        snprintf(organization_id, sizeof organization_id, "org-%d", i);
        snprintf(title, sizeof title, "%d", i);
        char *id = world_create(&world, organization_id, title);
        used += (size_t)snprintf(many_ids + used, sizeof many_ids - used, "%s\"%s\"",
                                 i == 0 ? "[" : ",", id);
        free(id);
    }
    strcat(many_ids, "]");
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, SMALL_STACK);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(pthread_create(&thread, &attributes, load_many, NULL), 0);
        pthread_join(thread, NULL);
        restart_with(20);
    }
    pthread_attr_destroy(&attributes);
}

/* Those that make a database that can't be made, and those that read it, end each in their way. */
Test(room, all_who_wait_for_what_fails_are_answered)
{
    enum { WAITING = 60 };
    struct mock_pending *pending[WAITING];
    restart_with(1);
    const char *shelf = scratch_file(&world.scratch, "94"); /* Of `gamma`. */
    fclose(fopen(shelf, "w"));
    for (int i = 0; i < WAITING; i++)
        pending[i] = mock_start(world.host, world.instance, i % 2 == 0 ? "Mutation" : "Query",
                                i % 2 == 0 ? "integrationCreate" : "integrations",
                                i % 2 == 0
                                    ? "{\"input\":{\"organizationId\":\"gamma\",\"title\":\"x\"}}"
                                    : "{\"organizationId\":\"gamma\"}",
                                i % 2 == 0 ? NULL : "total { count }", NULL);
    for (int i = 0; i < WAITING; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        if (i % 2 == 1)
            expect_json(answer->value, "{\"total\":{\"count\":0}}");
        else
            cr_expect_str_eq(answer->code, "SERVICE_UNAVAILABLE");
        mock_answer_free(&answer);
    }
    cr_assert_eq(remove(shelf), 0);
    free(world_create(&world, "gamma", "x"));
}

/* ---- Neighbours ---- */

/* An ID that leads nowhere is looked for in a database that is open; how that fares is its own. */
Test(room, a_neighbour_that_fails_does_not_show)
{
    char command[256];
    restart_with(10);
    free(world_create(&world, "acme", "z"));
    snprintf(command, sizeof command, "mv %s/7b/acme %s/away", world.scratch.path,
             world.scratch.path);
    cr_assert_eq(system(command), 0);
    expect_error(world_call(&world, "integration", NULL, NULL,
                            "{\"id\":\"01a20da5-179e-8000-8abc-494e54abcdef\"}"),
                 "NOT_FOUND", "{}");
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration",
                                           "[\"01a20da5-179e-8000-8abc-494e54abcdef\"]", "id",
                                           NULL);
    expect_json(answer->value, "[null]");
    expect_json(answer->errors, "[]");
    mock_answer_free(&answer);
    answer = list("beta", NULL);
    cr_expect(answer->resolved);
    mock_answer_free(&answer);
    expect_health(&world, GQL_HEALTH_DEGRADED, "acme");
    snprintf(command, sizeof command, "mv %s/away %s/7b/acme", world.scratch.path,
             world.scratch.path);
    cr_assert_eq(system(command), 0);
    expect_health(&world, GQL_HEALTH_OK, "");
}
