// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "plugin/base/job.h"
#include "tests/plugin/base/threads.h"

/* A job with work to do: it takes one piece each turn, and wakes itself if there is more. */
struct worker {
    struct job job;
    atomic_int work;
    atomic_int inside;
    atomic_int turns;
    atomic_int last; /* The number of all turns when it had the last one. */
};

static struct pool pool;
static atomic_int all_turns, together, blocked, released;

static void take_turn(struct job *job)
{
    struct worker *worker = (struct worker *)job;
    atomic_fetch_add(&together, atomic_fetch_add(&worker->inside, 1) != 0);
    atomic_store(&worker->last, atomic_fetch_add(&all_turns, 1) + 1);
    const int left = atomic_fetch_sub(&worker->work, 1) - 1;
    atomic_fetch_sub(&worker->inside, 1);
    if (left > 0)
        job_wake(job);
    atomic_fetch_add(&worker->turns, 1);
}

static void block(struct job *job)
{
    (void)job;
    atomic_fetch_add(&blocked, 1);
    wait_until(&released, atomic_load(&blocked));
}

static void start(int limit)
{
    pool_init(&pool, "test", limit, 0);
}

static void init_worker(struct worker *worker, int work)
{
    *worker = (struct worker){.work = work};
    job_init(&worker->job, &pool, take_turn);
}

/* ---- One run at a time ---- */

enum { WAKERS = 4, WAKES = 5000 };

static void *add_work(void *worker)
{
    for (int i = 0; i < WAKES; i++) {
        atomic_fetch_add(&((struct worker *)worker)->work, 1);
        job_wake(worker);
    }
    return NULL;
}

Test(job, runs_one_at_a_time_and_overlooks_nothing)
{
    static struct worker worker;
    pthread_t wakers[WAKERS];
    start(4);
    init_worker(&worker, 0);
    for (int i = 0; i < WAKERS; i++)
        cr_assert_eq(pthread_create(&wakers[i], NULL, add_work, &worker), 0);
    for (int i = 0; i < WAKERS; i++)
        pthread_join(wakers[i], NULL);
    job_wait(&worker.job);
    cr_expect_eq(atomic_load(&together), 0);
    cr_expect_leq(atomic_load(&worker.work), 0);
    job_stop(&worker.job);
    pool_finish(&pool);
}

Test(job, one_that_floods_leaves_turns_to_others)
{
    static struct worker flooding, quiet;
    start(1);
    init_worker(&flooding, 1000000);
    init_worker(&quiet, 1);
    cr_assert(job_wake(&flooding.job));
    wait_until(&flooding.turns, 1);
    pthread_mutex_lock(&pool.lock); /* Between two turns, or in one. */
    const int before = atomic_load(&all_turns);
    pthread_mutex_unlock(&pool.lock);
    cr_assert(job_wake(&quiet.job));
    const int after = atomic_load(&all_turns);
    wait_until(&quiet.turns, 1);
    cr_expect_leq(atomic_load(&quiet.last), after + 2, "woken after %d to %d turns, ran as %d",
                  before, after, atomic_load(&quiet.last));
    atomic_store(&flooding.work, 0);
    job_stop(&flooding.job);
    job_stop(&quiet.job);
    pool_finish(&pool);
}

/* ---- The clock ---- */

Test(job, on_the_clock_the_sooner_delay_comes_first)
{
    static struct worker soon, later, much_later;
    start(1);
    init_worker(&soon, 1);
    init_worker(&later, 1);
    init_worker(&much_later, 1);
    cr_assert(job_wake_after(&much_later.job, DELAY_WATCH));
    cr_assert(job_wake_after(&later.job, DELAY_SWEEP));
    cr_assert(job_wake_after(&soon.job, DELAY_RETRY));
    wait_until(&later.turns, 1);
    cr_expect_eq(atomic_load(&soon.last), 1);
    cr_expect_eq(atomic_load(&later.last), 2);
    cr_assert(job_wake(&much_later.job), "it need not wait any longer");
    job_wait(&much_later.job);
    cr_expect_eq(atomic_load(&much_later.turns), 1);
    job_stop(&much_later.job);
    pool_finish(&pool);
}

/* The first, the last and the one in the middle of a list, and of another. */
Test(job, any_one_can_be_taken_from_the_clock)
{
    enum { JOBS = 8 };
    static struct worker workers[JOBS];
    start(2);
    for (int taken = 0; taken < JOBS; taken++) {
        atomic_store(&all_turns, 0);
        for (int i = 0; i < JOBS; i++) {
            init_worker(&workers[i], 1);
            cr_assert(
                job_wake_after(&workers[i].job, i < JOBS / 2 ? DELAY_RETRY_LATER : DELAY_SWEEP));
        }
        job_stop(&workers[taken].job);
        for (int i = 0; i < JOBS; i++) {
            job_wait(&workers[i].job);
            cr_expect_eq(atomic_load(&workers[i].turns), i != taken, "%d of %d", i, taken);
            job_stop(&workers[i].job);
        }
    }
    pool_finish(&pool);
}

static void come_again(struct job *job)
{
    struct worker *worker = (struct worker *)job;
    if (atomic_fetch_add(&worker->turns, 1) < 2)
        cr_assert(job_wake_after(job, DELAY_RETRY));
}

Test(job, comes_again_as_long_as_it_wants)
{
    static struct worker worker;
    start(1);
    job_init(&worker.job, &pool, come_again);
    cr_assert(job_wake_after(&worker.job, DELAY_RETRY));
    job_wait(&worker.job);
    cr_expect_eq(atomic_load(&worker.turns), 3);
    job_stop(&worker.job);
    pool_finish(&pool);
}

/* ---- The end ---- */

static void *stop(void *job)
{
    job_stop(job);
    atomic_fetch_add(&all_turns, 1);
    return NULL;
}

Test(job, stopping_takes_back_what_does_not_run_and_waits_for_what_does)
{
    static struct worker ready, waiting;
    static struct job running;
    pthread_t thread;
    const int before = count_threads();
    start(1);
    job_init(&running, &pool, block);
    init_worker(&ready, 1);
    init_worker(&waiting, 1);
    cr_assert(job_wake(&running));
    wait_until(&blocked, 1);
    cr_assert(job_wake(&ready.job));
    cr_assert(job_wake_after(&waiting.job, DELAY_WATCH));
    job_stop(&ready.job);
    job_stop(&waiting.job);
    cr_assert_eq(pthread_create(&thread, NULL, stop, &running), 0);
    usleep(20000);
    cr_expect_eq(atomic_load(&all_turns), 0, "it still runs");
    cr_expect_not(job_stop_within(&running, 1));
    atomic_store(&released, 1);
    cr_expect(job_stop_within(&running, 20000));
    pthread_join(thread, NULL);
    errno = 0;
    cr_expect_not(job_wake(&ready.job));
    cr_expect_eq(errno, ECANCELED);
    cr_expect_not(job_wake_after(&waiting.job, DELAY_RETRY));
    pool_finish(&pool);
    cr_expect_eq(atomic_load(&ready.turns) + atomic_load(&waiting.turns), 0);
    cr_expect(has_threads(before));
}

static struct job *resting;

static void rest_from_the_pool(struct job *job)
{
    (void)job;
    cr_assert(job_wake(resting));
    job_rest(resting);
    cr_assert(job_wake_after(resting, DELAY_WATCH));
    job_rest(resting);
    atomic_fetch_add(&released, 1);
}

/* On the only thread: the other one is ready, or on the clock, and can't run before this ends. */
Test(job, a_thread_of_the_pool_may_let_another_job_rest)
{
    static struct worker other;
    static struct job running;
    start(1);
    init_worker(&other, 1);
    resting = &other.job;
    job_init(&running, &pool, rest_from_the_pool);
    cr_assert(job_wake(&running));
    wait_until(&released, 1);
    cr_expect_eq(atomic_load(&other.turns), 0);
    cr_expect(job_wake(&other.job), "it may be woken again");
    wait_until(&other.turns, 1);
    job_stop(&running);
    job_stop(&other.job);
    pool_finish(&pool);
}

/* ---- Without threads ---- */

Test(job, without_a_thread_it_says_so_and_can_be_woken_later)
{
    static struct worker worker;
    start(1);
    init_worker(&worker, 2);
    atomic_store(&threads_fail, true);
    cr_expect_not(job_wake(&worker.job));
    cr_expect_eq(errno, EAGAIN);
    cr_expect_not(job_wake_after(&worker.job, DELAY_RETRY));
    cr_expect_eq(errno, EAGAIN);
    atomic_store(&threads_fail, false);
    cr_expect(job_wake(&worker.job));
    job_wait(&worker.job);
    cr_expect_eq(atomic_load(&worker.turns), 2);
    job_stop(&worker.job);
    pool_finish(&pool);
}

/* The clock runs, but no thread that could run the job: it waits until there is one. */
Test(job, on_the_clock_it_outlasts_a_shortage_of_threads)
{
    static struct worker worker;
    start(1);
    init_worker(&worker, 1);
    cr_assert(job_wake_after(&worker.job, DELAY_RETRY_LATER));
    atomic_store(&threads_fail, true);
    usleep(60000);
    cr_expect_eq(atomic_load(&worker.turns), 0);
    cr_expect(job_wake(&worker.job), "it is still going to run");
    atomic_store(&threads_fail, false);
    wait_until(&worker.turns, 1);
    job_stop(&worker.job);
    pool_finish(&pool);
}
