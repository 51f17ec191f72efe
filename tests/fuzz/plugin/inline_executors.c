// SPDX-License-Identifier: MIT
/*
 * Takes the place of plugin/base/executors.c, pool.c, clock.c and job.c: everything runs
 * on the thread of the caller: tasks where they are submitted, jobs by inline_executors_run. There
 * is no clock, so nothing is kept for later.
 */
#include "tests/fuzz/plugin/inline_executors.h"

#include <errno.h>
#include <stddef.h>

#include "plugin/base/executors.h"
#include "plugin/base/job.h"

static struct executors executors;
static struct task *woken;

struct executors *executors_acquire(const struct executors_sizes *sizes)
{
    (void)sizes;
    return &executors;
}

void executors_release(struct executors **released)
{
    *released = NULL;
}

bool pool_submit(struct pool *pool, struct task *task)
{
    (void)pool;
    task->run(task);
    return true;
}

bool pool_begin_long(struct pool *pool)
{
    (void)pool;
    return true;
}

void pool_end_long(struct pool *pool)
{
    (void)pool;
}

void job_init(struct job *job, struct pool *pool, void (*run)(struct job *job))
{
    *job = (struct job){.pool = pool, .run = run};
}

bool job_wake(struct job *job)
{
    if (job->state == JOB_QUEUED)
        return true;
    job->state = JOB_QUEUED;
    job->task.next = woken;
    woken = &job->task;
    return true;
}

bool job_wake_after(struct job *job, enum delay delay)
{
    (void)job;
    errno = EAGAIN;
    return delay == DELAY_WATCH; /* Nobody misses a watch that never comes. */
}

void inline_executors_run(void)
{
    while (woken != NULL) {
        struct job *job = (struct job *)woken;
        woken = woken->next;
        job->state = JOB_IDLE;
        job->run(job);
    }
}

void job_wait(struct job *job)
{
    (void)job;
    inline_executors_run();
}

void job_rest(struct job *job)
{
    job_wait(job);
}

void job_stop(struct job *job)
{
    job_wait(job);
}

bool job_stop_within(struct job *job, int milliseconds)
{
    (void)milliseconds;
    job_wait(job);
    return true;
}
