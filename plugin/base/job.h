// SPDX-License-Identifier: MIT
/*
 * Work that comes again and again, and runs on one thread of a pool at a time: a serial queue that
 * is emptied in turns, or a look at something from time to time. Whoever has work for it wakes it;
 * if it runs, it runs once more afterwards, so no work is overlooked. Jobs that are ready take
 * turns: one that has more to do than a short turn wakes itself, and comes after the others.
 */
#ifndef PLUGIN_BASE_JOB_H
#define PLUGIN_BASE_JOB_H

#include "plugin/base/pool.h"

enum { JOB_TURN_NANOSECONDS = 5 * 1000 * 1000 }; /* How long a turn may take. */

/* The delay before somebody who was told `tries` times in a row that a lock is held tries again. */
static inline enum delay job_retry_delay(unsigned tries)
{
    return tries < 8 ? DELAY_RETRY : DELAY_RETRY_LATER;
}

/* Owned by the caller from job_init until job_stop returns. The pool must outlive it. */
struct job {
    struct task task;
    struct pool *pool;
    void (*run)(struct job *job);

    /* The members below are guarded by the pool's lock. */
    enum { JOB_IDLE, JOB_QUEUED, JOB_RUNNING } state; /* Queued: it is ready, or on the clock. */
    enum { JOB_NO_MORE, JOB_LATER, JOB_NOW } again;   /* After the present run. */
    enum delay delay;
    bool stopped;
};

void job_init(struct job *job, struct pool *pool, void (*run)(struct job *job));

/*
 * Any thread, `run` included: runs it as soon as possible, even if it is on the clock. False, with
 * errno, if there is no thread and none can be started, or the job is stopped (ECANCELED); never
 * while it runs.
 */
bool job_wake(struct job *job);

/*
 * The same after a delay; does nothing if it will run anyway, though that may be later. False, with
 * errno, if the clock can't be started, or the job is stopped.
 */
bool job_wake_after(struct job *job, enum delay delay);

/* Waits until it is idle: neither running nor about to. Not on a thread of its pool. */
void job_wait(struct job *job);

/*
 * Takes it back if it does not run; otherwise waits for the end of the run. Unlike job_wait, a
 * thread of its pool may call it, but for the job itself: it waits for no thread to become free.
 */
void job_rest(struct job *job);

/* The same, and it never runs again. Does nothing for a zeroed job. */
void job_stop(struct job *job);

/* As job_stop, but false if it still runs after that time; call it again then. */
bool job_stop_within(struct job *job, int milliseconds);

#endif
