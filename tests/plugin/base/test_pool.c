// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "plugin/base/pool.h"
#include "tests/plugin/base/threads.h"

static atomic_int runs;
static struct pool pool;

static void count(struct task *task)
{
    (void)task;
    atomic_fetch_add(&runs, 1);
}

/* A task that knows when it ran. */
struct ordered {
    struct task task;
    int place;
};

static void note_place(struct task *task)
{
    ((struct ordered *)task)->place = atomic_fetch_add(&runs, 1);
}

/* A thread that waits until the test lets it go. */
static atomic_int entered, released;

static void wait_for_release(struct task *task)
{
    (void)task;
    atomic_fetch_add(&entered, 1);
    wait_until(&released, 1);
}

Test(pool, unused_starts_no_thread)
{
    const int before = count_threads();
    pool_init(&pool, "test", 4, 0);
    cr_expect_eq(count_threads(), before);
    pool_finish(&pool);
}

Test(pool, every_task_runs_once_on_few_threads)
{
    enum { TASKS = 5000 };
    static struct task tasks[TASKS];
    const int before = count_threads();
    pool_init(&pool, "test", 3, 0);
    for (int i = 0; i < TASKS; i++) {
        tasks[i].run = count;
        cr_assert(pool_submit(&pool, &tasks[i]));
    }
    wait_until(&runs, TASKS);
    cr_expect_leq(pool.count, 3);
    pool_finish(&pool);
    cr_expect_eq(atomic_load(&runs), TASKS);
    cr_expect(has_threads(before));
}

Test(pool, tasks_start_in_order_and_the_last_ones_before_the_end)
{
    enum { TASKS = 100 };
    static struct ordered tasks[TASKS];
    struct task first = {.run = wait_for_release};
    pool_init(&pool, "test", 1, 0);
    cr_assert(pool_submit(&pool, &first));
    wait_until(&entered, 1);
    for (int i = 0; i < TASKS; i++) {
        tasks[i].task.run = note_place;
        cr_assert(pool_submit(&pool, &tasks[i].task));
    }
    atomic_store(&released, 1);
    pool_finish(&pool);
    for (int i = 0; i < TASKS; i++)
        cr_expect_eq(tasks[i].place, i);
}

/* One that waits occupies its thread, and no other task. */
Test(pool, a_raised_limit_counts_at_once)
{
    struct task blocked[2] = {{.run = wait_for_release}, {.run = wait_for_release}};
    struct task free_one = {.run = count};
    pool_init(&pool, "test", 1, 0);
    pool_raise(&pool, 3);
    pool_raise(&pool, 2);
    for (int i = 0; i < 2; i++)
        cr_assert(pool_submit(&pool, &blocked[i]));
    wait_until(&entered, 2);
    cr_assert(pool_submit(&pool, &free_one));
    wait_until(&runs, 1);
    cr_expect_eq(pool.count, 3);
    atomic_store(&released, 1);
    pool_finish(&pool);
}

Test(pool, without_a_thread_nothing_is_taken)
{
    struct task tasks[2] = {{.run = count}, {.run = count}};
    pool_init(&pool, "test", 2, 0);
    atomic_store(&threads_fail, true);
    errno = 0;
    cr_expect_not(pool_submit(&pool, &tasks[0]));
    cr_expect_eq(errno, EAGAIN);
    atomic_store(&threads_fail, false);
    cr_assert(pool_submit(&pool, &tasks[0]));
    wait_until(&runs, 1);
    atomic_store(&threads_fail, true);
    cr_expect(pool_submit(&pool, &tasks[1]), "there is a thread already");
    wait_until(&runs, 2);
    pool_finish(&pool);
}

/* A quarter of the threads, but one at least. */
Test(pool, few_tasks_may_take_long)
{
    static const int may[][2] = {{1, 1}, {3, 1}, {4, 1}, {8, 2}, {16, 4}, {19, 4}};
    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        int begun = 0;
        pool_init(&pool, "test", may[i][0], 0);
        while (begun < POOL_THREADS && pool_begin_long(&pool))
            begun++;
        cr_expect_eq(begun, may[i][1], "%d of %d", begun, may[i][0]);
        pool_end_long(&pool);
        cr_expect(pool_begin_long(&pool));
        cr_expect_not(pool_begin_long(&pool));
        pool_finish(&pool);
    }
}
