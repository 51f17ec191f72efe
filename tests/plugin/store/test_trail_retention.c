// SPDX-License-Identifier: MIT
/* Events are removed from the begin of a trail, and what is left can be verified. */
#include <criterion/criterion.h>

#include "tests/plugin/store/trails.h"

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

Test(trail_retention, old_events_are_removed_up_to_a_checkpoint)
{
    trails_fill(store, "acme", 15);
    trails_fill(store, "globex", 1);
    trails_expect(store, "acme", 0, 30);
    trails_sweep(store);
    trails_expect(store, "acme", 12, 30); /* The days 0 to 5; it is day 16. */
    trails_expect(store, "globex", 0, 2);
    fixture_create(store, "acme", "x", true);
    trails_expect(store, "acme", 12, 31);
    cr_expect_eq(trails_sweep(store), 0, "there was more");
    fixture_now_ms += 100 * DAY;
    trails_sweep(store);
    trails_expect(store, "acme", 31, 31);
    trails_expect(store, "globex", 2, 2);
    fixture_create(store, "acme", "x", true);
    trails_expect(store, "acme", 31, 32);
    cr_expect_eq(trails_verify(store, "acme").checkpoint.time, fixture_now_ms);
}

Test(trail_retention, without_the_setting_events_stay)
{
    fixture_close(&store);
    fixture_trail_ms = 0;
    store = fixture_open(&scratch, "und");
    trails_fill(store, "acme", 3);
    fixture_now_ms += 10000 * DAY;
    trails_sweep(store);
    trails_expect(store, "acme", 0, 6);
}

Test(trail_retention, a_sweep_has_bounded_steps)
{
    for (int i = 0; i < 130; i++)
        fixture_create(store, "acme", "x", false);
    fixture_now_ms += 11 * DAY;
    struct store_mutation mutation = {.kind = STORE_SWEEP};
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_OK);
    trails_expect(store, "acme", 100, 260);
    cr_expect_eq(trails_sweep(store), 2);
    trails_expect(store, "acme", 260, 260);
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
    trails_fill(store, "acme", 2);
    cr_expect_eq(claim(&position), STORE_OK);
    cr_expect_eq(position, 0);
    fixture_now_ms += 100 * DAY;
    trails_sweep(store);
    cr_expect_eq(claim(&position), STORE_NOT_FOUND);
    fixture_create(store, "acme", "x", true);
    cr_expect_eq(claim(&position), STORE_OK);
    cr_expect_eq(position, 4);
}
