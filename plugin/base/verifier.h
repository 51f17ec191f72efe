// SPDX-License-Identifier: MIT
/*
 * Threads that do what takes long and needs no storage: checking signatures. Started as they are
 * needed.
 */
#ifndef PLUGIN_VERIFIER_H
#define PLUGIN_VERIFIER_H

#include <pthread.h>
#include <stdbool.h>

/* Kept by the caller until `run` is called, exactly once, on a thread of the verifier's. */
struct verifier_job {
    void (*run)(struct verifier_job *job);
    struct verifier_job *next; /* The verifier's. */
};

struct verifier {
    int limit;
    pthread_mutex_t lock; /* Of what follows. */
    pthread_cond_t work;
    struct verifier_job *first;
    struct verifier_job **last;
    int idle;
    int count;
    bool stopping;
    pthread_t *threads;
};

/* `limit` is the most threads. False if memory ran out. */
bool verifier_init(struct verifier *verifier, int limit);

/* Ends the threads; no job may be under way. */
void verifier_finish(struct verifier *verifier);

/* Any thread. False, and the job will not run, if no thread could be started. */
bool verifier_submit(struct verifier *verifier, struct verifier_job *job);

#endif
