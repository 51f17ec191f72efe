// SPDX-License-Identifier: MIT
/*
 * How a store fares, for whoever watches the service: each part that watches over something reports
 * it here, and the worst report counts. Any thread.
 */
#ifndef PLUGIN_STORE_STATE_H
#define PLUGIN_STORE_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum store_health {
    STORE_HEALTHY,
    STORE_DEGRADED, /* Some calls are rejected, or will be soon. */
    STORE_FAILED,   /* Every mutation is rejected, or every read. */
};

struct store_state {
    enum store_health health;
    char reason[512]; /* For an operator; empty if healthy. NUL-terminated. */
};

/* What is watched over. */
enum state_subject {
    STATE_COMMITS,   /* Whether commits become durable. */
    STATE_WRITES,    /* Whether the last transaction that wrote found what it needed. */
    STATE_FILE,      /* Whether the file is the one that was opened. */
    STATE_AGREEMENT, /* Whether its schema and collation are those of this store. */
    STATE_CONTENT,   /* Whether what the file holds is sound. */
    STATE_SERVER,    /* Whether the database's server can be reached. */
    STATE_SUBJECTS,
};

/* What has been found to succeed, other than by a call. */
enum state_proof { PROOF_READS, PROOF_CHANGES, STATE_PROOFS };

struct state_report {
    enum store_health health;
    char *reason; /* NULL if healthy, or if memory ran out. */
};

struct state_board {
    pthread_mutex_t lock; /* Guards the members below. */
    struct state_report reports[STATE_SUBJECTS];
    uint64_t proofs[STATE_PROOFS]; /* CLOCK_MONOTONIC, nanoseconds. */
};

void state_board_init(struct state_board *board);
void state_board_finish(struct state_board *board);

/* Reports a subject's state. Returns whether its health differs from the last report's. */
bool state_report(struct state_board *board, enum state_subject subject, enum store_health health,
                  const char *reason);

/* It succeeded at that time, or later. */
void state_prove(struct state_board *board, enum state_proof proof, uint64_t time);

/* When it last succeeded; 0: never. */
uint64_t state_proved(struct state_board *board, enum state_proof proof);

/* The worst of all subjects; of equally bad ones, the first. */
struct store_state state_worst(struct state_board *board);

#endif
