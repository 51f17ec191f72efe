// SPDX-License-Identifier: MIT
/*
 * Threads wake jobs of their own and of others, now and later, stop them, and start and end the
 * executors meanwhile. What a job counts needs no lock, since it runs on one thread at a time: the
 * thread sanitizer sees it if not. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/executors.h"
#include "plugin/base/job.h"

enum { THREADS = 4, JOBS = 8, WAKES = 400, ROUNDS = 6 };

struct counter {
    struct job job;
    unsigned runs;
    unsigned seen; /* Of the work below. */
    _Atomic unsigned work;
};

struct waker {
    struct counter *counters;
    unsigned number;
    pthread_t thread;
};

static void count(struct job *job)
{
    struct counter *counter = (struct counter *)job;
    counter->runs++;
    counter->seen = counter->work;
    if (counter->runs % 16 == 0)
        job_wake_after(job, DELAY_RETRY);
}

static void *wake(void *argument)
{
    const struct waker *waker = argument;
    for (unsigned i = 0; i < WAKES; i++) {
        struct counter *counter = &waker->counters[(i * 7 + waker->number) % JOBS];
        counter->work++;
        if (i % 5 == waker->number)
            job_wake_after(&counter->job, i % 2 == 0 ? DELAY_RETRY : DELAY_RETRY_LATER);
        job_wake(&counter->job);
    }
    return NULL;
}

static void wake_from_threads(struct counter *counters)
{
    struct waker wakers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        wakers[i] = (struct waker){.counters = counters, .number = i};
        if (pthread_create(&wakers[i].thread, NULL, wake, &wakers[i]) != 0)
            abort();
    }
    /* In the middle of it all. */
    job_stop(&counters[0].job);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(wakers[i].thread, NULL);
}

static void *live(void *unused)
{
    for (int round = 0; round < ROUNDS; round++) {
        const struct executors_sizes sizes = {.compute = 2, .storage = 2};
        struct executors *executors = executors_acquire(&sizes);
        struct counter counters[JOBS] = {0};
        for (int i = 0; i < JOBS; i++)
            job_init(&counters[i].job, i % 2 == 0 ? &executors->compute : &executors->storage,
                     count);
        wake_from_threads(counters);
        for (int i = 0; i < JOBS; i++) {
            if (i > 0)
                job_wait(&counters[i].job);
            job_stop(&counters[i].job);
            if (i > 0 && counters[i].seen != counters[i].work)
                abort();
        }
        executors_release(&executors);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, live, NULL) != 0)
            abort();
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    puts("1..1\nok 1 - jobs that many threads wake and stop run one at a time");
    return 0;
}
