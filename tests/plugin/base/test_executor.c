// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <unistd.h>

#include "plugin/base/executor.h"

static atomic_int runs;

static void count(struct task *task)
{
    (void)task;
    atomic_fetch_add(&runs, 1);
}

Test(executor, unused_starts_no_thread)
{
    struct executor executor;
    cr_assert(executor_init(&executor, 4));
    cr_expect_eq(executor.count, 0);
    executor_finish(&executor);
    executor_finish(&executor);
}

Test(executor, every_task_runs_once_on_few_threads)
{
    enum { TASKS = 5000 };
    static struct task tasks[TASKS];
    struct executor executor;
    cr_assert(executor_init(&executor, 3));
    for (int i = 0; i < TASKS; i++) {
        tasks[i].run = count;
        cr_assert(executor_submit(&executor, &tasks[i]));
    }
    for (int i = 0; i < 5000 && atomic_load(&runs) < TASKS; i++)
        usleep(1000);
    cr_expect_eq(atomic_load(&runs), TASKS);
    cr_expect_leq(executor.count, 3);
    executor_finish(&executor);
    cr_expect_eq(atomic_load(&runs), TASKS);
}
