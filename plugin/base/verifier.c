// SPDX-License-Identifier: MIT
#include "plugin/base/verifier.h"

#include <stdlib.h>

#include "plugin/base/thread.h"

bool verifier_init(struct verifier *verifier, int limit)
{
    *verifier = (struct verifier){.limit = limit};
    verifier->threads = calloc((size_t)limit, sizeof *verifier->threads);
    if (verifier->threads == NULL)
        return false;
    verifier->last = &verifier->first;
    pthread_mutex_init(&verifier->lock, NULL);
    pthread_cond_init(&verifier->work, NULL);
    return true;
}

/* Waits for a job. NULL when the thread is to end. */
static struct verifier_job *take(struct verifier *verifier)
{
    pthread_mutex_lock(&verifier->lock);
    verifier->idle++;
    while (verifier->first == NULL && !verifier->stopping)
        pthread_cond_wait(&verifier->work, &verifier->lock);
    verifier->idle--;
    struct verifier_job *job = verifier->first;
    if (job != NULL) {
        verifier->first = job->next;
        if (verifier->first == NULL)
            verifier->last = &verifier->first;
    }
    pthread_mutex_unlock(&verifier->lock);
    return job;
}

static void *work(void *argument)
{
    struct verifier *verifier = argument;
    struct verifier_job *job;
    while ((job = take(verifier)) != NULL)
        job->run(job);
    return NULL;
}

bool verifier_submit(struct verifier *verifier, struct verifier_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&verifier->lock);
    /* A job that is queued already is as good as taken by an idle thread. */
    if ((verifier->idle == 0 || verifier->first != NULL) && verifier->count < verifier->limit &&
        thread_start(&verifier->threads[verifier->count], work, verifier))
        verifier->count++;
    const bool served = verifier->count > 0;
    if (served) {
        *verifier->last = job;
        verifier->last = &job->next;
        pthread_cond_signal(&verifier->work);
    }
    pthread_mutex_unlock(&verifier->lock);
    return served;
}

void verifier_finish(struct verifier *verifier)
{
    if (verifier->threads == NULL)
        return;
    pthread_mutex_lock(&verifier->lock);
    verifier->stopping = true;
    pthread_cond_broadcast(&verifier->work);
    pthread_mutex_unlock(&verifier->lock);
    for (int i = 0; i < verifier->count; i++)
        pthread_join(verifier->threads[i], NULL);
    free(verifier->threads);
    verifier->threads = NULL;
    pthread_cond_destroy(&verifier->work);
    pthread_mutex_destroy(&verifier->lock);
}
