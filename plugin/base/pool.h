// SPDX-License-Identifier: MIT
/*
 * Threads that run tasks, for what a host's thread must not wait for. They start as they are
 * needed, up to a limit, and stay until the pool is finished. What must not run twice at the same
 * time, or later, is a job (job.h). The pools of the process are in executors.h.
 */
#ifndef PLUGIN_BASE_POOL_H
#define PLUGIN_BASE_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { POOL_THREADS = 256 }; /* The most that a pool may have. */

/* Owned by the caller until `run` is called, once. `run` may free it. */
struct task {
    void (*run)(struct task *task);

    /* The pool's. */
    struct task *next;
    struct task **place; /* What points to it in its list; NULL: it is in none. */
    uint64_t due;        /* When it is on the clock: CLOCK_MONOTONIC, nanoseconds. */
};

struct task_list {
    struct task *first;
    struct task **last;
};

/* How long a job may have to wait for its next run (job_wake_after). */
enum delay {
    DELAY_RETRY,       /* 2 ms: for a lock that was just seen. */
    DELAY_RETRY_LATER, /* 20 ms: for a lock that others keep. */
    DELAY_SWEEP,       /* 50 ms: for what nobody may need any more. */
    DELAY_LEASE,       /* 500 ms: for what must be heeded within a second. */
    DELAY_WATCH,       /* 10 s: for what may have changed outside. */
    DELAY_REST,        /* An hour: for what is not urgent. */
    DELAYS,
};

/* Tasks that wait for their time, and the thread that hands them to the pool (clock.c). */
struct clock {
    struct task_list waiting[DELAYS]; /* Each in the order in which they are due. */
    pthread_cond_t changed;
    pthread_t thread;
    bool started;
};

struct pool {
    const char *name;     /* Of its threads; at most 15 characters. */
    int niceness;         /* Added to that of the process. */
    pthread_mutex_t lock; /* Guards the members below, and the state of its jobs. */
    pthread_cond_t work;
    pthread_cond_t settled; /* A job's run has ended. */
    struct task_list ready;
    struct clock clock;
    int limit;
    int idle;
    int count;
    int long_tasks;
    bool stopping;
    pthread_t threads[POOL_THREADS];
};

/* `limit` is from 1 to POOL_THREADS. */
void pool_init(struct pool *pool, const char *name, int limit, int niceness);

/* Runs what is ready, and ends the threads. No task may be on the clock, nor be submitted. */
void pool_finish(struct pool *pool);

/* Raises the limit; does nothing if it is as high already. */
void pool_raise(struct pool *pool, int limit);

/*
 * Any thread, those of pools included. Tasks start in the order of their submission. False if there
 * is no thread and none can be started, for which errno says why: the task will not run.
 */
bool pool_submit(struct pool *pool, struct task *task);

/*
 * For a task that may take minutes: whether it may begin that now. At most a quarter of the pool,
 * but at least one thread, may be occupied so. Any thread.
 */
bool pool_begin_long(struct pool *pool);
void pool_end_long(struct pool *pool);

/* ---- For job.c and clock.c, with the pool's lock held ---- */

void task_list_append(struct task_list *list, struct task *task);
void task_list_remove(struct task_list *list, struct task *task);

/* Makes the task ready; wake a thread with pool->work afterwards. False as for pool_submit. */
bool pool_push(struct pool *pool, struct task *task);

/* Starts the clock's thread, if it does not run. False if it can't be started; errno says why. */
bool clock_start(struct pool *pool);

/* Makes the task ready after the delay. The clock must have been started. */
void clock_add(struct pool *pool, struct task *task, enum delay delay);
void clock_remove(struct pool *pool, struct task *task);

#endif
