// SPDX-License-Identifier: MIT
/*
 * A small pool of threads for what a host's thread must not wait for: checking signatures, opening
 * files, committing. Threads start as they are needed and stay until the executor is finished.
 */
#ifndef PLUGIN_BASE_EXECUTOR_H
#define PLUGIN_BASE_EXECUTOR_H

#include <pthread.h>
#include <stdbool.h>

/* Owned by the caller until `run` is called, once, on a thread of the executor. */
struct task {
    void (*run)(struct task *task); /* May free the task. */
    struct task *next;              /* The executor's. */
};

struct executor {
    int limit;
    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t work;
    struct task *first;
    struct task **last;
    int idle;
    int count;
    bool stopping;
    pthread_t *threads;
};

/* Uses at most `limit` threads. False if out of memory. */
bool executor_init(struct executor *executor, int limit);

/* Runs the tasks that are queued and ends the threads. Does nothing if executor_init failed. */
void executor_finish(struct executor *executor);

/*
 * Any thread, the executor's own included. Tasks start in the order of their submission. False if
 * there is no thread and none can be started, for which errno says why: the task will not run.
 */
bool executor_submit(struct executor *executor, struct task *task);

#endif
