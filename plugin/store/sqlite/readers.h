// SPDX-License-Identifier: MIT
/* A bounded set of connections that read, each used by one thread at a time. Any thread. */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/snapshot.h"
#include "plugin/store/sqlite/sweeper.h"

struct store_reader {
    _Alignas(64) atomic_bool taken;
    /* Its snapshot is open although nobody reads. Written by whoever has taken it. */
    atomic_bool kept;
    bool open;
    struct connection connection;
    struct snapshot snapshot;
    struct readers *readers;
};

struct readers {
    const struct store_options *options;
    const struct collation *collation;
    struct store_reader *slots;
    int count;
    atomic_bool closed;
    atomic_int waiting;
    pthread_mutex_t lock; /* Only for those that found every slot taken. */
    pthread_cond_t freed;
    struct sweeper sweeper; /* Of snapshots that are kept and not used again. */
};

/* The options and the collation must outlive it. False if memory ran out. */
bool readers_init(struct readers *readers, const struct store_options *options,
                  const struct collation *collation);

/* Waits for those that are taken; from now on none is given out. */
void readers_drain(struct readers *readers);

/* After readers_drain. */
void readers_finish(struct readers *readers);

/*
 * A free connection in a snapshot, opened if need be; waits where all are taken. NULL with the
 * status.
 */
struct store_reader *readers_take(struct readers *readers, enum store_status *ret_status,
                                  struct store_trouble *trouble);
void readers_give_back(struct store_reader *reader);

/* Any thread, after a commit: ends the snapshots that are kept, which nobody can go on with. */
void readers_end_kept(struct readers *readers);

#endif
