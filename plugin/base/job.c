// SPDX-License-Identifier: MIT
#include "plugin/base/job.h"

#include <errno.h>

#include "plugin/base/deadline.h"

/* The caller holds the lock. Does not start a thread: the one that ran it looks for tasks next. */
static void end_run(struct job *job)
{
    struct pool *pool = job->pool;
    job->state = job->stopped || job->again == JOB_NO_MORE ? JOB_IDLE : JOB_QUEUED;
    if (job->state == JOB_QUEUED && job->again == JOB_NOW)
        task_list_append(&pool->ready, &job->task);
    else if (job->state == JOB_QUEUED)
        clock_add(pool, &job->task, job->delay);
    pthread_cond_broadcast(&pool->settled);
}

static void run_once(struct task *task)
{
    struct job *job = (struct job *)task;
    struct pool *pool = job->pool;
    pthread_mutex_lock(&pool->lock);
    job->state = JOB_RUNNING;
    job->again = JOB_NO_MORE;
    pthread_mutex_unlock(&pool->lock);
    job->run(job);
    pthread_mutex_lock(&pool->lock);
    end_run(job);
    pthread_mutex_unlock(&pool->lock);
}

void job_init(struct job *job, struct pool *pool, void (*run)(struct job *job))
{
    *job = (struct job){.task.run = run_once, .pool = pool, .run = run};
}

/* From the clock. Without a thread to run it, it goes back. The caller holds the lock. */
static bool bring_forward(struct job *job)
{
    clock_remove(job->pool, &job->task);
    if (pool_push(job->pool, &job->task))
        return true;
    clock_add(job->pool, &job->task, job->delay);
    return false;
}

/* The caller holds the lock. Sets *ret_pushed if a thread is to be woken. */
static bool wake(struct job *job, bool *ret_pushed)
{
    switch (job->state) {
    case JOB_RUNNING:
        job->again = JOB_NOW;
        return true;
    case JOB_QUEUED:
        *ret_pushed = job->task.due != 0 && bring_forward(job);
        return true;
    case JOB_IDLE:
        break;
    }
    *ret_pushed = pool_push(job->pool, &job->task);
    if (*ret_pushed)
        job->state = JOB_QUEUED;
    return *ret_pushed;
}

bool job_wake(struct job *job)
{
    struct pool *pool = job->pool;
    bool pushed = false;
    pthread_mutex_lock(&pool->lock);
    const bool woken = !job->stopped && wake(job, &pushed);
    if (job->stopped)
        errno = ECANCELED;
    pthread_mutex_unlock(&pool->lock);
    if (pushed)
        pthread_cond_signal(&pool->work);
    return woken;
}

/* The caller holds the lock. */
static bool wake_after(struct job *job, enum delay delay)
{
    if (job->state == JOB_QUEUED || (job->state == JOB_RUNNING && job->again != JOB_NO_MORE))
        return true;
    if (!clock_start(job->pool))
        return false;
    job->delay = delay;
    if (job->state == JOB_RUNNING) {
        job->again = JOB_LATER;
    } else {
        job->state = JOB_QUEUED;
        clock_add(job->pool, &job->task, delay);
    }
    return true;
}

bool job_wake_after(struct job *job, enum delay delay)
{
    pthread_mutex_lock(&job->pool->lock);
    const bool woken = !job->stopped && wake_after(job, delay);
    if (job->stopped)
        errno = ECANCELED;
    pthread_mutex_unlock(&job->pool->lock);
    return woken;
}

void job_wait(struct job *job)
{
    struct pool *pool = job->pool;
    pthread_mutex_lock(&pool->lock);
    while (job->state != JOB_IDLE)
        pthread_cond_wait(&pool->settled, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

/* The caller holds the lock. A thread may have taken the task without having begun to run it. */
static void withdraw(struct job *job)
{
    if (job->state != JOB_QUEUED || job->task.place == NULL)
        return;
    if (job->task.due != 0)
        clock_remove(job->pool, &job->task);
    else
        task_list_remove(&job->pool->ready, &job->task);
    job->state = JOB_IDLE;
    pthread_cond_broadcast(&job->pool->settled);
}

void job_rest(struct job *job)
{
    struct pool *pool = job->pool;
    pthread_mutex_lock(&pool->lock);
    withdraw(job);
    while (job->state != JOB_IDLE) {
        pthread_cond_wait(&pool->settled, &pool->lock);
        withdraw(job);
    }
    pthread_mutex_unlock(&pool->lock);
}

static void forbid(struct job *job)
{
    pthread_mutex_lock(&job->pool->lock);
    job->stopped = true;
    withdraw(job);
    pthread_mutex_unlock(&job->pool->lock);
}

void job_stop(struct job *job)
{
    if (job->pool == NULL)
        return;
    forbid(job);
    job_rest(job);
}

bool job_stop_within(struct job *job, int milliseconds)
{
    struct pool *pool = job->pool;
    const uint64_t end = monotonic_now() + (uint64_t)milliseconds * 1000000u;
    const struct timespec until = {(time_t)(end / 1000000000u), (long)(end % 1000000000u)};
    int code = 0;
    forbid(job);
    pthread_mutex_lock(&pool->lock);
    while (job->state != JOB_IDLE && code == 0)
        code = pthread_cond_timedwait(&pool->settled, &pool->lock, &until);
    const bool idle = job->state == JOB_IDLE;
    pthread_mutex_unlock(&pool->lock);
    return idle;
}
