// SPDX-License-Identifier: MIT
/* A bounded set of connections that read, each used by one thread at a time. Any thread. */
#ifndef PLUGIN_STORE_SQLITE_READERS_H
#define PLUGIN_STORE_SQLITE_READERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "plugin/base/job.h"
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
    atomic_bool wanted;   /* Late reads wait for a slot. */
    struct job *late;     /* They. */
    struct job sweeper;   /* Ends snapshots that nobody uses. */
    atomic_bool sweeping; /* It is going to run. */
};

/*
 * `base` is copied to each reader. `late` is the job of the reads that wait for a slot, which is
 * woken when one is free; it must outlive readers_drain, and all else the readers. False if out of
 * memory.
 */
bool readers_init(struct readers *readers, const struct sqlite_options *options,
                  const struct collation *collation, struct file_guard *guard,
                  struct agreement *agreement, struct integrity *integrity,
                  const struct store_reader *base, struct pool *pool, struct job *late);

/*
 * While the store is opened: opens the first connection, so that there is one to read with when no
 * other can be opened. GQL_PENDING as connection_fail_or_wait.
 */
int32_t readers_open_first(struct readers *readers, enum store_opening *ret_opening,
                           gql_failure *failure);

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

enum taking {
    READER_TAKEN,
    READER_LOCKED, /* Another process holds a lock; try again soon. */
    READER_WANTED, /* No slot is free; the job of late reads is woken when one is. */
    READER_FAILED,
};

/*
 * The same, but opens the connection if need be. If none can be opened, one that is open will do,
 * when it is free. Sets the status and the detail unless it is READER_TAKEN. One thread at a time.
 */
enum taking readers_take(struct readers *readers, struct reader **ret_reader,
                         enum store_status *ret_status, struct store_detail *detail);

/* Whether a connection is open. */
bool readers_any_open(const struct readers *readers);

/* How many snapshots are kept between reads. */
uint64_t readers_count_kept(const struct readers *readers);

void readers_give_back(struct reader *reader);

/* Any thread, after a commit: ends the snapshots that are kept between reads, now out of date. */
void readers_end_kept(struct readers *readers);

#endif
