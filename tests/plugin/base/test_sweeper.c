// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <unistd.h>

#include "plugin/base/sweeper.h"

struct work {
    atomic_int left;
    atomic_int sweeps;
};

static bool do_some(void *user)
{
    struct work *work = user;
    atomic_fetch_add(&work->sweeps, 1);
    return atomic_fetch_sub(&work->left, 1) > 1;
}

static void wait_for_sweeps(struct work *work, int count)
{
    for (int i = 0; i < 5000 && atomic_load(&work->sweeps) < count; i++)
        usleep(1000);
    cr_assert_geq(atomic_load(&work->sweeps), count);
}

Test(sweeper, unused_starts_no_thread)
{
    struct sweeper sweeper;
    sweeper_init(&sweeper, 1, do_some, NULL);
    cr_expect(!sweeper.started);
    sweeper_finish(&sweeper);
}

Test(sweeper, comes_as_often_as_there_is_something_and_again_when_it_is_woken)
{
    struct work work = {.left = 3};
    struct sweeper sweeper;
    sweeper_init(&sweeper, 1, do_some, &work);
    cr_assert(sweeper_wake(&sweeper));
    wait_for_sweeps(&work, 3);
    usleep(20000);
    cr_expect_eq(atomic_load(&work.sweeps), 3, "it should sleep where nothing is left");
    atomic_store(&work.left, 1);
    cr_assert(sweeper_wake(&sweeper));
    wait_for_sweeps(&work, 4);
    sweeper_finish(&sweeper);
}

Test(sweeper, ends_without_waiting_for_the_period)
{
    struct work work = {.left = 1};
    struct sweeper sweeper;
    sweeper_init(&sweeper, 60 * 1000, do_some, &work);
    cr_assert(sweeper_wake(&sweeper));
    usleep(2000);
    sweeper_finish(&sweeper);
    cr_expect_leq(atomic_load(&work.sweeps), 1);
}
