// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/writer.h"

#include <stdio.h>

#include "plugin/base/deadline.h"
#include "plugin/base/tally.h"

/* So that the first of a long queue need not wait for the last, nor another database. */
enum { BATCH_LIMIT = 256, PROBE_NANOSECONDS = 1000 * 1000 * 1000 };

static void take_turn(struct job *job);

void writer_init(struct writer *writer, const struct connection *connection,
                 const struct store_options *options, const struct collation *collation,
                 struct readers *readers, struct state_board *state)
{
    *writer = (struct writer){.readers = readers,
                              .user = options->user,
                              .unix_milliseconds = options->unix_milliseconds};
    write_link_init(&writer->link, connection, options, readers);
    writer->settler = (struct settler){.link = &writer->link,
                                       .state = state,
                                       .user = options->user,
                                       .log = options->log};
    writer->context = (struct apply_context){.connection = &writer->link.connection,
                                             .collation = collation,
                                             .minting.mint = options->mint,
                                             .trail.connection = &writer->link.connection,
                                             .retention = options->retention};
    mutation_queue_init(&writer->queue);
    job_init(&writer->job, &options->executors->storage, take_turn);
}

/* Why SQLite itself rolled the transaction back: the code of the statement that failed. */
static int rollback_code(const struct writer *writer)
{
    const int code = sqlite3_extended_errcode(writer->link.connection.handle);
    return code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_ABORT_ROLLBACK
                                                                          : code;
}

/* Damage stops the whole batch, as it stops all that come after. */
static enum store_status judge(const struct writer *writer, enum store_status status,
                               const struct store_detail *detail)
{
    if (status != STORE_DAMAGED)
        return status;
    integrity_report(writer->readers->integrity, detail->text);
    return STORE_STOPPED;
}

/* Returns SQLite's code: any but SQLITE_OK concerns the whole transaction. */
static int write_one(struct writer *writer, struct store_mutation *mutation)
{
    int code = connection_run(&writer->link.connection, STATEMENT_SAVEPOINT);
    if (code != SQLITE_OK)
        return code;
    mutation->status = judge(writer, apply_mutation(&writer->context, mutation), &mutation->detail);
    if (mutation->status == STORE_STOPPED)
        return CONNECTION_STOPPED;
    /* SQLite itself rolls the transaction back after some failures: a full disk, no memory. */
    if (sqlite3_get_autocommit(writer->link.connection.handle))
        return rollback_code(writer);
    if (mutation->status != STORE_OK)
        code = connection_run(&writer->link.connection, STATEMENT_ROLLBACK_TO);
    return code == SQLITE_OK ? connection_run(&writer->link.connection, STATEMENT_RELEASE) : code;
}

/* ---- What the state says of writing ---- */

static const char *want_of(enum store_status status)
{
    switch (status) {
    case STORE_FULL:
        return "The database's disk was full";
    case STORE_SHORTAGE:
        return "The service was short of resources";
    case STORE_DENIED:
        return "The database's files could not be written";
    default:
        return NULL;
    }
}

/* Until a batch succeeds, or the probe, which is an empty one. */
static void note_failure(struct writer *writer, bool is_probe, enum store_status status,
                         const struct store_detail *detail)
{
    char reason[256];
    atomic_store(&writer->probe_at, monotonic_now() + PROBE_NANOSECONDS);
    if (want_of(status) == NULL)
        return;
    /* What a probe can't do, no mutation can. */
    if (is_probe || atomic_load(&writer->failing) == STORE_FAILED)
        atomic_store(&writer->failing, STORE_FAILED);
    else
        atomic_store(&writer->failing, STORE_DEGRADED);
    snprintf(reason, sizeof reason, "%s, and no change has succeeded since: %.150s",
             want_of(status), detail->text);
    state_report(writer->settler.state, STATE_WRITES,
                 (enum store_health)atomic_load(&writer->failing), reason);
}

static void note_success(struct writer *writer)
{
    if (atomic_load(&writer->failing) != STORE_HEALTHY &&
        atomic_exchange(&writer->failing, STORE_HEALTHY) != STORE_HEALTHY)
        state_report(writer->settler.state, STATE_WRITES, STORE_HEALTHY, "");
    if (atomic_load(&writer->doubted) && atomic_exchange(&writer->doubted, false))
        state_prove(writer->settler.state, PROOF_CHANGES, monotonic_now());
}

/* ---- A batch ---- */

/*
 * Returns SQLite's code. What is left when the turn is over goes back to the queue. An empty batch
 * writes too: it is a probe.
 */
static int apply_all(struct writer *writer, struct store_mutation *batch)
{
    const uint64_t now = monotonic_now(), end = now + JOB_TURN_NANOSECONDS;
    int code = SQLITE_OK;
    apply_begin(&writer->context, writer->unix_milliseconds(writer->user));
    writer->changed = batch == NULL;
    for (struct store_mutation *mutation = batch; mutation != NULL && code == SQLITE_OK;
         mutation = mutation->next) {
        tally_duration(TALLY_WAITS, now - mutation->waits_since);
        if (deadline_passed(mutation->deadline))
            mutation->status = STORE_EXPIRED;
        else
            code = write_one(writer, mutation);
        writer->changed = writer->changed || mutation->status == STORE_OK;
        if (mutation->next != NULL && monotonic_now() >= end) {
            mutation_queue_put_back(&writer->queue, mutation->next);
            mutation->next = NULL;
        }
    }
    return code == SQLITE_OK && writer->changed ? apply_end(&writer->context) : code;
}

/*
 * Nothing of the transaction remains. Every outcome goes with it, since it may rest on what a
 * neighbour wrote; only an expired mutation never looked at anything.
 */
static void fail_all(struct store_mutation *batch, enum store_status status,
                     const struct store_detail *detail)
{
    for (struct store_mutation *mutation = batch; mutation != NULL; mutation = mutation->next) {
        if (mutation->status == STORE_EXPIRED)
            continue;
        mutation->status = status;
        mutation->detail = *detail;
    }
}

/* The transaction may remain, with those mutations that it would have changed something for. */
static void doubt_all(struct store_mutation *batch, enum store_status status,
                      const struct store_detail *detail)
{
    for (struct store_mutation *mutation = batch; mutation != NULL; mutation = mutation->next) {
        if (mutation->status == STORE_EXPIRED)
            continue;
        mutation->status = mutation->status == STORE_OK ? STORE_UNKNOWN : status;
        mutation->detail = *detail;
    }
}

static enum store_status commit_all(struct writer *writer, struct store_mutation *batch)
{
    bool known;
    enum store_status status;
    struct store_detail detail;
    if (settle_commit(&writer->settler, &known, &status, &detail) == SQLITE_OK) {
        note_success(writer);
        if (writer->changed)
            other_commits_note(&writer->others, wal_state_changes(&writer->settler.before));
        return STORE_OK;
    }
    status = judge(writer, status, &detail);
    note_failure(writer, batch == NULL, status, &detail);
    if (known)
        fail_all(batch, status, &detail);
    else
        doubt_all(batch, status, &detail);
    return status;
}

/* Returns SQLite's code; with SQLITE_BUSY, nothing was done. */
static int begin(struct writer *writer)
{
    const int code = settle_before(&writer->settler);
    return code == SQLITE_OK ? write_link_begin(&writer->link) : code;
}

static enum store_status fail(struct writer *writer, struct store_mutation *batch, int code)
{
    struct connection *connection = &writer->link.connection;
    struct store_detail detail;
    const enum store_status status = judge(writer, connection_status(connection, code, &detail),
                                           &detail);
    connection_end(connection, STATEMENT_ROLLBACK);
    note_failure(writer, batch == NULL, status, &detail);
    fail_all(batch, status, &detail);
    return status;
}

/* A probe is no batch. */
static void count(const struct store_mutation *batch, enum store_status status, uint64_t began)
{
    uint64_t size = 0;
    for (; batch != NULL; batch = batch->next)
        size++;
    if (size == 0)
        return;
    tally_size(TALLY_BATCHES, size);
    tally_duration(TALLY_OPERATIONS + TALLY_BATCH * TALLY_STATUSES + (int)status,
                   monotonic_now() - began);
}

static void finish_all(struct store_mutation *batch)
{
    while (batch != NULL) {
        struct store_mutation *mutation = batch;
        batch = batch->next; /* `done` may free the mutation. */
        mutation->done(mutation);
    }
}

static void end_impatient(struct writer *writer, uint64_t since, enum store_status status,
                          const struct store_detail *detail)
{
    finish_all(mutation_queue_take_impatient(&writer->queue, since, status, detail));
}

/* Nobody waits longer than the busy timeout for a lock. */
static void wait_for_lock(struct writer *writer, struct store_mutation *batch, int code)
{
    struct store_detail detail;
    struct connection *connection = &writer->link.connection;
    const enum store_status status = connection_status(connection, code, &detail);
    const int timeout_ms = writer->readers->options->busy_timeout_ms;
    connection_end(connection, STATEMENT_ROLLBACK);
    if (batch == NULL)
        return; /* A probe comes again by itself. */
    mutation_queue_put_back(&writer->queue, batch);
    end_impatient(writer, monotonic_now() - (uint64_t)timeout_ms * 1000000u, status, &detail);
    if (!mutation_queue_is_empty(&writer->queue) &&
        !job_wake_after(&writer->job, job_retry_delay(writer->tries++)))
        end_impatient(writer, UINT64_MAX, status, &detail);
}

static void write_batch(struct writer *writer, struct store_mutation *batch)
{
    const uint64_t began = monotonic_now();
    int code = begin(writer);
    if ((code & 0xff) == SQLITE_BUSY) {
        wait_for_lock(writer, batch, code);
        return;
    }
    writer->tries = 0;
    if (code == SQLITE_OK)
        code = apply_all(writer, batch);
    const enum store_status status = code == SQLITE_OK ? commit_all(writer, batch)
                                                       : fail(writer, batch, code);
    count(batch, status, began);
    readers_end_kept(writer->readers);
    finish_all(batch); /* Last: with the answers come the next mutations. */
    if (!mutation_queue_is_empty(&writer->queue))
        job_wake(&writer->job);
}

static bool is_probe_due(const struct writer *writer)
{
    return atomic_load(&writer->settler.open) ||
           ((atomic_load(&writer->failing) != STORE_HEALTHY || atomic_load(&writer->doubted)) &&
            monotonic_now() >= atomic_load(&writer->probe_at));
}

static void take_turn(struct job *job)
{
    struct writer *writer = (struct writer *)job;
    struct store_mutation *batch = mutation_queue_take(&writer->queue, BATCH_LIMIT);
    if (batch != NULL || is_probe_due(writer))
        write_batch(writer, batch);
    else if (atomic_load(&writer->draining))
        write_link_copy_log(&writer->link);
}

/* ---- From outside ---- */

void writer_look(struct writer *writer)
{
    if (is_probe_due(writer))
        job_wake(&writer->job);
}

void writer_probe(struct writer *writer)
{
    atomic_store(&writer->doubted, true);
    writer_look(writer);
}

bool writer_submit(struct writer *writer, struct store_mutation *mutation)
{
    mutation->status = STORE_OK;
    mutation->detail.text[0] = '\0';
    mutation->waits_since = monotonic_now();
    return mutation_queue_add(&writer->queue, mutation, &writer->job);
}

void writer_drain(struct writer *writer)
{
    while (!mutation_queue_is_empty(&writer->queue))
        job_wait(&writer->job);
    job_rest(&writer->job);
    if (!atomic_exchange(&writer->draining, true))
        job_wake(&writer->job);
}

void writer_finish(struct writer *writer)
{
    job_stop(&writer->job);
    writer->settler.retry_at = 0; /* The last chance. */
    settle_before(&writer->settler);
    write_link_finish(&writer->link);
    mutation_queue_finish(&writer->queue);
}
