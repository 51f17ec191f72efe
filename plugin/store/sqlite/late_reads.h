// SPDX-License-Identifier: MIT
/*
 * The reads that can't run inline: no connection is open and free, or a lock is held. They run in
 * turns on the storage pool, one at a time, in the order of their coming. Another process's lock is
 * waited for on the clock, and occupies no thread.
 */
#ifndef PLUGIN_STORE_SQLITE_LATE_READS_H
#define PLUGIN_STORE_SQLITE_LATE_READS_H

#include "plugin/store/sqlite/readers.h"

struct late_reads {
    struct job job;
    struct readers *readers;
    unsigned tries;       /* That have met a lock, since the last one that did not. */
    pthread_mutex_t lock; /* Guards the queue. */
    struct store_read *first;
    struct store_read **last;
};

/* The readers and the pool must outlive it. */
void late_reads_init(struct late_reads *late, struct readers *readers, struct pool *pool);

/* After readers_drain. Does nothing for a zeroed one. */
void late_reads_finish(struct late_reads *late);

/* As read_now of an engine. */
bool late_reads_read_now(struct late_reads *late, struct store_read *read);

/* As store_read: inline, or late. */
int32_t late_reads_read(struct late_reads *late, struct store_read *read);

/* Waits until none is left. */
void late_reads_drain(struct late_reads *late);

#endif
