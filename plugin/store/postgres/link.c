// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/link.h"

#include <stdlib.h>

#include "plugin/base/tally.h"
#include "plugin/store/postgres/impatience.h"
#include "plugin/store/postgres/probe.h"
#include "plugin/store/postgres/reader.h"
#include "plugin/store/postgres/settle.h"
#include "plugin/store/postgres/sweep.h"

/* ---- Answers ---- */

static void answer_reads(struct link *link, struct store_read *reads)
{
    int64_t count = 0;
    while (reads != NULL) {
        struct store_read *read = reads;
        reads = reads->next; /* `done` may free the read. */
        read->done(read);
        count++;
    }
    queue_note_answers(link->queue, count);
}

static void answer_mutations(struct link *link, struct store_mutation *mutations)
{
    int64_t count = 0;
    while (mutations != NULL) {
        struct store_mutation *mutation = mutations;
        mutations = mutations->next;
        mutation->done(mutation);
        count++;
    }
    queue_note_answers(link->queue, count);
}

static void answer(struct link *link, const struct work *ended)
{
    if (ended->reads != NULL)
        answer_reads(link, ended->reads);
    if (ended->mutations != NULL)
        answer_mutations(link, ended->mutations);
}

/* ---- Waiting ---- */

static uint64_t patience_began(const struct link *link)
{
    return monotonic_now() - (uint64_t)link->database->options.busy_timeout_ms * 1000000u;
}

static void end_writing(struct link *link)
{
    struct store_mutation *mutations = link->worker.work.mutations;
    queue_end_writing(link->queue, &link->worker);
    link->worker.work.mutations = NULL;
    link->write.tries = 0;
    link->write.is_doubted = false;
    answer_mutations(link, mutations);
}

static void take_impatient(struct work *work, uint64_t since, enum store_status status,
                           const struct store_detail *detail, struct work *ended)
{
    impatient_reads_take(&work->reads, since, status, detail, &ended->reads);
    impatient_mutations_take(&work->mutations, since, status, detail, &ended->mutations);
}

/* What this link has, and has waited too long. */
static void end_own(struct link *link, uint64_t since, enum store_status status,
                    const struct store_detail *detail)
{
    struct work *work = &link->worker.work, ended = {0};
    const bool writes = work->mutations != NULL;
    if (link->write.is_doubted)
        ended.mutations = settle_give_up(&link->write, work, since);
    else
        take_impatient(work, since, status, detail, &ended);
    if (writes && work->mutations == NULL)
        end_writing(link);
    answer(link, &ended);
}

static void end_impatient(struct link *link, enum store_status status,
                          const struct store_detail *detail)
{
    struct work ended;
    const uint64_t since = patience_began(link);
    end_own(link, since, status, detail);
    queue_take_impatient(link->queue, since, status, detail, &ended);
    answer(link, &ended);
}

static bool has_work(const struct link *link)
{
    const struct work *work = &link->worker.work;
    return work->reads != NULL || work->mutations != NULL || work->probe != NO_PROBE;
}

/* Comes again later. If there is no clock, nobody waits any longer. */
static void come_later(struct link *link, enum delay delay, enum store_status status,
                       const struct store_detail *detail)
{
    end_impatient(link, status, detail);
    if (!job_wake_after(&link->worker.job, delay)) {
        end_own(link, UINT64_MAX, status, detail);
        job_wake(&link->worker.job);
    }
}

static bool be_connected(struct link *link)
{
    enum store_status status = STORE_UNREACHABLE;
    struct store_detail detail;
    if (link->session.handle != NULL)
        return true;
    if (database_connect(link->database, &link->session, &status, &detail))
        return true;
    link->worker.work.probe = NO_PROBE;
    come_later(link, DELAY_SWEEP, status, &detail);
    return false;
}

/* ---- Serving. They return whether to go on at once ---- */

static void run_reads(struct link *link, struct postgres_reader *reader, struct store_read *reads)
{
    for (struct store_read *read = reads; read != NULL; read = read->next) {
        reader_run(reader, read);
        read->status = database_status_by(read->status, read->deadline);
    }
    reader_end(reader);
    answer_reads(link, reads);
}

static void fail_reads(struct link *link, struct store_read *reads, enum store_status status,
                       const struct store_detail *detail)
{
    for (struct store_read *read = reads; read != NULL; read = read->next) {
        read->status = database_status_by(status, read->deadline);
        read->detail = *detail;
    }
    answer_reads(link, reads);
}

static bool serve_reads(struct link *link)
{
    struct postgres_reader reader;
    enum store_status status;
    struct store_detail detail;
    struct store_read *reads = link->worker.work.reads;
    const enum trip_end end = reader_begin(&reader, link->database, &link->session, reads, &status,
                                           &detail);
    if (end != TRIP_DONE)
        reader_end(&reader);
    if (end == TRIP_LOST) { /* Nothing has run: another session may do. */
        come_later(link, DELAY_RETRY, status, &detail);
        return false;
    }
    link->worker.work.reads = NULL;
    if (end == TRIP_DONE)
        run_reads(link, &reader, reads);
    else
        fail_reads(link, reads, status, &detail);
    return true;
}

static void tally_begin(const struct write *write, const struct store_mutation *mutations)
{
    const uint64_t now = monotonic_now();
    for (const struct store_mutation *m = mutations; m != NULL && write->tries == 0; m = m->next)
        tally_duration(TALLY_WAITS, now - m->waits_since);
}

static void tally_end(const struct store_mutation *mutations)
{
    uint64_t committed = 0;
    for (const struct store_mutation *m = mutations; m != NULL; m = m->next)
        committed += m->status == STORE_OK;
    if (committed > 0)
        tally_size(TALLY_BATCHES, committed);
}

static bool serve_mutations(struct link *link)
{
    struct write *write = &link->write;
    const struct work *work = &link->worker.work;
    enum write_end end;
    tally_begin(write, work->mutations);
    if (write->is_doubted)
        end = settle_run(write, link->database, &link->session, work);
    else if (work->tag == QUEUE_SWEEPS)
        end = sweep_run(write, link->database, &link->session, work);
    else
        end = write_run(write, link->database, &link->session, link->outcome, work);
    if (end == WRITE_DONE) {
        tally_end(work->mutations);
        end_writing(link);
        return true;
    }
    come_later(link, job_retry_delay(write->tries++), write->status, &write->detail);
    return false;
}

static bool serve_probe(struct link *link)
{
    const enum probe probe = link->worker.work.probe;
    const uint64_t now = monotonic_now();
    struct state_board *state = link->database->state;
    link->worker.work.probe = NO_PROBE;
    if (!probe_run(link->database, &link->session, probe == PROBE_CHANGES))
        return true;
    state_prove(state, PROOF_READS, now);
    if (probe == PROBE_CHANGES)
        state_prove(state, PROOF_CHANGES, now);
    return true;
}

static bool serve(struct link *link)
{
    if (link->worker.work.probe != NO_PROBE)
        return serve_probe(link);
    return link->worker.work.reads != NULL ? serve_reads(link) : serve_mutations(link);
}

/* Works for a turn. Returns whether there may be more to do. */
static bool work(struct link *link)
{
    const struct store_detail expired = {""};
    const uint64_t end = monotonic_now() + JOB_TURN_NANOSECONDS;
    do {
        if (!has_work(link) && !queue_take(link->queue, &link->worker))
            return false;
        if (!be_connected(link))
            return false;
        end_own(link, 0, STORE_EXPIRED, &expired); /* Now: to open a session can take long. */
        atomic_store(&link->use, LINK_USED);
        if (has_work(link) && !serve(link))
            return false;
    } while (monotonic_now() < end);
    return true;
}

static void take_turn(struct job *job)
{
    struct link *link = (struct link *)job;
    const bool goes_on = work(link);
    if (link->session.handle == NULL)
        atomic_store(&link->use, LINK_CLOSED);
    else if (!goes_on)
        atomic_store(&link->use, LINK_IDLE);
    if (goes_on)
        job_wake(job);
}

/* ---- From outside ---- */

bool link_init(struct link *link, struct database *database, struct queue *queue, struct pool *pool)
{
    *link = (struct link){.database = database, .queue = queue};
    link->outcome = malloc(sizeof *link->outcome);
    if (link->outcome == NULL)
        return false;
    job_init(&link->worker.job, pool, take_turn);
    queue_add_worker(queue, &link->worker);
    return true;
}

void link_finish(struct link *link)
{
    job_stop(&link->worker.job);
    session_close(&link->session);
    free(link->outcome);
    *link = (struct link){0};
}
