// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/mutation_queue.h"

void mutation_queue_init(struct mutation_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
    pthread_mutex_init(&queue->lock, NULL);
}

void mutation_queue_finish(struct mutation_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
}

/* The job can't see the queue before the mutation is in it: it waits for the lock. */
bool mutation_queue_add(struct mutation_queue *queue, struct store_mutation *mutation,
                        struct job *job)
{
    mutation->next = NULL;
    pthread_mutex_lock(&queue->lock);
    const bool added = queue->first != NULL || job_wake(job);
    if (added) {
        *queue->last = mutation;
        queue->last = &mutation->next;
    }
    pthread_mutex_unlock(&queue->lock);
    return added;
}

bool mutation_queue_is_empty(struct mutation_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    const bool empty = queue->first == NULL;
    pthread_mutex_unlock(&queue->lock);
    return empty;
}

struct store_mutation *mutation_queue_take(struct mutation_queue *queue, int limit)
{
    pthread_mutex_lock(&queue->lock);
    struct store_mutation *list = queue->first, *end = list;
    for (int i = 1; end != NULL && i < limit && end->next != NULL; i++)
        end = end->next;
    queue->first = end == NULL ? NULL : end->next;
    if (queue->first == NULL)
        queue->last = &queue->first;
    if (end != NULL)
        end->next = NULL;
    pthread_mutex_unlock(&queue->lock);
    return list;
}

void mutation_queue_put_back(struct mutation_queue *queue, struct store_mutation *list)
{
    struct store_mutation **end = &list;
    while (*end != NULL)
        end = &(*end)->next;
    pthread_mutex_lock(&queue->lock);
    if (queue->first == NULL)
        queue->last = end;
    *end = queue->first;
    queue->first = list;
    pthread_mutex_unlock(&queue->lock);
}

struct store_mutation *mutation_queue_take_impatient(struct mutation_queue *queue, uint64_t since,
                                                     enum store_status status,
                                                     const struct store_detail *detail)
{
    struct store_mutation *ended = NULL, **last = &ended;
    pthread_mutex_lock(&queue->lock);
    struct store_mutation **place = &queue->first;
    while (*place != NULL) {
        struct store_mutation *mutation = *place;
        const bool expired = deadline_passed(mutation->deadline);
        if (!expired && mutation->waits_since > since) {
            place = &mutation->next;
            continue;
        }
        mutation->status = expired ? STORE_EXPIRED : status;
        mutation->detail = *detail;
        *place = mutation->next;
        *last = mutation;
        last = &mutation->next;
    }
    *last = NULL;
    queue->last = place;
    pthread_mutex_unlock(&queue->lock);
    return ended;
}
