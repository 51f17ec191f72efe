// SPDX-License-Identifier: MIT
/*
 * Group commit. The thread that finds the writer idle becomes the writer: it commits what is
 * queued, batch by batch, until nothing is. Other threads only queue. One wait for the disk serves
 * a whole batch, while each mutation has a savepoint of its own. A lone mutation does not wait for
 * company.
 */
#ifndef PLUGIN_STORE_SQLITE_WRITER_H
#define PLUGIN_STORE_SQLITE_WRITER_H

#include <pthread.h>

#include "plugin/base/executor.h"
#include "plugin/store/sqlite/apply.h"
#include "plugin/store/sqlite/readers.h"
#include "plugin/store/sqlite/settle.h"

struct writer {
    struct apply_context context;
    struct write_link link;
    struct settler settler;
    struct readers *readers;
    struct executor *executor;
    struct task probe;
    atomic_bool probing; /* The task is under way. */
    /* enum store_health: a batch failed for want of something, or the last probe did, too. */
    atomic_int failing;
    _Atomic uint64_t probe_at; /* If so: CLOCK_MONOTONIC, nanoseconds. */
    void *user;
    int64_t (*unix_milliseconds)(void *user);

    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t idle;
    struct store_mutation *first;
    struct store_mutation **last;
    bool busy;
};

/*
 * Takes the connection over. The collation, the readers, the executor of `options` and the state
 * must outlive the writer.
 */
void writer_init(struct writer *writer, const struct connection *connection,
                 const struct store_options *options, const struct collation *collation,
                 struct readers *readers, struct state_board *state);

/* Waits until nothing is queued and nobody writes. */
void writer_drain(struct writer *writer);

/* After writer_drain. */
void writer_finish(struct writer *writer);

/*
 * Any thread, before the executor is finished. If writing has stopped since a commit failed, or the
 * last batch failed for want of something, such as room on the disk, finds out on a thread of the
 * executor whether a small transaction succeeds: there may be no mutation that would.
 */
void writer_look(struct writer *writer);

/* As store_submit. */
void writer_submit(struct writer *writer, struct store_mutation *mutation);

#endif
