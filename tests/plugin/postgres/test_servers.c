// SPDX-License-Identifier: MIT
/* Servers and databases that no gateway can use, and statements that take too long. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "plugin/store/engine.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/proxy.h"
#include "tests/plugin/postgres/space.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(servers, .init = make, .fini = clean, .timeout = 60);

/* ---- Which are refused ---- */

static void expect_failure(const char *part)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_neq(fixture_try_open(&scratch, "und", &store, &failure), GQL_OK, "expected: %s",
                  part);
    cr_expect_not_null(strstr(failure.message, part), "'%s' is not in: %s", part, failure.message);
}

Test(servers, servers_that_are_too_old_are_refused)
{
    proxy_start();
    proxy_pretend_old();
    expect_failure("The server is PostgreSQL 11; version 12 or later is needed");
}

static const char *name_of_scratch(void)
{
    return strrchr(scratch.path, '/') + 1;
}

Test(servers, databases_of_another_encoding_are_refused)
{
    static const char *const encodings[] = {"LATIN1", "SQL_ASCII", "EUC_JP"};
    char sql[256], more[1024];
    const char *url = space_url(scratch.path);
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        snprintf(sql, sizeof sql, "CREATE DATABASE \"%s-%zu\" ENCODING %s TEMPLATE template0",
                 name_of_scratch(), i, encodings[i]);
        space_run(scratch.path, sql);
        snprintf(more, sizeof more, "{\"url\": \"%s&dbname=%s-%zu\"}", url, name_of_scratch(), i);
        fixture_more = more;
        snprintf(sql, sizeof sql, "encoding is %s; create one with the encoding UTF8",
                 encodings[i]);
        expect_failure(sql);
    }
}

/* ---- Statements that take too long ---- */

enum { SHORT_MILLISECONDS = 300 };

static uint64_t soon(void)
{
    return monotonic_now() + SHORT_MILLISECONDS * UINT64_C(1000000);
}

/* A store whose sessions the server knows by a name. */
static struct store *open_named(void)
{
    static char more[1024];
    snprintf(more, sizeof more, "{\"url\": \"%s&application_name=%s\"}", space_url(scratch.path),
             name_of_scratch());
    fixture_more = more;
    return fixture_open(&scratch, "und");
}

/* What sleeps goes on for a minute unless it is cancelled. */
static void expect_nothing_sleeps(void)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $q$%s$q$ "
        "AND wait_event = $q$PgSleep$q$) THEN RAISE $q$a statement goes on$q$; END IF; END $$",
        name_of_scratch());
    space_run(scratch.path, sql);
}

static struct store_mutation create(void)
{
    return (struct store_mutation){.kind = STORE_CREATE,
                                   .organization_id = TEXT("acme"),
                                   .title = TEXT("x")};
}

Test(servers, a_change_is_cancelled_on_the_server_at_its_deadline)
{
    struct store *store = open_named();
    fixture_create(store, "acme", "first", true);
    space_run(scratch.path, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                            "$$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$; "
                            "CREATE TRIGGER slow BEFORE INSERT ON integration "
                            "FOR EACH ROW EXECUTE FUNCTION slow()");
    struct store_mutation mutation = create();
    mutation.deadline.at = soon();
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_EXPIRED, "%d, %s", mutation.status, mutation.detail.text);
    expect_nothing_sleeps();
    space_run(scratch.path, "DROP TRIGGER slow ON integration");
    fixture_create(store, "acme", "second", true);
    cr_expect_eq(fixture_counts(store, "acme").active, 2);
    fixture_close(&store);
}

/* Holds what a new session needs to prepare its statements, until `let_go` is there. */
static void *hold_organizations(void *unused)
{
    space_run(scratch.path,
              "DO $$ BEGIN LOCK TABLE organization IN EXCLUSIVE MODE; WHILE NOT EXISTS "
              "(SELECT FROM pg_class WHERE relname = $q$let_go$q$ AND "
              "relnamespace = to_regnamespace(quote_ident(current_schema()))) LOOP "
              "PERFORM pg_sleep(0.01); END LOOP; END $$");
    return unused;
}

static void await_holder(void)
{
    space_run(scratch.path, "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE granted AND "
                            "relation = $q$organization$q$::regclass AND mode = "
                            "$q$ExclusiveLock$q$) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$");
}

static void end_sessions(void)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE application_name = $q$%s$q$; END $$",
             name_of_scratch());
    space_run(scratch.path, sql);
}

static void *let_go(void *deadline)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    while (!deadline_passed(*(const struct deadline *)deadline))
        nanosleep(&pause, NULL);
    space_run(scratch.path, "CREATE TABLE let_go ()");
    return NULL;
}

Test(servers, a_change_expires_while_its_session_is_opened)
{
    pthread_t holder, releaser;
    struct store *store = open_named();
    fixture_create(store, "acme", "first", true);
    cr_assert_eq(pthread_create(&holder, NULL, hold_organizations, NULL), 0);
    await_holder();
    end_sessions();
    struct store_mutation mutation = create();
    mutation.deadline.at = soon();
    struct deadline deadline = mutation.deadline;
    cr_assert_eq(pthread_create(&releaser, NULL, let_go, &deadline), 0);
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_EXPIRED, "%d, %s", mutation.status, mutation.detail.text);
    pthread_join(holder, NULL);
    pthread_join(releaser, NULL);
    cr_expect_eq(fixture_counts(store, "acme").active, 1);
    integration_copy_finish(&mutation.result);
    fixture_close(&store);
}

/* Without a deadline, database.statementTimeoutMilliseconds counts. */
Test(servers, a_read_is_cancelled_on_the_server)
{
    struct integration_copy copy;
    fixture_statement_timeout_ms = 1000;
    struct store *store = open_named();
    const struct identifier id = fixture_create(store, "acme", "first", true);
    space_run(scratch.path, "ALTER TABLE integration RENAME TO slow; CREATE VIEW integration AS "
                            "SELECT slow.* FROM slow, pg_sleep(60)");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_BUSY);
    expect_nothing_sleeps();
    space_run(scratch.path, "DROP VIEW integration; ALTER TABLE slow RENAME TO integration");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    fixture_close(&store);
}
