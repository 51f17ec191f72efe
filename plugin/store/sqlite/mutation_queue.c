// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/mutation_queue.h"

static void clear(struct mutation_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

void mutation_queue_init(struct mutation_queue *queue)
{
    clear(queue);
    pthread_mutex_init(&queue->lock, NULL);
}

void mutation_queue_finish(struct mutation_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
}

/* ---- Turns. A queue of one organization is named by its first mutation ---- */

/* Where the organization's queue is among the turns, or where it would be appended. */
static struct store_mutation **find(struct mutation_queue *queue, struct text organization_id)
{
    struct store_mutation **place = &queue->first;
    while (*place != NULL && !text_equal((*place)->organization_id, organization_id))
        place = &(*place)->next_turn;
    return place;
}

static struct store_mutation *remove_turn(struct mutation_queue *queue,
                                          struct store_mutation **place)
{
    struct store_mutation *first = *place;
    *place = first->next_turn;
    if (*place == NULL)
        queue->last = place;
    return first;
}

static void append_turn(struct mutation_queue *queue, struct store_mutation *first)
{
    first->next_turn = NULL;
    *queue->last = first;
    queue->last = &first->next_turn;
}

static void put_turn_first(struct mutation_queue *queue, struct store_mutation *first)
{
    first->next_turn = queue->first;
    if (queue->first == NULL)
        queue->last = &first->next_turn;
    queue->first = first;
}

/* The mutation becomes one more of its organization. */
static void append(struct mutation_queue *queue, struct store_mutation *mutation)
{
    struct store_mutation *first = *find(queue, mutation->organization_id);
    mutation->next = NULL;
    mutation->end = mutation;
    if (first == NULL) {
        append_turn(queue, mutation);
    } else {
        first->end->next = mutation;
        first->end = mutation;
    }
}

/* ---- The queue ---- */

/* The job can't see the queue before the mutation is in it: it waits for the lock. */
bool mutation_queue_add(struct mutation_queue *queue, struct store_mutation *mutation,
                        struct job *job)
{
    pthread_mutex_lock(&queue->lock);
    const bool added = queue->first != NULL || job_wake(job);
    if (added)
        append(queue, mutation);
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
    struct store_mutation *list = NULL, **last = &list;
    pthread_mutex_lock(&queue->lock);
    for (int i = 0; i < limit && queue->first != NULL; i++) {
        struct store_mutation *mutation = remove_turn(queue, &queue->first);
        if (mutation->next != NULL) {
            mutation->next->end = mutation->end;
            append_turn(queue, mutation->next);
        }
        *last = mutation;
        last = &mutation->next;
    }
    *last = NULL;
    pthread_mutex_unlock(&queue->lock);
    return list;
}

static struct store_mutation *reverse(struct store_mutation *list)
{
    struct store_mutation *reversed = NULL;
    while (list != NULL) {
        struct store_mutation *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

void mutation_queue_put_back(struct mutation_queue *queue, struct store_mutation *list)
{
    pthread_mutex_lock(&queue->lock);
    for (struct store_mutation *mutation = reverse(list), *next; mutation != NULL;
         mutation = next) {
        next = mutation->next;
        struct store_mutation **place = find(queue, mutation->organization_id);
        mutation->next = *place == NULL ? NULL : remove_turn(queue, place);
        mutation->end = mutation->next == NULL ? mutation : mutation->next->end;
        put_turn_first(queue, mutation);
    }
    pthread_mutex_unlock(&queue->lock);
}

struct store_mutation *mutation_queue_take_impatient(struct mutation_queue *queue, uint64_t since,
                                                     enum store_status status,
                                                     const struct store_detail *detail)
{
    struct store_mutation *ended = NULL, **last = &ended;
    pthread_mutex_lock(&queue->lock);
    struct store_mutation *turn = queue->first, *next_turn;
    clear(queue);
    for (; turn != NULL; turn = next_turn) {
        next_turn = turn->next_turn;
        for (struct store_mutation *mutation = turn, *next; mutation != NULL; mutation = next) {
            next = mutation->next;
            const bool expired = deadline_passed(mutation->deadline);
            if (!expired && mutation->waits_since > since) {
                append(queue, mutation);
                continue;
            }
            mutation->status = expired ? STORE_EXPIRED : status;
            mutation->detail = *detail;
            *last = mutation;
            last = &mutation->next;
        }
    }
    *last = NULL;
    pthread_mutex_unlock(&queue->lock);
    return ended;
}
