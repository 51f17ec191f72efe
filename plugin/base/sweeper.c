// SPDX-License-Identifier: MIT
#include "plugin/base/sweeper.h"

#include <time.h>

#include "plugin/base/thread.h"

void sweeper_init(struct sweeper *sweeper, int period_ms, bool (*sweep)(void *user), void *user)
{
    pthread_condattr_t monotonic;
    *sweeper = (struct sweeper){.sweep = sweep, .user = user, .period_ms = period_ms};
    pthread_mutex_init(&sweeper->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sweeper->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void wait_a_period(struct sweeper *sweeper)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += sweeper->period_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int code = 0;
    while (code == 0 && !sweeper->stopping)
        code = pthread_cond_timedwait(&sweeper->wake, &sweeper->lock, &until);
}

static void *sweep_loop(void *argument)
{
    struct sweeper *sweeper = argument;
    pthread_mutex_lock(&sweeper->lock);
    while (!sweeper->stopping) {
        if (!atomic_load(&sweeper->awake)) {
            pthread_cond_wait(&sweeper->wake, &sweeper->lock);
            continue;
        }
        wait_a_period(sweeper);
        /* Before it looks: a caller whose work it may miss wakes it again. */
        atomic_store(&sweeper->awake, false);
        pthread_mutex_unlock(&sweeper->lock);
        const bool again = sweeper->sweep(sweeper->user);
        pthread_mutex_lock(&sweeper->lock);
        if (again)
            atomic_store(&sweeper->awake, true);
    }
    pthread_mutex_unlock(&sweeper->lock);
    return NULL;
}

bool sweeper_wake(struct sweeper *sweeper)
{
    if (atomic_load(&sweeper->awake))
        return true;
    pthread_mutex_lock(&sweeper->lock);
    if (!sweeper->started)
        sweeper->started = thread_start(&sweeper->thread, sweep_loop, sweeper);
    const bool started = sweeper->started;
    atomic_store(&sweeper->awake, started);
    pthread_cond_signal(&sweeper->wake);
    pthread_mutex_unlock(&sweeper->lock);
    return started;
}

void sweeper_finish(struct sweeper *sweeper)
{
    pthread_mutex_lock(&sweeper->lock);
    sweeper->stopping = true;
    pthread_cond_signal(&sweeper->wake);
    pthread_mutex_unlock(&sweeper->lock);
    if (sweeper->started)
        pthread_join(sweeper->thread, NULL);
    pthread_cond_destroy(&sweeper->wake);
    pthread_mutex_destroy(&sweeper->lock);
}
