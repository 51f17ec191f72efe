// SPDX-License-Identifier: MIT
/*
 * Mutations that wait to be committed. Those of one organization keep their order; organizations
 * take turns, so that one with a long queue does not hold up the others of its database. Any thread
 * may add; the writer's job takes.
 */
#ifndef PLUGIN_STORE_SQLITE_MUTATION_QUEUE_H
#define PLUGIN_STORE_SQLITE_MUTATION_QUEUE_H

#include "plugin/base/job.h"
#include "plugin/store/store.h"

struct mutation_queue {
    pthread_mutex_t lock; /* Guards the list. */
    /*
     * The first mutation of each organization, in the order of the turns, by `next_turn`. The
     * others follow it by `next`.
     */
    struct store_mutation *first;
    struct store_mutation **last;
};

void mutation_queue_init(struct mutation_queue *queue);
void mutation_queue_finish(struct mutation_queue *queue);

/*
 * Wakes the job if it is the first: a job that runs looks at the queue again, and one that waits
 * for a lock does so in time. False, with errno, if the job can't be woken; the mutation is not in
 * the queue then.
 */
bool mutation_queue_add(struct mutation_queue *queue, struct store_mutation *mutation,
                        struct job *job);

bool mutation_queue_is_empty(struct mutation_queue *queue);

/* At most `limit`, one of each organization in turn, as a list; NULL if the queue is empty. */
struct store_mutation *mutation_queue_take(struct mutation_queue *queue, int limit);

/* Puts a list that is not empty, and was just taken, before all others. */
void mutation_queue_put_back(struct mutation_queue *queue, struct store_mutation *list);

/*
 * Takes out those that have waited long enough, to their deadline, or since `since` or longer, and
 * sets their status: STORE_EXPIRED, or `status` with the detail.
 */
struct store_mutation *mutation_queue_take_impatient(struct mutation_queue *queue, uint64_t since,
                                                     enum store_status status,
                                                     const struct store_detail *detail);

#endif
