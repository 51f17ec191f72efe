// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/queue.h"

#include "plugin/base/organization.h"
#include "plugin/store/postgres/impatience.h"

enum { READS_TOGETHER = 256, IDS_TOGETHER = 1024, MUTATIONS_TOGETHER = 256 };

void queue_init(struct queue *queue)
{
    *queue = (struct queue){0};
    queue->last_read = &queue->first_read;
    queue->last_mutation = &queue->first_mutation;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->settled, NULL);
}

void queue_finish(struct queue *queue)
{
    pthread_cond_destroy(&queue->settled);
    pthread_mutex_destroy(&queue->lock);
}

static void make_idle(struct queue *queue, struct worker *worker)
{
    worker->next = queue->idle;
    queue->idle = worker;
    queue->idle_count++;
}

void queue_add_worker(struct queue *queue, struct worker *worker)
{
    pthread_mutex_lock(&queue->lock);
    make_idle(queue, worker);
    queue->workers++;
    pthread_mutex_unlock(&queue->lock);
}

/* ---- Adding. The caller holds the lock ---- */

/* False if nobody will look at the queue: a worker that is not idle does before it gets idle. */
static bool wake_one(struct queue *queue)
{
    struct worker *worker = queue->idle;
    if (worker == NULL)
        return true;
    if (!job_wake(&worker->job))
        return queue->idle_count < queue->workers;
    queue->idle = worker->next;
    queue->idle_count--;
    return true;
}

static enum queueing admit(struct queue *queue)
{
    if (queue->draining)
        return DRAINING;
    if (!wake_one(queue))
        return NO_THREAD;
    queue->pending++;
    return QUEUED;
}

enum queueing queue_add_read(struct queue *queue, struct store_read *read)
{
    read->next = NULL;
    read->waits_since = monotonic_now();
    pthread_mutex_lock(&queue->lock);
    const enum queueing how = admit(queue);
    if (how == QUEUED) {
        *queue->last_read = read;
        queue->last_read = &read->next;
    }
    pthread_mutex_unlock(&queue->lock);
    return how;
}

/* A change knows the ID, and perhaps not whose it is. */
static uint32_t tag_of(const struct store_mutation *mutation)
{
    if (mutation->kind == STORE_SWEEP)
        return QUEUE_SWEEPS;
    return mutation->kind == STORE_UPDATE || mutation->kind == STORE_DELETE
               ? identifier_tag(&mutation->id)
               : organization_tag(mutation->organization_id);
}

enum queueing queue_add_mutation(struct queue *queue, struct store_mutation *mutation)
{
    mutation->next = NULL;
    mutation->waits_since = monotonic_now();
    mutation->tag = tag_of(mutation);
    pthread_mutex_lock(&queue->lock);
    const enum queueing how = admit(queue);
    if (how == QUEUED) {
        *queue->last_mutation = mutation;
        queue->last_mutation = &mutation->next;
    }
    pthread_mutex_unlock(&queue->lock);
    return how;
}

int64_t queue_waiting(struct queue *queue)
{
    int64_t count = 0;
    pthread_mutex_lock(&queue->lock);
    for (const struct store_read *read = queue->first_read; read != NULL; read = read->next)
        count++;
    for (const struct store_mutation *m = queue->first_mutation; m != NULL; m = m->next)
        count++;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

void queue_probe(struct queue *queue, enum probe probe)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->probe < probe && !queue->draining && wake_one(queue))
        queue->probe = probe;
    pthread_mutex_unlock(&queue->lock);
}

/* ---- Taking. The caller holds the lock ---- */

static bool is_by_id(const struct store_read *read)
{
    return read->route.organization_id.data == NULL && read->route.id_count > 0;
}

static struct store_read *remove_read(struct queue *queue, struct store_read **place)
{
    struct store_read *read = *place;
    *place = read->next;
    if (*place == NULL)
        queue->last_read = place;
    read->next = NULL;
    return read;
}

static struct store_read *take_reads_by_id(struct queue *queue)
{
    int count = 0;
    size_t ids = 0;
    struct store_read *list = NULL, **last = &list, **place = &queue->first_read;
    while (*place != NULL && count < READS_TOGETHER) {
        const size_t more = (*place)->route.id_count;
        if (!is_by_id(*place) || (count > 0 && ids + more > IDS_TOGETHER)) {
            place = &(*place)->next;
            continue;
        }
        *last = remove_read(queue, place);
        last = &(*last)->next;
        ids += more;
        count++;
    }
    return list;
}

static bool take_reads(struct queue *queue, struct work *work)
{
    if (queue->first_read == NULL)
        return false;
    work->reads = is_by_id(queue->first_read) ? take_reads_by_id(queue)
                                              : remove_read(queue, &queue->first_read);
    return true;
}

static bool is_taken(const struct queue *queue, uint32_t tag)
{
    int i = 0;
    while (i < queue->writers && queue->tags[i] != tag)
        i++;
    return i < queue->writers;
}

static struct store_mutation *remove_mutation(struct queue *queue, struct store_mutation **place)
{
    struct store_mutation *mutation = *place;
    *place = mutation->next;
    if (*place == NULL)
        queue->last_mutation = place;
    mutation->next = NULL;
    return mutation;
}

static struct store_mutation *take_tag(struct queue *queue, struct store_mutation **place)
{
    const uint32_t tag = (*place)->tag;
    struct store_mutation *list = NULL, **last = &list;
    for (int count = 0; *place != NULL && count < MUTATIONS_TOGETHER;) {
        if ((*place)->tag != tag) {
            place = &(*place)->next;
            continue;
        }
        *last = remove_mutation(queue, place);
        last = &(*last)->next;
        count++;
    }
    return list;
}

/* One worker stays for reads, which need not wait for a commit. */
static bool take_mutations(struct queue *queue, struct work *work)
{
    struct store_mutation **place = &queue->first_mutation;
    if (queue->writers > 0 && queue->writers + 1 >= queue->workers)
        return false;
    while (*place != NULL && is_taken(queue, (*place)->tag))
        place = &(*place)->next;
    if (*place == NULL)
        return false;
    work->tag = (*place)->tag;
    work->mutations = take_tag(queue, place);
    queue->tags[queue->writers++] = work->tag;
    return true;
}

static bool take(struct queue *queue, struct work *work)
{
    const bool reads_first = queue->prefers_reads;
    queue->prefers_reads = !reads_first;
    work->probe = queue->probe;
    queue->probe = NO_PROBE;
    return work->probe != NO_PROBE || (reads_first && take_reads(queue, work)) ||
           take_mutations(queue, work) || take_reads(queue, work);
}

bool queue_take(struct queue *queue, struct worker *worker)
{
    pthread_mutex_lock(&queue->lock);
    const bool taken = take(queue, &worker->work);
    if (!taken)
        make_idle(queue, worker);
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void queue_end_writing(struct queue *queue, struct worker *worker)
{
    pthread_mutex_lock(&queue->lock);
    int i = 0;
    while (queue->tags[i] != worker->work.tag)
        i++;
    queue->tags[i] = queue->tags[--queue->writers];
    pthread_mutex_unlock(&queue->lock);
}

/* ---- Ending ---- */

void queue_note_answers(struct queue *queue, int64_t count)
{
    pthread_mutex_lock(&queue->lock);
    queue->pending -= count;
    if (queue->pending == 0)
        pthread_cond_broadcast(&queue->settled);
    pthread_mutex_unlock(&queue->lock);
}

void queue_take_impatient(struct queue *queue, uint64_t since, enum store_status status,
                          const struct store_detail *detail, struct work *ret_ended)
{
    *ret_ended = (struct work){0};
    pthread_mutex_lock(&queue->lock);
    queue->last_read = impatient_reads_take(&queue->first_read, since, status, detail,
                                            &ret_ended->reads);
    queue->last_mutation = impatient_mutations_take(&queue->first_mutation, since, status, detail,
                                                    &ret_ended->mutations);
    pthread_mutex_unlock(&queue->lock);
}

void queue_drain(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->draining = true;
    while (queue->pending > 0)
        pthread_cond_wait(&queue->settled, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
}
