// SPDX-License-Identifier: MIT
#include "plugin/base/executors.h"

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/base/job.h"
#include "tests/plugin/base/threads.h"

struct counted {
    struct task task;
    atomic_int runs;
};

static void count(struct task *task)
{
    atomic_fetch_add(&((struct counted *)task)->runs, 1);
}

static struct executors *acquire(int compute, int storage)
{
    return executors_acquire(&(struct executors_sizes){compute, storage});
}

static void run_on(struct pool *pool)
{
    struct counted counted = {.task.run = count};
    cr_assert(pool_submit(pool, &counted.task));
    wait_until(&counted.runs, 1);
}

Test(executors, all_share_them_and_the_last_one_ends_the_threads)
{
    const int before = count_threads();
    struct executors *first = acquire(1, 1), *second = acquire(1, 1);
    cr_expect_eq(first, second);
    cr_expect(has_threads(before));
    run_on(&first->compute);
    run_on(&second->storage);
    cr_expect(has_threads(before + 2));
    executors_release(&first);
    cr_expect_null(first);
    executors_release(&first);
    run_on(&second->storage);
    executors_release(&second);
    cr_expect(has_threads(before));
}

Test(executors, the_largest_sizes_count_in_any_order)
{
    struct executors *users[3] = {acquire(0, 2), acquire(64, 1), acquire(1, 8)};
    cr_expect_eq(users[0]->compute.limit, 64);
    cr_expect_eq(users[0]->storage.limit, 8);
    for (int i = 0; i < 3; i++)
        executors_release(&users[i]);
    users[0] = acquire(0, 2);
    cr_expect_leq(users[0]->compute.limit, (int)sysconf(_SC_NPROCESSORS_ONLN));
    cr_expect_eq(users[0]->storage.limit, 2, "of an earlier time");
    executors_release(&users[0]);
}

enum { THREADS = 6, ROUNDS = 100 };

static void *use(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct executors *executors = acquire(1, 2);
        run_on(&executors->storage);
        executors_release(&executors);
    }
    return unused;
}

Test(executors, threads_start_and_end_while_others_do)
{
    pthread_t threads[THREADS];
    const int before = count_threads();
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, use, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_expect(has_threads(before));
}

#ifndef __SANITIZE_THREAD__ /* It can't start threads in a child of several threads. */
static void child(void)
{
    struct executors *executors = acquire(1, 3);
    const bool fresh = has_threads(1) && executors->storage.limit == 3;
    run_on(&executors->storage);
    run_on(&executors->compute);
    const bool runs_here = has_threads(3);
    executors_release(&executors);
    _exit(fresh && runs_here && has_threads(1) ? 0 : 1);
}

static void fork_child(void)
{
    int status;
    const pid_t process = fork();
    if (process == 0)
        child();
    cr_assert_eq(waitpid(process, &status, 0), process);
    cr_expect_eq(status, 0);
}

static void *acquire_and_release(void *stopping)
{
    while (!atomic_load((atomic_bool *)stopping)) {
        struct executors *executors = acquire(1, 1);
        executors_release(&executors);
    }
    return NULL;
}

/* The parent's threads do not run in it, and its locks may be held by one of them. */
Test(executors, a_forked_child_starts_its_own)
{
    enum { CHILDREN = 50 };
    atomic_bool stopping = false;
    pthread_t thread;
    const int before = count_threads();
    struct executors *executors = acquire(1, 5);
    run_on(&executors->storage);
    cr_assert_eq(pthread_create(&thread, NULL, acquire_and_release, &stopping), 0);
    for (int i = 0; i < CHILDREN; i++)
        fork_child();
    atomic_store(&stopping, true);
    pthread_join(thread, NULL);
    run_on(&executors->storage);
    executors_release(&executors);
    cr_expect(has_threads(before));
}
#endif
