// SPDX-License-Identifier: MIT
#include "plugin/base/executor.h"

#include <stdlib.h>

#include "plugin/base/thread.h"

bool executor_init(struct executor *executor, int limit)
{
    *executor = (struct executor){.limit = limit};
    executor->threads = calloc((size_t)limit, sizeof *executor->threads);
    if (executor->threads == NULL)
        return false;
    executor->last = &executor->first;
    pthread_mutex_init(&executor->lock, NULL);
    pthread_cond_init(&executor->work, NULL);
    return true;
}

/* Waits for a task. NULL once the executor stops and the queue is empty. */
static struct task *take(struct executor *executor)
{
    pthread_mutex_lock(&executor->lock);
    executor->idle++;
    while (executor->first == NULL && !executor->stopping)
        pthread_cond_wait(&executor->work, &executor->lock);
    executor->idle--;
    struct task *task = executor->first;
    if (task != NULL) {
        executor->first = task->next;
        if (executor->first == NULL)
            executor->last = &executor->first;
    }
    pthread_mutex_unlock(&executor->lock);
    return task;
}

static void *work(void *argument)
{
    struct executor *executor = argument;
    struct task *task;
    while ((task = take(executor)) != NULL)
        task->run(task);
    return NULL;
}

bool executor_submit(struct executor *executor, struct task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&executor->lock);
    /* An idle thread is as good as busy while a task is queued. */
    if ((executor->idle == 0 || executor->first != NULL) && executor->count < executor->limit &&
        thread_start(&executor->threads[executor->count], work, executor))
        executor->count++;
    const bool served = executor->count > 0;
    if (served) {
        *executor->last = task;
        executor->last = &task->next;
    }
    pthread_mutex_unlock(&executor->lock);
    /*
     * Not under the lock, for which the thread would have to wait. The executor is still there: its
     * instance is not destroyed while the call that submits is under way.
     */
    if (served)
        pthread_cond_signal(&executor->work);
    return served;
}

void executor_finish(struct executor *executor)
{
    if (executor->threads == NULL)
        return;
    pthread_mutex_lock(&executor->lock);
    executor->stopping = true;
    pthread_cond_broadcast(&executor->work);
    pthread_mutex_unlock(&executor->lock);
    for (int i = 0; i < executor->count; i++)
        pthread_join(executor->threads[i], NULL);
    free(executor->threads);
    executor->threads = NULL;
    pthread_cond_destroy(&executor->work);
    pthread_mutex_destroy(&executor->lock);
}
