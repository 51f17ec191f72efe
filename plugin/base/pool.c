// SPDX-License-Identifier: MIT
#include "plugin/base/pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include "plugin/base/thread.h"

void task_list_append(struct task_list *list, struct task *task)
{
    if (list->first == NULL)
        list->last = &list->first;
    task->next = NULL;
    task->place = list->last;
    *list->last = task;
    list->last = &task->next;
}

void task_list_remove(struct task_list *list, struct task *task)
{
    *task->place = task->next;
    if (task->next == NULL)
        list->last = task->place;
    else
        task->next->place = task->place;
    task->place = NULL;
}

/* For times of CLOCK_MONOTONIC. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void pool_init(struct pool *pool, const char *name, int limit, int niceness)
{
    *pool = (struct pool){.name = name, .niceness = niceness, .limit = limit};
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    init_condition(&pool->settled);
    init_condition(&pool->clock.changed);
}

/* Waits for a task. NULL once the pool stops and nothing is ready. The caller holds the lock. */
static struct task *take(struct pool *pool)
{
    pool->idle++;
    while (pool->ready.first == NULL && !pool->stopping)
        pthread_cond_wait(&pool->work, &pool->lock);
    pool->idle--;
    struct task *task = pool->ready.first;
    if (task != NULL)
        task_list_remove(&pool->ready, task);
    return task;
}

static void *work(void *argument)
{
    struct pool *pool = argument;
    struct task *task;
    pthread_setname_np(pthread_self(), pool->name);
    if (pool->niceness != 0)
        setpriority(PRIO_PROCESS, (id_t)gettid(), pool->niceness); /* Of this thread, in Linux. */
    pthread_mutex_lock(&pool->lock);
    while ((task = take(pool)) != NULL) {
        pthread_mutex_unlock(&pool->lock);
        task->run(task);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

bool pool_push(struct pool *pool, struct task *task)
{
    /* An idle thread is as good as busy while a task is ready. */
    if ((pool->idle == 0 || pool->ready.first != NULL) && pool->count < pool->limit &&
        thread_start(&pool->threads[pool->count], work, pool))
        pool->count++;
    if (pool->count == 0)
        return false;
    task_list_append(&pool->ready, task);
    return true;
}

bool pool_submit(struct pool *pool, struct task *task)
{
    pthread_mutex_lock(&pool->lock);
    const bool pushed = pool_push(pool, task);
    pthread_mutex_unlock(&pool->lock);
    /*
     * Not under the lock, for which the thread would have to wait. The pool is still there: whoever
     * submits belongs to an instance that is not destroyed meanwhile.
     */
    if (pushed)
        pthread_cond_signal(&pool->work);
    return pushed;
}

void pool_raise(struct pool *pool, int limit)
{
    pthread_mutex_lock(&pool->lock);
    if (limit > pool->limit)
        pool->limit = limit;
    pthread_mutex_unlock(&pool->lock);
}

bool pool_begin_long(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    const bool may = pool->long_tasks == 0 || pool->long_tasks < pool->limit / 4;
    pool->long_tasks += may;
    pthread_mutex_unlock(&pool->lock);
    return may;
}

void pool_end_long(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->long_tasks--;
    pthread_mutex_unlock(&pool->lock);
}

void pool_finish(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_cond_broadcast(&pool->clock.changed);
    pthread_mutex_unlock(&pool->lock);
    if (pool->clock.started)
        pthread_join(pool->clock.thread, NULL);
    for (int i = 0; i < pool->count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->clock.changed);
    pthread_cond_destroy(&pool->settled);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
}
