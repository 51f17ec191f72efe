// SPDX-License-Identifier: MIT
/* What is kept for some time: deleted integrations, keys of creates, events; and how it goes. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

static const int64_t DAY = 86400000;

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(sweeps, .init = make, .fini = clean, .timeout = 60);

static enum store_status apply(struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status remove_at(struct identifier id, int version)
{
    return apply(
        (struct store_mutation){.kind = STORE_DELETE, .id = id, .expected_version = version});
}

static enum store_status sweep(void)
{
    return apply((struct store_mutation){.kind = STORE_SWEEP});
}

static void expect_rows(const char *table, int count)
{
    space_expect_rows(scratch.path, table, count);
}

Test(sweeps, a_deleted_integration_is_kept_with_all_that_it_had_and_seen_by_nobody)
{
    const struct identifier id = fixture_create(store, "acme", "mail", true);
    fixture_create(store, "acme", "other", true);
    cr_expect_eq(apply((struct store_mutation){.kind = STORE_UPDATE,
                                               .id = id,
                                               .expected_version = 1,
                                               .sets_active = true,
                                               .sets_credential_ref = true,
                                               .credential_ref = TEXT("v4.public.x")}),
                 STORE_OK);
    cr_expect_eq(remove_at(id, 1), STORE_CONFLICT);
    expect_rows("deleted", 0);
    cr_expect_eq(remove_at(id, 2), STORE_OK);
    expect_rows("deleted WHERE organization = $$acme$$ AND time = 1700000000000 AND version = 2 "
                "AND NOT is_active AND title = $$mail$$ AND credential_ref = $$v4.public.x$$",
                1);
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_NOT_FOUND);
    cr_expect_eq(fixture_counts(store, "acme").active, 1);
    cr_expect_eq(fixture_counts(store, "acme").inactive, 0);
    INTEGRATION_LIST_AUTO list;
    integration_list_init(&list);
    fixture_scan(store, &(struct store_range){.organization_id = TEXT("acme")}, &list);
    cr_expect_eq(list.count, 1);
    cr_expect_eq(remove_at(id, 2), STORE_NOT_FOUND);
    cr_expect_eq(apply((struct store_mutation){
                     .kind = STORE_UPDATE, .id = id, .expected_version = 2, .title = TEXT("back")}),
                 STORE_NOT_FOUND);
    expect_rows("deleted", 1);
}

/* ---- Changes of one row in one batch ---- */

struct waiting {
    struct store_mutation mutation;
    atomic_bool done;
};

static void note_end(struct store_mutation *mutation)
{
    ((struct waiting *)mutation)->done = true;
}

/* Those that are submitted while the first one is under way make a batch. */
Test(sweeps, what_is_kept_is_the_last_state_of_a_batch)
{
    enum { MUTATIONS = 40 };
    static struct waiting all[MUTATIONS];
    struct identifier ids[MUTATIONS / 2];
    for (int i = 0; i < MUTATIONS / 2; i++)
        ids[i] = fixture_create(store, "acme", "before", true);
    for (int i = 0; i < MUTATIONS; i++) {
        all[i].mutation = (struct store_mutation){
            .kind = i % 2 == 0 ? STORE_UPDATE : STORE_DELETE,
            .id = ids[i / 2],
            .expected_version = 1 + i % 2,
            .title = i % 2 == 0 ? TEXT("after") : NO_TEXT,
            .done = note_end,
        };
        cr_assert(store_submit(store, &all[i].mutation));
    }
    for (int i = 0; i < MUTATIONS; i++) {
        const struct timespec pause = {.tv_nsec = 1000000};
        while (!all[i].done)
            nanosleep(&pause, NULL);
        cr_expect_eq(all[i].mutation.status, STORE_OK, "%d: %d", i, all[i].mutation.status);
        integration_copy_finish(&all[i].mutation.result);
    }
    expect_rows("integration", 0);
    expect_rows("deleted WHERE version = 2 AND title = $$after$$", MUTATIONS / 2);
}

/* ---- How long it is kept ---- */

Test(sweeps, without_retention_a_deleted_integration_is_gone_at_once)
{
    cr_expect_eq(remove_at(fixture_create(store, "acme", "kept", true), 1), STORE_OK);
    fixture_close(&store);
    fixture_deleted_ms = 0;
    store = fixture_open(&scratch, "und");
    cr_expect_eq(remove_at(fixture_create(store, "acme", "gone", true), 1), STORE_OK);
    expect_rows("deleted WHERE title = $$gone$$", 0);
    fixture_now_ms++;
    cr_expect_eq(sweep(), STORE_OK);
    expect_rows("deleted", 0);
}

Test(sweeps, only_what_is_too_old_is_erased)
{
    cr_expect_eq(remove_at(fixture_create(store, "acme", "old", true), 1), STORE_OK);
    fixture_now_ms += DAY;
    cr_expect_eq(remove_at(fixture_create(store, "globex", "young", true), 1), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    fixture_now_ms += 29 * DAY;
    cr_expect_eq(sweep(), STORE_NOT_FOUND, "on the last day");
    fixture_now_ms++;
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    expect_rows("deleted WHERE title = $$young$$", 1);
    expect_rows("deleted", 1);
}

/* Of one tag, and of as many tags as there are rows, which take several trips. */
Test(sweeps, a_sweep_has_bounded_steps)
{
    for (int tags = 1; tags <= 250; tags += 249) {
        char sql[512];
        snprintf(
            sql, sizeof sql,
            "INSERT INTO organization (tag, id) SELECT i %% %d, int4send(i) "
            "FROM generate_series(%d, %d) AS i; "
            "INSERT INTO deleted SELECT tag, decode(md5(id), $$hex$$), id, 1, true, $$x$$, NULL, 1 "
            "FROM organization WHERE length(id) = 4",
            tags, tags, tags + 249);
        space_run(scratch.path, "DELETE FROM organization");
        space_run(scratch.path, sql);
        for (int rest = 150; rest >= -50; rest -= 100) {
            cr_expect_eq(sweep(), STORE_OK);
            expect_rows("deleted", rest < 0 ? 0 : rest);
        }
        cr_expect_eq(sweep(), STORE_NOT_FOUND);
    }
}

/* A row that somebody has locked is no reason to wait, nor one that came back meanwhile. */
Test(sweeps, what_somebody_else_has_locked_stays)
{
    cr_expect_eq(remove_at(fixture_create(store, "acme", "locked", true), 1), STORE_OK);
    cr_expect_eq(remove_at(fixture_create(store, "acme", "free", true), 1), STORE_OK);
    fixture_now_ms += 31 * DAY;
    FILE *other = space_begin(scratch.path,
                              "SELECT 1 FROM deleted WHERE title = $$locked$$ FOR UPDATE");
    cr_expect_eq(sweep(), STORE_OK);
    expect_rows("deleted WHERE title = $$locked$$", 1);
    expect_rows("deleted", 1);
    space_end(other);
    cr_expect_eq(sweep(), STORE_OK);
    expect_rows("deleted", 0);
}

Test(sweeps, new_ids_are_above_deleted_ones)
{
    const struct identifier id = fixture_create(store, "acme", "x", true);
    cr_expect_eq(remove_at(id, 1), STORE_OK);
    fixture_now_ms -= DAY;
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
    const struct identifier next = fixture_create(store, "acme", "y", true);
    cr_expect_gt(memcmp(next.bytes, id.bytes, IDENTIFIER_SIZE), 0);
}

/* ---- Keys ---- */

static enum store_status create_with_key(const char *organization_id, int number)
{
    struct store_key key;
    memset(&key, 0xA5, sizeof key);
    memcpy(key.scope, &number, sizeof number);
    return apply((struct store_mutation){.kind = STORE_CREATE,
                                         .organization_id = text_of(organization_id),
                                         .title = TEXT("x"),
                                         .key = &key});
}

Test(sweeps, keys_that_have_expired_are_erased)
{
    for (int i = 0; i < 130; i++)
        cr_assert_eq(create_with_key(i < 100 ? "acme" : "globex", i), STORE_OK);
    fixture_now_ms += DAY - 1;
    cr_assert_eq(create_with_key("acme", 1000), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    fixture_now_ms++;
    cr_expect_eq(sweep(), STORE_OK);
    expect_rows("idempotent_create", 31);
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    expect_rows("idempotent_create", 1);
    cr_expect_eq(create_with_key("acme", 1000), STORE_REPEATED);
}

/* ---- Trails ---- */

static void *sweep_in_thread(void *other)
{
    struct store_mutation mutation = {.kind = STORE_SWEEP};
    fixture_apply(other, &mutation);
    return NULL;
}

static void reopen_with_trails_of(int64_t days)
{
    fixture_close(&store);
    fixture_trail_ms = days * DAY;
    store = fixture_open(&scratch, "und");
}

static int sweep_all(void)
{
    int steps = 0;
    while (steps < 50 && sweep() == STORE_OK)
        steps++;
    return steps;
}

/* More than a step shortens. Some are as those of before there were checkpoints. */
Test(sweeps, all_trails_are_reached)
{
    enum { ORGANIZATIONS = 25 };
    char name[16];
    reopen_with_trails_of(10);
    for (int i = 0; i < ORGANIZATIONS; i++) {
        snprintf(name, sizeof name, "o%d", i);
        fixture_create(store, name, "x", true);
    }
    space_run(scratch.path, "UPDATE organization SET trail_begin = 0 WHERE id < $$o2$$");
    cr_expect_eq(sweep_all(), 2, "to find out when they begin");
    expect_rows("organization WHERE trail_begin = 1700000000000", ORGANIZATIONS);
    fixture_now_ms += 10 * DAY;
    cr_expect_eq(sweep_all(), 0, "on the last day");
    fixture_now_ms++;
    cr_expect_eq(sweep_all(), 3);
    expect_rows("event", 0);
    expect_rows("organization WHERE trail_begin IS NULL AND checkpoint_length = 1 "
                "AND checkpoint_hash = trail_hash",
                ORGANIZATIONS);
    fixture_create(store, "o1", "y", true);
    space_expect_rows(scratch.path, "organization WHERE trail_begin = 1700864000001", 1);
}

/* Nor is what comes behind it. An event that was erased is as old as can be. */
Test(sweeps, an_event_that_does_not_say_when_it_was_stays)
{
    static const char *const names[] = {"acme", "globex", "initech", "umbrella"};
    reopen_with_trails_of(10);
    for (int i = 0; i < 12; i++)
        fixture_create(store, names[i % 4], "x", true);
    space_run(scratch.path,
              "UPDATE event SET body = $${}$$ WHERE sequence = 2 AND organization = $$acme$$; "
              "UPDATE event SET body = $$x$$ WHERE sequence = 1 AND organization = $$globex$$; "
              "UPDATE event SET body = $${\"time\":\"x\"}$$ WHERE sequence = 3 "
              "AND organization = $$initech$$; "
              "UPDATE event SET body = NULL, salt = NULL WHERE organization = $$umbrella$$");
    fixture_now_ms += 100 * DAY;
    sweep_all();
    expect_rows("event WHERE organization = $$acme$$", 2);
    expect_rows("event WHERE organization = $$globex$$", 3);
    expect_rows("event WHERE organization = $$initech$$", 1);
    expect_rows("event WHERE organization = $$umbrella$$", 0);
}

/* Another gateway may have removed some since they were found. */
Test(sweeps, a_trail_is_read_when_it_is_locked)
{
    reopen_with_trails_of(10);
    fixture_create(store, "acme", "x", true);
    fixture_now_ms += 100 * DAY;
    struct store *other = fixture_open(&scratch, "und");
    pthread_t thread;
    FILE *holder = space_begin(scratch.path, "SELECT 1 FROM organization FOR UPDATE");
    cr_assert_eq(pthread_create(&thread, NULL, sweep_in_thread, other), 0);
    space_await(scratch.path, "FROM pg_stat_activity WHERE wait_event_type = $$Lock$$");
    fputs("INSERT INTO event SELECT tag, organization, 2, entity, salt, digest, hash, "
          "$${\"time\":\"2023-11-15T00:00:00Z\"}$$ FROM event; "
          "UPDATE organization SET trail_length = 2; DELETE FROM event WHERE sequence = 1;\n",
          holder);
    space_end(holder);
    pthread_join(thread, NULL);
    expect_rows("organization WHERE checkpoint_length = 2", 1);
    expect_rows("event", 0);
    fixture_close(&other);
}

/* ---- Failures ---- */

Test(sweeps, a_schema_that_does_not_fit_any_more_is_left_alone)
{
    cr_expect_eq(remove_at(fixture_create(store, "acme", "x", true), 1), STORE_OK);
    fixture_now_ms += 31 * DAY;
    space_run(scratch.path, "UPDATE setting SET value = $$99$$ WHERE name IN ($$schema$$, "
                            "$$oldest_reader$$)");
    cr_expect_eq(sweep(), STORE_STOPPED);
    expect_rows("deleted", 1);
}

Test(sweeps, one_that_the_server_refuses_is_no_end)
{
    cr_expect_eq(remove_at(fixture_create(store, "acme", "x", true), 1), STORE_OK);
    fixture_now_ms += 31 * DAY;
    space_run(scratch.path, "ALTER TABLE deleted RENAME TO elsewhere");
    cr_expect_eq(sweep(), STORE_BROKEN);
    space_run(scratch.path, "ALTER TABLE elsewhere RENAME TO deleted");
    cr_expect_eq(sweep(), STORE_OK);
    expect_rows("deleted", 0);
}
