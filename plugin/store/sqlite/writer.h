// SPDX-License-Identifier: MIT
/*
 * Group commit: the serial queue of a database. Whoever has a mutation queues it; a job commits
 * what is queued, batch by batch, one in each turn. One wait for the disk serves a whole batch,
 * while each mutation has a savepoint of its own. A lone mutation does not wait for company.
 * Another process's lock is waited for on the clock, and occupies no thread.
 */
#ifndef PLUGIN_STORE_SQLITE_WRITER_H
#define PLUGIN_STORE_SQLITE_WRITER_H

#include "plugin/base/job.h"
#include "plugin/store/sqlite/apply.h"
#include "plugin/store/sqlite/mutation_queue.h"
#include "plugin/store/sqlite/other_commits.h"
#include "plugin/store/sqlite/readers.h"
#include "plugin/store/sqlite/settle.h"

struct writer {
    struct job job;
    struct apply_context context;
    struct write_link link;
    struct settler settler;
    struct readers *readers;
    /* enum store_health: a batch failed for want of something, or the last probe did, too. */
    atomic_int failing;
    atomic_bool doubted;       /* writer_probe; since then, no transaction has succeeded. */
    _Atomic uint64_t probe_at; /* If so: CLOCK_MONOTONIC, nanoseconds. */
    unsigned tries;            /* That have met a lock, since the last one that did not. */
    void *user;
    int64_t (*unix_milliseconds)(void *user);
    struct mutation_queue queue;
    atomic_bool draining; /* The next turn without a batch copies the log. */
    bool changed;         /* The batch has: there is something to commit. */
    struct other_commits others;
};

/*
 * Takes the connection over. The collation, the readers, the executors of `options` and the
 * state must outlive the writer.
 */
void writer_init(struct writer *writer, const struct connection *connection,
                 const struct store_options *options, const struct collation *collation,
                 struct readers *readers, struct state_board *state);

/*
 * Waits until nothing is queued, and has the log copied into the database in a turn of its own: of
 * many databases that are drained before they are closed, several do that at once. On a thread of
 * the storage pool, only when nothing is queued.
 */
void writer_drain(struct writer *writer);

/* After writer_drain. */
void writer_finish(struct writer *writer);

/*
 * Any thread. If writing has stopped since a commit failed, or the last batch failed for want of
 * something, such as room on the disk, finds out in a turn whether a small transaction succeeds:
 * there may be no mutation that would.
 */
void writer_look(struct writer *writer);

/* The same whatever calls were rejected for; a success is PROOF_CHANGES. */
void writer_probe(struct writer *writer);

/* As store_submit. */
bool writer_submit(struct writer *writer, struct store_mutation *mutation);

#endif
