// SPDX-License-Identifier: MIT
/*
 * Reads and mutations that wait for a connection. Reads by ID are handed out together. So are the
 * mutations of one tag, in their order; while a link has them, it alone has that tag. Any thread.
 */
#ifndef PLUGIN_STORE_POSTGRES_QUEUE_H
#define PLUGIN_STORE_POSTGRES_QUEUE_H

#include "plugin/base/job.h"
#include "plugin/store/store.h"

enum {
    LINKS_MAX = 64,
    QUEUE_SWEEPS = 1 << 24, /* In place of a tag, those of sweeps: it is no organization's. */
};

/* Whether reads, or changes too, are to be tried out. */
enum probe { NO_PROBE, PROBE_READS, PROBE_CHANGES };

/* What a link has to do. Zeroed: nothing. */
struct work {
    struct store_read *reads; /* By ID, or one that is not. */
    struct store_mutation *mutations;
    uint32_t tag; /* Of the mutations. */
    enum probe probe;
};

/* Who does the work: a job. */
struct worker {
    struct job job;
    struct work work;
    struct worker *next; /* Of those that are idle. */
};

struct queue {
    pthread_mutex_t lock; /* Guards the members below, but not the work of a worker. */
    pthread_cond_t settled;
    struct store_read *first_read, **last_read;
    struct store_mutation *first_mutation, **last_mutation;
    struct worker *idle;
    int workers;
    int idle_count;
    int writers;
    uint32_t tags[LINKS_MAX]; /* Of the writers. */
    int64_t pending;          /* Calls that have not been answered. */
    enum probe probe;
    bool prefers_reads;
    bool draining;
};

void queue_init(struct queue *queue);
void queue_finish(struct queue *queue);

/* Once for each worker, whose job wakes when there is work. */
void queue_add_worker(struct queue *queue, struct worker *worker);

/* How a call fared that wants to wait. */
enum queueing { QUEUED, NO_THREAD /* See errno. */, DRAINING };

enum queueing queue_add_read(struct queue *queue, struct store_read *read);
enum queueing queue_add_mutation(struct queue *queue, struct store_mutation *mutation);

/* Has a worker probe as much, unless one is about to. */
void queue_probe(struct queue *queue, enum probe probe);

/* Gives an idle or a running worker something to do. False: there is nothing; it is idle now. */
bool queue_take(struct queue *queue, struct worker *worker);

/* The worker's mutations are done, or have ended: others may have its tag. */
void queue_end_writing(struct queue *queue, struct worker *worker);

/* After `count` calls have been answered. */
void queue_note_answers(struct queue *queue, int64_t count);

/* Takes out those that have waited long enough (impatience.h). */
void queue_take_impatient(struct queue *queue, uint64_t since, enum store_status status,
                          const struct store_detail *detail, struct work *ret_ended);

/* How many calls nobody works on yet. */
int64_t queue_waiting(struct queue *queue);

/* Waits until all calls are answered; later ones are refused. */
void queue_drain(struct queue *queue);

#endif
