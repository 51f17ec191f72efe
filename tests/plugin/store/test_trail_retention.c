// SPDX-License-Identifier: MIT
/* Events are removed from the begin of a trail, and what is left can be verified. */
#include <criterion/criterion.h>

#include "tests/plugin/fixture.h"

static const int64_t DAY = 86400000;

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    fixture_trail_ms = 10 * DAY;
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(trail_retention, .init = make, .fini = clean, .timeout = 60);

/* Two events a day for each. */
static void fill(const char *organization_id, int days)
{
    for (int day = 0; day < days; day++) {
        fixture_create(store, organization_id, "x", false);
        fixture_now_ms += DAY;
    }
}

static int sweep(void)
{
    int steps = 0;
    struct store_mutation mutation;
    do {
        mutation = (struct store_mutation){.kind = STORE_SWEEP};
        fixture_apply(store, &mutation);
        steps += mutation.status == STORE_OK;
    } while (mutation.status == STORE_OK && steps < 50);
    cr_expect_eq(mutation.status, STORE_NOT_FOUND, "%s", mutation.detail.text);
    return steps;
}

struct verdict {
    const char *organization_id;
    struct trail_check check;
};

static enum store_status verify_one(struct store_reader *reader, void *context)
{
    struct verdict *verdict = context;
    return store_verify_trail(reader, text_of(verdict->organization_id), &verdict->check);
}

static struct trail_check verify(const char *organization_id)
{
    struct verdict verdict = {.organization_id = organization_id};
    cr_assert_eq(fixture_read(store, verify_one, &verdict), STORE_OK);
    return verdict.check;
}

static void expect_trail(const char *organization_id, int64_t removed, int64_t length)
{
    const struct trail_check check = verify(organization_id);
    cr_expect_eq(check.fault, TRAIL_SOUND, "%s: fault %d at %lld", organization_id, check.fault,
                 (long long)check.at);
    cr_expect_eq(check.checkpoint.head.length, removed, "%s: %lld", organization_id,
                 (long long)check.checkpoint.head.length);
    cr_expect_eq(check.head.length, length);
}

Test(trail_retention, old_events_are_removed_up_to_a_checkpoint)
{
    fill("acme", 15);
    fill("globex", 1);
    expect_trail("acme", 0, 30);
    sweep();
    expect_trail("acme", 12, 30); /* The days 0 to 5; it is day 16. */
    expect_trail("globex", 0, 2);
    fixture_create(store, "acme", "x", true);
    expect_trail("acme", 12, 31);
    cr_expect_eq(sweep(), 0, "there was more");
    fixture_now_ms += 100 * DAY;
    sweep();
    expect_trail("acme", 31, 31);
    expect_trail("globex", 2, 2);
    fixture_create(store, "acme", "x", true);
    expect_trail("acme", 31, 32);
    cr_expect_eq(verify("acme").checkpoint.time, fixture_now_ms);
}

Test(trail_retention, without_the_setting_events_stay)
{
    fixture_close(&store);
    fixture_trail_ms = 0;
    store = fixture_open(&scratch, "und");
    fill("acme", 3);
    fixture_now_ms += 10000 * DAY;
    sweep();
    expect_trail("acme", 0, 6);
}

Test(trail_retention, a_sweep_has_bounded_steps)
{
    for (int i = 0; i < 130; i++)
        fixture_create(store, "acme", "x", false);
    fixture_now_ms += 11 * DAY;
    struct store_mutation mutation = {.kind = STORE_SWEEP};
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_OK);
    expect_trail("acme", 100, 260);
    cr_expect_eq(sweep(), 2);
    expect_trail("acme", 260, 260);
}

static enum store_status claim(int64_t *ret_position)
{
    struct store_lease lease = {.consumer = TEXT("webhooks"), .milliseconds = 1};
    struct store_mutation mutation = {.kind = STORE_CLAIM,
                                      .organization_id = TEXT("acme"),
                                      .lease = &lease};
    fixture_apply(store, &mutation);
    *ret_position = lease.position;
    fixture_now_ms += 1000; /* The lease ends. */
    return mutation.status;
}

/* Else it would be behind for ever, with nothing to be claimed. */
Test(trail_retention, a_consumer_goes_on_from_the_checkpoint)
{
    int64_t position;
    fill("acme", 2);
    cr_expect_eq(claim(&position), STORE_OK);
    cr_expect_eq(position, 0);
    fixture_now_ms += 100 * DAY;
    sweep();
    cr_expect_eq(claim(&position), STORE_NOT_FOUND);
    fixture_create(store, "acme", "x", true);
    cr_expect_eq(claim(&position), STORE_OK);
    cr_expect_eq(position, 4);
}
