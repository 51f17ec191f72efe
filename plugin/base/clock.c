// SPDX-License-Identifier: MIT
/*
 * The clock of a pool. There are few delays, and a list for each is in order by itself: what is
 * added last is due last.
 */
#include "plugin/base/deadline.h"
#include "plugin/base/pool.h"
#include "plugin/base/thread.h"

enum { NANOSECONDS = 1000000000 };

static const uint64_t nanoseconds[DELAYS] = {
    [DELAY_RETRY] = 2 * 1000000,
    [DELAY_RETRY_LATER] = 20 * 1000000,
    [DELAY_SWEEP] = 50 * 1000000,
    [DELAY_LEASE] = 500 * 1000000,
    [DELAY_WATCH] = UINT64_C(10) * NANOSECONDS,
    [DELAY_REST] = UINT64_C(3600) * NANOSECONDS,
};

/* Without a thread to run it, the task waits for as long again. */
static void push_due(struct pool *pool, struct task *task, enum delay delay)
{
    clock_remove(pool, task);
    if (pool_push(pool, task))
        pthread_cond_signal(&pool->work);
    else
        clock_add(pool, task, delay);
}

/* Returns when the next one is due; 0: there is none. */
static uint64_t push_all_due(struct pool *pool, uint64_t now)
{
    uint64_t next = 0;
    for (enum delay delay = 0; delay < DELAYS; delay++) {
        const struct task_list *list = &pool->clock.waiting[delay];
        while (list->first != NULL && list->first->due <= now)
            push_due(pool, list->first, delay);
        if (list->first != NULL && (next == 0 || list->first->due < next))
            next = list->first->due;
    }
    return next;
}

static void *keep_time(void *argument)
{
    struct pool *pool = argument;
    pthread_setname_np(pthread_self(), pool->name);
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        const uint64_t next = push_all_due(pool, monotonic_now());
        const struct timespec until = {(time_t)(next / NANOSECONDS), (long)(next % NANOSECONDS)};
        if (next == 0)
            pthread_cond_wait(&pool->clock.changed, &pool->lock);
        else
            pthread_cond_timedwait(&pool->clock.changed, &pool->lock, &until);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

bool clock_start(struct pool *pool)
{
    if (!pool->clock.started)
        pool->clock.started = thread_start(&pool->clock.thread, keep_time, pool);
    return pool->clock.started;
}

void clock_add(struct pool *pool, struct task *task, enum delay delay)
{
    struct task_list *list = &pool->clock.waiting[delay];
    if (list->first == NULL)
        pthread_cond_signal(&pool->clock.changed); /* It may be due before all others. */
    task->due = monotonic_now() + nanoseconds[delay];
    task_list_append(list, task);
}

void clock_remove(struct pool *pool, struct task *task)
{
    struct task_list *list = pool->clock.waiting;
    task->due = 0;
    /* Only for the last one it matters which list it is. */
    if (task->next == NULL) {
        while (list->first == NULL || list->last != &task->next)
            list++;
    }
    task_list_remove(list, task);
}
