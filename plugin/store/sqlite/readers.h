// SPDX-License-Identifier: MIT
/* A bounded set of connections that read, each used by one thread at a time. Any thread. */
#ifndef PLUGIN_STORE_SQLITE_READERS_H
#define PLUGIN_STORE_SQLITE_READERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "plugin/base/sweeper.h"
#include "plugin/store/collation.h"
#include "plugin/store/engine.h"
#include "plugin/store/sqlite/agreement.h"
#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/file_guard.h"
#include "plugin/store/sqlite/integrity.h"
#include "plugin/store/sqlite/queries.h"
#include "plugin/store/sqlite/snapshot.h"

struct readers;

struct reader {
    struct store_reader base;
    _Alignas(64) atomic_bool taken;
    atomic_bool kept; /* Its snapshot stays open between reads. Written by the slot's holder. */
    atomic_bool open; /* Likewise. */
    struct connection connection;
    struct snapshot snapshot;
    struct file_sight sight;
    bool ordered; /* The snapshot's order is that of this store. */
    struct readers *readers;
    struct text organization_id; /* Whose row is below; borrowed from this read. No text: none. */
    struct organization_row organization;
};

struct readers {
    const struct sqlite_options *options;
    const struct collation *collation;
    struct file_guard *guard;
    struct agreement *agreement;
    struct integrity *integrity;
    struct reader *slots;
    int count;
    atomic_bool closed;
    atomic_int waiting;
    pthread_mutex_t lock; /* Only for threads that found every slot taken. */
    pthread_cond_t freed;
    struct sweeper sweeper; /* Ends snapshots that nobody uses. */
};

/* `base` is copied to each reader; all else must outlive it. False if out of memory. */
bool readers_init(struct readers *readers, const struct sqlite_options *options,
                  const struct collation *collation, struct file_guard *guard,
                  struct agreement *agreement, struct integrity *integrity,
                  const struct store_reader *base);

/*
 * Opens the first connection, so that there is one to read with when no other can be opened. Waits
 * as readers_take.
 */
int32_t readers_open_first(struct readers *readers, gql_failure *failure);

/* Waits for the readers in use; hands out none from now on. May be called again. */
void readers_drain(struct readers *readers);

/* As connection_keep_log, for all. After readers_drain. */
void readers_keep_log(struct readers *readers);

/* After readers_drain. */
void readers_finish(struct readers *readers);

/*
 * An open connection in a current snapshot, without any waiting; NULL if there is none that is free
 * and ready.
 */
struct reader *readers_take_ready(struct readers *readers);

/*
 * The same, but waits for a free slot, opens the connection, and waits for locks, until the
 * deadline or the busy timeout, which counts from `since` (CLOCK_MONOTONIC, nanoseconds): reads
 * that queue up behind a lock wait together, not one after the other. If no connection can be
 * opened, waits for an open one. NULL with the status and the detail on failure.
 */
struct reader *readers_take(struct readers *readers, struct deadline deadline, uint64_t since,
                            enum store_status *ret_status, struct store_detail *detail);

/* Whether a connection is open. */
bool readers_any_open(const struct readers *readers);

void readers_give_back(struct reader *reader);

/* Any thread, after a commit: ends the snapshots that are kept between reads, now out of date. */
void readers_end_kept(struct readers *readers);

#endif
