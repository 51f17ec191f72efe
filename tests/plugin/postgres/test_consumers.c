// SPDX-License-Identifier: MIT
/* The leases of consumers among gateways, and the survey over the tags. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

enum { GATEWAYS = 2, LEASE_MS = 1000 };

static struct scratch scratch;
static struct store *stores[GATEWAYS];

static void make(void)
{
    scratch = scratch_make();
    for (int i = 0; i < GATEWAYS; i++)
        stores[i] = fixture_open(&scratch, "und");
}

static void clean(void)
{
    for (int i = 0; i < GATEWAYS; i++)
        fixture_close(&stores[i]);
    scratch_remove(&scratch);
}

TestSuite(consumers, .init = make, .fini = clean, .timeout = 60);

static enum store_status apply(struct store *store, enum store_mutation_kind kind,
                               const char *organization_id, struct store_lease *lease)
{
    struct store_mutation mutation = {.kind = kind,
                                      .organization_id = text_of(organization_id),
                                      .lease = lease};
    fixture_apply(store, &mutation);
    return mutation.status;
}

static struct store_lease lease_of(const char *consumer)
{
    struct store_lease lease = {.consumer = text_of(consumer), .milliseconds = LEASE_MS};
    consumer_lease_draw(lease.token);
    return lease;
}

static enum store_status claim(struct store *store, struct store_lease *lease)
{
    return apply(store, STORE_CLAIM, "acme", lease);
}

static enum store_status acknowledge(struct store *store, struct store_lease *lease,
                                     int64_t position)
{
    lease->position = position;
    lease->milliseconds = 0;
    return apply(store, STORE_ACKNOWLEDGE, "acme", lease);
}

/* ---- Leases ---- */

Test(consumers, an_organization_is_leased_to_one_gateway_at_a_time)
{
    struct store_lease one = lease_of("hooks"), other = lease_of("hooks");
    cr_expect_eq(claim(stores[0], &one), STORE_NOT_FOUND);
    space_expect_rows(scratch.path, "organization", 0);
    fixture_create(stores[0], "acme", "x", true);
    fixture_create(stores[1], "acme", "y", true);
    cr_expect_eq(claim(stores[0], &one), STORE_OK);
    cr_expect_eq(one.position, 0);
    fixture_now_ms += LEASE_MS - 1;
    cr_expect_eq(claim(stores[1], &other), STORE_CONFLICT);
    cr_expect_eq(other.milliseconds, 1, "%lld", (long long)other.milliseconds);
    cr_expect_eq(acknowledge(stores[1], &other, 2), STORE_CONFLICT);
    cr_expect_eq(acknowledge(stores[0], &one, 1), STORE_OK);
    cr_expect(one.is_behind);
    other = lease_of("hooks");
    cr_expect_eq(claim(stores[1], &other), STORE_OK);
    cr_expect_eq(other.position, 1);
    cr_expect_eq(acknowledge(stores[0], &one, 2), STORE_CONFLICT);
    cr_expect_eq(acknowledge(stores[1], &other, 99), STORE_OK);
    cr_expect_eq(other.position, 2, "no further than the trail");
    cr_expect_eq(claim(stores[1], &other), STORE_NOT_FOUND);
}

Test(consumers, a_lease_that_ran_out_is_taken_over)
{
    struct store_lease lost = lease_of("hooks"), other = lease_of("hooks");
    fixture_create(stores[0], "acme", "x", true);
    cr_expect_eq(claim(stores[0], &lost), STORE_OK);
    fixture_now_ms += LEASE_MS;
    cr_expect_eq(claim(stores[1], &other), STORE_OK);
    cr_expect_eq(acknowledge(stores[0], &lost, 1), STORE_CONFLICT);
    cr_expect_eq(acknowledge(stores[1], &other, 1), STORE_OK);
    fixture_create(stores[0], "acme", "y", true);
    lost = lease_of("hooks");
    cr_expect_eq(claim(stores[0], &lost), STORE_OK);
    cr_expect_eq(lost.position, 1);
}

Test(consumers, they_do_not_know_each_other)
{
    struct store_lease hooks = lease_of("hooks"), other = lease_of("warehouse");
    fixture_create(stores[0], "acme", "x", true);
    fixture_create(stores[0], "globex", "x", true);
    cr_expect_eq(claim(stores[0], &hooks), STORE_OK);
    cr_expect_eq(claim(stores[1], &other), STORE_OK);
    struct store_lease globex = lease_of("hooks");
    cr_expect_eq(apply(stores[1], STORE_CLAIM, "globex", &globex), STORE_OK);
    cr_expect_eq(acknowledge(stores[0], &hooks, 1), STORE_OK);
    space_expect_rows(scratch.path, "consumer WHERE position = 1 AND lease IS NULL", 1);
    space_expect_rows(scratch.path, "consumer", 3);
    space_expect_rows(scratch.path, "event", 2);
}

/* Each event is delivered once, by whichever gateway. */
static atomic_int delivered, wrong;

static void *deliver(void *store)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 2000 && atomic_load(&delivered) < 20; i++) {
        struct store_lease lease = lease_of("hooks");
        const enum store_status status = claim(store, &lease);
        if (status == STORE_CONFLICT || status == STORE_NOT_FOUND) {
            nanosleep(&pause, NULL);
            continue;
        }
        atomic_fetch_add(&wrong, status != STORE_OK);
        atomic_fetch_add(&delivered, 1);
        atomic_fetch_add(&wrong, acknowledge(store, &lease, lease.position + 1) != STORE_OK);
    }
    return NULL;
}

Test(consumers, gateways_that_claim_at_once_deliver_each_event_once)
{
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    for (int i = 0; i < 20; i++)
        fixture_create(stores[0], "acme", "x", true);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, deliver, stores[i % GATEWAYS]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(wrong, 0);
    cr_expect_eq(delivered, 20, "%d", (int)delivered);
    space_expect_rows(scratch.path, "consumer WHERE position = 20 AND lease IS NULL", 1);
}

/* ---- The survey ---- */

struct surveying {
    struct store_survey survey;
    atomic_bool done;
    int found;
};

static bool take(void *user, struct text organization_id, uint64_t version)
{
    struct surveying *surveying = user;
    (void)organization_id, (void)version;
    surveying->found++;
    return true;
}

static int32_t end(struct store_survey *survey)
{
    ((struct surveying *)survey)->done = true;
    return GQL_OK;
}

static int survey_all(const char *consumer, int *ret_steps)
{
    struct surveying surveying = {.survey = {.consumer = text_of(consumer)}};
    const struct timespec pause = {.tv_nsec = 1000000};
    for (*ret_steps = 0; surveying.survey.place != SURVEY_END; ++*ret_steps) {
        surveying.survey.found = take;
        surveying.survey.user = &surveying;
        surveying.survey.done = end;
        surveying.done = false;
        store_survey(stores[1], &surveying.survey);
        while (!surveying.done)
            nanosleep(&pause, NULL);
        cr_assert_eq(surveying.survey.status, STORE_OK, "%s", surveying.survey.detail.text);
    }
    return surveying.found;
}

/* Of 20 tags with 125 each; a step ends with a tag, here with its 1000th organization, or not. */
Test(consumers, a_survey_leaves_out_nobody_and_gives_whole_tags)
{
    int steps;
    cr_expect_eq(survey_all("hooks", &steps), 0);
    cr_expect_eq(steps, 1);
    for (int each = 125; each < 128; each += 2) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "DELETE FROM consumer; DELETE FROM organization; "
                 "INSERT INTO organization (tag, id, trail_length) "
                 "SELECT i / %d, int4send(i), i %% 2 FROM generate_series(0, 2499) AS i",
                 each);
        space_run(scratch.path, sql);
        cr_expect_eq(survey_all("hooks", &steps), 1250);
        cr_expect_eq(steps, 3, "%d", steps);
    }
    space_run(scratch.path, "INSERT INTO consumer SELECT tag, id, $$hooks$$, 1 FROM organization "
                            "WHERE tag < 10");
    cr_expect_eq(survey_all("hooks", &steps), 1250 - 10 * 127 / 2);
    cr_expect_eq(survey_all("other", &steps), 1250);
}

Test(consumers, what_was_removed_is_not_behind)
{
    int steps;
    fixture_create(stores[0], "acme", "x", true);
    cr_expect_eq(survey_all("hooks", &steps), 1);
    space_run(scratch.path, "UPDATE organization SET checkpoint_length = 1");
    cr_expect_eq(survey_all("hooks", &steps), 0);
}

/* ---- Others ---- */

static bool await_others(struct store *store)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 5000; i++) {
        if (store_others_committed(store))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

Test(consumers, only_batches_of_other_gateways_are_noticed)
{
    fixture_create(stores[0], "acme", "x", true);
    cr_expect(await_others(stores[1]));
    for (int i = 0; i < 20; i++) {
        const struct timespec pause = {.tv_nsec = 10000000};
        cr_expect_not(store_others_committed(stores[0]));
        nanosleep(&pause, NULL);
    }
}
