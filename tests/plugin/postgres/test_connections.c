// SPDX-License-Identifier: MIT
/* Connections are cut, servers hang, transactions fail: each call is answered truly. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin/store/engine.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/proxy.h"
#include "tests/plugin/postgres/space.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
    proxy_start();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(connections, .init = make, .fini = clean, .timeout = 120);

static enum store_status verify(struct store_reader *reader, void *context)
{
    return store_verify_trail(reader, TEXT("acme"), context);
}

/* The rows, the counters and the trail say the same. */
static void expect_state(struct store *store, int64_t rows, int64_t events)
{
    struct trail_check check;
    struct integration_list list = {0};
    fixture_scan(store, &(struct store_range){.organization_id = TEXT("acme")}, &list);
    cr_assert_eq((int64_t)list.count, rows, "there are %zu rows, not %lld", list.count,
                 (long long)rows);
    integration_list_finish(&list);
    cr_assert_eq(fixture_counts(store, "acme").active, rows);
    cr_assert_eq(fixture_read(store, verify, &check), STORE_OK);
    cr_assert_eq(check.fault, TRAIL_SOUND);
    cr_assert_eq(check.found.length, events, "there are %lld events, not %lld",
                 (long long)check.found.length, (long long)events);
}

static struct store_mutation create(const char *title)
{
    return (struct store_mutation){.kind = STORE_CREATE,
                                   .organization_id = TEXT("acme"),
                                   .title = text_of(title)};
}

/*
 * Cut at each message of the two trips, in either direction, until a batch gets by uncut: it is
 * made once, whatever the server had got of it.
 */
static int cut_everywhere(struct store *store, enum proxy_side side, int first, int64_t *rows)
{
    for (int count = first;; count++) {
        struct store_mutation mutation = create("x");
        proxy_cut_after(side, count);
        fixture_apply(store, &mutation);
        const bool cut = proxy_has_cut();
        cr_assert_eq(mutation.status, STORE_OK, "cut after %d: %d, %s", count, mutation.status,
                     mutation.detail.text);
        integration_copy_finish(&mutation.result);
        ++*rows;
        if (!cut)
            return count;
    }
}

Test(connections, a_batch_that_is_cut_anywhere_is_made_once)
{
    int64_t rows = 0;
    fixture_more = "{\"connections\": 1}";
    struct store *store = fixture_open(&scratch, "und");
    const int sent = cut_everywhere(store, PROXY_TO_SERVER, 0, &rows);
    expect_state(store, rows, rows);
    const int received = cut_everywhere(store, PROXY_TO_CLIENT, 0, &rows);
    expect_state(store, rows, rows);
    cr_expect_gt(sent, 30, "only %d messages were sent", sent);
    cr_expect_gt(received, 30, "only %d messages were received", received);
    fixture_close(&store);
}

static int status_of_read(struct store *store, struct identifier id)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, id, &copy);
    integration_copy_finish(&copy);
    return (int)status;
}

Test(connections, a_read_that_is_cut_anywhere_is_answered)
{
    bool cut = true;
    fixture_more = "{\"connections\": 1}";
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    for (int side = PROXY_TO_SERVER; side <= PROXY_TO_CLIENT; side++) {
        cut = true;
        for (int count = 0; cut; count++) {
            proxy_cut_after((enum proxy_side)side, count);
            const int status = status_of_read(store, id);
            cut = proxy_has_cut();
            cr_assert(status == STORE_OK || status == STORE_UNREACHABLE, "cut after %d: %d", count,
                      status);
        }
    }
    cr_expect_eq(status_of_read(store, id), STORE_OK);
    fixture_close(&store);
}

/* Each COMMIT of a create takes 0.1 seconds. */
static void slow_down_creates(void)
{
    space_run(scratch.path, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                            "$$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$; "
                            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON integration "
                            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()");
}

/* The old transaction goes on for a while, as one does that waits for its standby. */
Test(connections, a_commit_that_is_still_under_way_is_waited_for)
{
    fixture_more = "{\"connections\": 1}";
    struct store *store = fixture_open(&scratch, "und");
    int64_t rows = 1;
    fixture_create(store, "acme", "first", true);
    space_run(scratch.path, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                            "$$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$; "
                            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON integration "
                            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()");
    /* Whichever message ends the second trip: the last ones are those that let it commit. */
    const int sent = cut_everywhere(store, PROXY_TO_SERVER, 30, &rows);
    cr_expect_gt(sent, 34, "%d", sent);
    expect_state(store, rows, rows);
    fixture_close(&store);
}

/* The server refuses the first two attempts. */
static void fail_twice(const char *sqlstate)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
             "$$ BEGIN IF nextval($q$tries$q$) < 3 THEN RAISE $q$no$q$ "
             "USING ERRCODE = $q$%s$q$; END IF; RETURN NEW; END $$; "
             "SET client_min_messages = error; "
             "DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries; "
             "DROP TRIGGER IF EXISTS fails ON integration; "
             "CREATE TRIGGER fails BEFORE INSERT ON integration FOR EACH ROW "
             "EXECUTE FUNCTION fails()",
             sqlstate);
    space_run(scratch.path, sql);
}

Test(connections, what_may_succeed_later_is_run_again)
{
    static const char *const codes[] = {"40001", "40P01", "23505", "40003", "08006", "57P01"};
    struct store *store = fixture_open(&scratch, "und");
    const int count = sizeof codes / sizeof *codes;
    fixture_create(store, "acme", "x", true);
    for (int i = 0; i < count; i++) {
        struct store_mutation mutation = create("x");
        fail_twice(codes[i]);
        fixture_apply(store, &mutation);
        cr_expect_eq(mutation.status, STORE_OK, "%s: %d, %s", codes[i], mutation.status,
                     mutation.detail.text);
        integration_copy_finish(&mutation.result);
    }
    expect_state(store, count + 1, count + 1);
    fixture_close(&store);
}

Test(connections, what_the_server_refuses_changes_nothing)
{
    static const struct {
        const char *code;
        enum store_status status;
    } rejected[] = {{"53100", STORE_FULL},
                    {"53200", STORE_SHORTAGE},
                    {"42501", STORE_DENIED},
                    {"57014", STORE_BUSY},
                    {"22023", STORE_BROKEN}};
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++) {
        struct store_mutation mutation = create("x");
        fail_twice(rejected[i].code);
        fixture_apply(store, &mutation);
        cr_expect_eq(mutation.status, rejected[i].status, "%s: %d, %s", rejected[i].code,
                     mutation.status, mutation.detail.text);
        cr_expect_not_null(strstr(mutation.detail.text, rejected[i].code), "%s",
                           mutation.detail.text);
    }
    expect_state(store, 1, 1);
    fixture_close(&store);
}

/* ---- A server that hangs ---- */

static uint64_t in_milliseconds(unsigned milliseconds)
{
    return monotonic_now() + (uint64_t)milliseconds * 1000000u;
}

Test(connections, a_server_that_hangs_ends_calls_and_service_is_back_after_it)
{
    fixture_more = "{\"connections\": 2}";
    fixture_busy_timeout_ms = 500;
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    proxy_hang(true);
    struct store_mutation mutation = create("late");
    mutation.deadline.at = in_milliseconds(300);
    fixture_apply(store, &mutation);
    cr_expect(mutation.status == STORE_EXPIRED || mutation.status == STORE_UNKNOWN, "%d, %s",
              mutation.status, mutation.detail.text);
    integration_copy_finish(&mutation.result);
    proxy_hang(false);
    while (status_of_read(store, id) != STORE_OK)
        usleep(10000);
    fixture_create(store, "acme", "later", true);
    cr_expect_str_eq(store_state(store).reason, "");
    fixture_close(&store);
}

/* ---- Several changes in one batch ---- */

enum { STEPS = 3, KINDS = 3, SEQUENCES = 27 };

struct planned {
    struct store_mutation mutation;
    enum store_status expected;
};

static atomic_int planned_left;

static void end_planned(struct store_mutation *mutation)
{
    (void)mutation;
    atomic_fetch_sub(&planned_left, 1);
}

/* An update, an update of the version before, a deletion. */
static void plan(struct planned *planned, int kind, struct identifier id, int *version)
{
    const bool exists = *version > 0;
    const int given = kind == 1 ? *version - 1 : *version;
    planned->mutation = (struct store_mutation){
        .kind = kind == 2 ? STORE_DELETE : STORE_UPDATE,
        .id = id,
        .expected_version = given,
        .title = TEXT("changed"),
        .done = end_planned,
    };
    planned->expected = !exists ? STORE_NOT_FOUND : kind == 1 ? STORE_CONFLICT : STORE_OK;
    if (exists && kind == 0)
        ++*version;
    if (exists && kind == 2)
        *version = 0;
}

static void expect_batches_at_most(int count)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "DO $$ BEGIN IF (SELECT count(*) FROM batch) > %d THEN "
             "RAISE $q$wrong$q$; END IF; END $$",
             count);
    space_run(scratch.path, sql);
}

/* While the first change holds the tag, the others gather in one batch. */
Test(connections, changes_of_one_integration_in_one_batch_follow_each_other)
{
    static struct planned planned[STEPS][SEQUENCES];
    struct identifier ids[SEQUENCES];
    int versions[SEQUENCES];
    struct store *store = fixture_open(&scratch, "und");
    for (int i = 0; i < SEQUENCES; i++)
        ids[i] = fixture_create(store, "acme", "x", true);
    for (int i = 0; i < SEQUENCES; i++) {
        int rest = i;
        versions[i] = 1;
        for (int step = 0; step < STEPS; step++, rest /= KINDS)
            plan(&planned[step][i], rest % KINDS, ids[i], &versions[i]);
    }
    slow_down_creates();
    struct store_mutation slow = create("slow");
    slow.done = end_planned;
    atomic_store(&planned_left, STEPS * SEQUENCES + 1);
    cr_assert(store_submit(store, &slow));
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < SEQUENCES; i++)
            cr_assert(store_submit(store, &planned[step][i].mutation));
    }
    while (atomic_load(&planned_left) > 0)
        usleep(1000);
    int64_t rows = 1, changes = 1;
    for (int i = 0; i < SEQUENCES; i++) {
        rows += versions[i] > 0;
        for (int step = 0; step < STEPS; step++) {
            struct planned *each = &planned[step][i];
            cr_expect_eq(each->mutation.status, each->expected, "sequence %d, step %d: %d, not %d",
                         i, step, each->mutation.status, each->expected);
            changes += each->expected == STORE_OK;
            integration_copy_finish(&each->mutation.result);
        }
    }
    expect_state(store, rows, SEQUENCES + changes);
    expect_batches_at_most(SEQUENCES + 2);
    fixture_close(&store);
}
