// SPDX-License-Identifier: MIT
/*
 * The one thread that writes. What is waiting when it comes round is committed together: one wait
 * for the disk serves all of it, while each mutation has a savepoint of its own. A lone mutation
 * does not wait for company.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <pthread.h>

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/readers.h"

struct writer {
    const struct store_options *options;
    const struct collation *collation;
    struct readers *readers;
    struct connection connection;
    struct identifier_mint mint;

    pthread_mutex_t lock; /* Of what follows. */
    pthread_cond_t work;
    pthread_cond_t idle;
    struct store_mutation *first;
    struct store_mutation **last;
    bool busy;
    bool stopping;
    bool started;
    pthread_t thread;
};

/* Takes the connection over, also where it fails. The thread is started by the first mutation. */
void writer_init(struct writer *writer, const struct connection *connection,
                 const struct store_options *options, const struct collation *collation,
                 struct readers *readers);

/* Waits until nothing is queued or being written. */
void writer_drain(struct writer *writer);

/* After writer_drain. */
void writer_finish(struct writer *writer);

void writer_submit(struct writer *writer, struct store_mutation *mutation);

#endif
