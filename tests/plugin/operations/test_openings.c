// SPDX-License-Identifier: MIT
/* A database for each organization: those that can't be opened at once hold up nobody else. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

/* The last one is left alone. */
enum { ORGANIZATIONS = 7, SLOW = ORGANIZATIONS - 1, THREADS = 2 };

static struct world world;
static sqlite3 *lockers[SLOW];
static struct mock_pending *pending[SLOW];

static void restart(int busy_timeout, int threads)
{
    char config[512];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config,
             "{\"database\":{\"root\":\"%s\",\"busyTimeoutMilliseconds\":%d},"
             "\"limits\":{\"storageThreads\":%d}}",
             world.scratch.path, busy_timeout, threads);
    world.instance = mock_create(world.host, config);
}

static const char *organization(int number)
{
    static char name[16];
    snprintf(name, sizeof name, "org-%d", number);
    return name;
}

static void make(void)
{
    setenv("DATABASE", "root", 1);
    world_make(&world, "");
    for (int i = 0; i < ORGANIZATIONS; i++)
        free(world_create(&world, organization(i), "x"));
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(openings, .init = make, .fini = clean);

/* The path of an organization's file; overwritten by the next call. */
static const char *file_of(int number, const char *name)
{
    static char path[512];
    char command[512];
    snprintf(command, sizeof command, "ls %s/*/%s/%s", world.scratch.path, organization(number),
             name);
    FILE *found = popen(command, "r");
    cr_assert_not_null(fgets(path, sizeof path, found), "%s", command);
    pclose(found);
    path[strcspn(path, "\n")] = '\0';
    return path;
}

static void run_sql(sqlite3 *handle, const char *sql)
{
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
}

static sqlite3 *open_database(int number, const char *sql)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(file_of(number, "integrations.db"), &handle), SQLITE_OK);
    run_sql(handle, sql);
    return handle;
}

/* Their databases are locked in different ways: by who writes, and by who keeps all others out. */
static void lock(int from, int to)
{
    for (int i = from; i < to; i++)
        lockers[i] = open_database(i, i % 2 == 0 ? "BEGIN IMMEDIATE"
                                                 : "PRAGMA locking_mode = EXCLUSIVE;"
                                                   "BEGIN IMMEDIATE");
}

static void unlock(int from, int to)
{
    for (int i = from; i < to; i++) {
        run_sql(lockers[i], "ROLLBACK");
        sqlite3_close(lockers[i]);
    }
}

static struct mock_pending *start_reading(int number, const struct mock_request *request)
{
    char arguments[64];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"%s\"}", organization(number));
    return mock_start(world.host, world.instance, "Query", "integrations", arguments,
                      "total { count }", request);
}

static void start_all(void)
{
    for (int i = 0; i < SLOW; i++)
        pending[i] = start_reading(i, NULL);
}

static void expect_count(struct mock_pending *reading)
{
    struct mock_answer *answer = mock_wait(&reading);
    cr_expect(answer->resolved, "%s", answer->message);
    expect_json(answer->value, "{\"total\":{\"count\":1}}");
    mock_answer_free(&answer);
}

static void expect_unavailable(struct mock_pending *reading)
{
    expect_error(mock_wait(&reading), "SERVICE_UNAVAILABLE", "{}");
}

/* ---- Locked by another process ---- */

Test(openings, more_that_are_locked_than_there_are_threads_delay_no_other)
{
    restart(60000, THREADS);
    lock(0, SLOW);
    start_all();
    expect_count(start_reading(SLOW, NULL));
    free(world_create(&world, "new", "x"));
    for (int i = 0; i < SLOW; i++)
        cr_expect_not(mock_is_done(pending[i]), "%s", organization(i));
    unlock(0, SLOW);
    for (int i = 0; i < SLOW; i++)
        expect_count(pending[i]);
}

Test(openings, one_that_stays_locked_is_given_up_by_name)
{
    size_t position = 0;
    restart(30, THREADS);
    lock(0, 2);
    for (int i = 0; i < 2; i++)
        expect_unavailable(start_reading(i, NULL));
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"org-0\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    const char *line = mock_find_log(world.host, &position, "'org-0' can't be served");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "another process holds it"), "%s", line);
    unlock(0, 2);
    for (int i = 0; i < 2; i++)
        expect_count(start_reading(i, NULL));
}

Test(openings, a_deadline_ends_the_call_but_not_the_opening)
{
    struct mock_request request;
    mock_request_all(&request);
    restart(60000, THREADS);
    lock(0, 1);
    request.request.deadline = mock_monotonic() + 30 * 1000 * 1000;
    expect_unavailable(start_reading(0, &request));
    struct mock_pending *patient = start_reading(0, NULL);
    unlock(0, 1);
    expect_count(patient);
}

Test(openings, a_drain_waits_until_they_are_given_up)
{
    restart(200, THREADS);
    lock(0, SLOW);
    start_all();
    mock_drain(world.host, world.instance);
    for (int i = 0; i < SLOW; i++)
        expect_unavailable(pending[i]);
    unlock(0, SLOW);
}

/* A tool that wants to move the database does not wait until it is opened. */
Test(openings, a_lease_that_changes_meanwhile_is_heeded)
{
    restart(60000, THREADS);
    lock(0, 1);
    struct mock_pending *reading = start_reading(0, NULL);
    expect_count(start_reading(SLOW, NULL));
    const int lease = open(file_of(0, "lease"), O_WRONLY | O_CLOEXEC);
    cr_assert_eq(pwrite(lease, "moving", 6, 0), 6);
    expect_unavailable(reading);
    struct flock exclusive = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    cr_expect_eq(fcntl(lease, F_OFD_SETLK, &exclusive), 0);
    close(lease);
    unlock(0, 1);
}

/* ---- Rebuilds of the order ---- */

static atomic_int rebuilding, most, released;

/* Occupies the thread that rebuilds. */
static void hold(const char *line)
{
    if (strstr(line, "Rebuilding the order of titles for") == NULL)
        return;
    const int now = atomic_fetch_add(&rebuilding, 1) + 1;
    if (now > atomic_load(&most))
        atomic_store(&most, now);
    for (int i = 0; i < 10000 && atomic_load(&released) == 0; i++)
        usleep(1000);
    atomic_fetch_sub(&rebuilding, 1);
}

Test(openings, few_rebuild_their_order_at_the_same_time)
{
    mock_destroy(world.host, &world.instance);
    for (int i = 0; i < SLOW; i++)
        sqlite3_close(open_database(
            i, "UPDATE setting SET value = CAST('former ICU' AS BLOB) WHERE name = 'collation'"));
    mock_on_log(hold);
    restart(100, 8);
    start_all();
    for (int i = 0; i < 10000 && atomic_load(&rebuilding) < 2; i++)
        usleep(1000);
    expect_count(start_reading(SLOW, NULL));
    free(world_create(&world, "new", "x"));
    cr_expect_eq(atomic_load(&rebuilding), 2);
    for (int i = 0; i < SLOW; i++)
        cr_expect_not(mock_is_done(pending[i]), "%s", organization(i));
    atomic_store(&released, 1);
    for (int i = 0; i < SLOW; i++)
        expect_count(pending[i]);
    cr_expect_eq(atomic_load(&most), 2);
}
