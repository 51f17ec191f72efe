// SPDX-License-Identifier: MIT
/* The sweeper on an engine that counts what it is asked. */
#include <criterion/criterion.h>
#include <stdatomic.h>

#include "plugin/store/sweeper.h"
#include "tests/plugin/fixture.h"

enum { ORGANIZATIONS = 3 };

static struct executors *executors;
static struct sweeper sweeper;

/* What each organization has, in steps; the last is that of nobody. */
static atomic_int steps[ORGANIZATIONS + 1];
static atomic_int asked[ORGANIZATIONS + 1];
static bool is_short; /* No mutation can be submitted. */

static int number_of(struct text id)
{
    return id.size == 0 ? ORGANIZATIONS : id.data[0] - 'a';
}

static bool submit(struct store *store, struct store_mutation *mutation)
{
    (void)store;
    const int number = number_of(mutation->organization_id);
    cr_assert_eq(mutation->kind, STORE_SWEEP);
    if (is_short)
        return false;
    asked[number]++;
    mutation->status = steps[number] > 0 ? STORE_OK : STORE_NOT_FOUND;
    steps[number] -= steps[number] > 0;
    mutation->done(mutation);
    return true;
}

static bool next(struct store *store, struct sweep_place *place, struct tenant_id *ret_id)
{
    (void)store;
    if (place->number == ORGANIZATIONS)
        return false;
    const char id[] = {(char)('a' + (char)place->number++)};
    tenant_id_set(ret_id, (struct text){id, 1});
    return true;
}

static const struct store_engine one = {.submit = submit};
static const struct store_engine many = {.submit = submit, .next_organization = next};

static void make(void)
{
    executors = executors_acquire(&(struct executors_sizes){.storage = 2});
}

static void clean(void)
{
    sweeper_finish(&sweeper);
    executors_release(&executors);
}

TestSuite(sweeper, .init = make, .fini = clean);

static void start(const struct store_engine *engine, struct store *store)
{
    *store = (struct store){.engine = engine};
    cr_assert(sweeper_start(&sweeper, store, &executors->storage));
}

/* Whether it waits on the clock for more than the pause between steps. */
static bool has_paused(void)
{
    pthread_mutex_lock(&executors->storage.lock);
    const bool has = sweeper.job.state == JOB_QUEUED && sweeper.job.task.place != NULL &&
                     sweeper.job.task.due != 0 && sweeper.job.delay != DELAY_SWEEP;
    pthread_mutex_unlock(&executors->storage.lock);
    return has;
}

/* Lets it take a turn that the clock would have it take later, and the steps that follow. */
static void take_turn(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    job_wake(&sweeper.job);
    while (!has_paused())
        nanosleep(&pause, NULL);
}

Test(sweeper, one_database_is_swept_until_nothing_is_left)
{
    struct store store;
    steps[ORGANIZATIONS] = 3;
    start(&one, &store);
    cr_expect_eq(sweeper.job.delay, DELAY_WATCH);
    take_turn();
    cr_expect_eq(asked[ORGANIZATIONS], 4);
    cr_expect_eq(sweeper.job.delay, DELAY_REST);
}

Test(sweeper, a_round_goes_over_all_organizations_and_rests_for_a_day)
{
    struct store store;
    steps[1] = 2;
    start(&many, &store);
    cr_expect(sweeper.rest >= 1 && sweeper.rest <= 24, "%d", sweeper.rest);
    sweeper.rest = 0;
    for (int i = 0; i < ORGANIZATIONS; i++) {
        take_turn();
        cr_expect_eq(sweeper.job.delay, DELAY_WATCH, "after organization %d", i);
    }
    for (int i = 0; i < ORGANIZATIONS; i++)
        cr_expect_eq(asked[i], i == 1 ? 3 : 1, "organization %d: %d", i, (int)asked[i]);
    take_turn();
    cr_expect_eq(sweeper.job.delay, DELAY_REST);
    for (int hour = 1; hour < 24; hour++)
        take_turn();
    cr_expect_eq(asked[0], 1, "before the next day");
    take_turn();
    cr_expect_eq(asked[0], 2);
}

Test(sweeper, more_organizations_than_a_day_has_room_for_share_the_pauses)
{
    struct store store;
    start(&many, &store);
    sweeper.rest = 0;
    sweeper.round = 2 * 8640 - ORGANIZATIONS; /* As if there had been so many. */
    for (int i = 0; i <= ORGANIZATIONS; i++)
        take_turn();
    cr_expect_eq(sweeper.each, 3);
    sweeper.rest = 0;
    take_turn();
    cr_expect_eq(asked[0] + asked[1] + asked[2], 2 * ORGANIZATIONS, "not three without a pause");
    cr_expect_eq(sweeper.job.delay, DELAY_WATCH);
}

Test(sweeper, what_cannot_be_done_now_is_tried_later)
{
    struct store store;
    is_short = true;
    start(&one, &store);
    take_turn();
    cr_expect_eq(sweeper.job.delay, DELAY_REST);
    is_short = false;
    take_turn();
    cr_expect_eq(asked[ORGANIZATIONS], 1);
}

/* A step that ends on another thread. */
static struct store_mutation *submitted;

static bool keep(struct store *store, struct store_mutation *mutation)
{
    (void)store;
    __atomic_store_n(&submitted, mutation, __ATOMIC_RELEASE);
    return true;
}

static const struct store_engine slow = {.submit = keep};

static void *end_later(void *unused)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
    submitted->status = STORE_OK;
    submitted->done(submitted);
    return unused;
}

Test(sweeper, stopping_waits_for_the_step_under_way)
{
    struct store store;
    pthread_t thread;
    start(&slow, &store);
    job_wake(&sweeper.job);
    const struct timespec pause = {.tv_nsec = 1000000};
    while (__atomic_load_n(&submitted, __ATOMIC_ACQUIRE) == NULL)
        nanosleep(&pause, NULL);
    pthread_create(&thread, NULL, end_later, NULL);
    sweeper_stop(&sweeper);
    cr_expect_not(sweeper.under_way);
    pthread_join(thread, NULL);
    sweeper_stop(&sweeper);
}
