// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/late_reads.h"

#include <errno.h>

/* ---- The queue ---- */

static struct store_read *first_of(struct late_reads *late)
{
    pthread_mutex_lock(&late->lock);
    struct store_read *first = late->first;
    pthread_mutex_unlock(&late->lock);
    return first;
}

static struct store_read *take_first(struct late_reads *late)
{
    pthread_mutex_lock(&late->lock);
    struct store_read *first = late->first;
    late->first = first->next;
    if (late->first == NULL)
        late->last = &late->first;
    pthread_mutex_unlock(&late->lock);
    return first;
}

/* Takes out those that have waited long enough: to their deadline, or since before `since`. */
static struct store_read *take_impatient(struct late_reads *late, uint64_t since)
{
    struct store_read *ended = NULL, **last = &ended;
    pthread_mutex_lock(&late->lock);
    struct store_read **place = &late->first;
    while (*place != NULL) {
        struct store_read *read = *place;
        const bool expired = deadline_passed(read->deadline);
        read->status = expired ? STORE_EXPIRED : STORE_BUSY;
        if (!expired && read->waits_since > since) {
            place = &read->next;
            continue;
        }
        *place = read->next;
        *last = read;
        last = &read->next;
    }
    *last = NULL;
    late->last = place;
    pthread_mutex_unlock(&late->lock);
    return ended;
}

static void end_impatient(struct late_reads *late, uint64_t since, const char *busy)
{
    struct store_read *read = take_impatient(late, since);
    while (read != NULL) {
        struct store_read *next = read->next; /* `done` may free the read. */
        store_read_fail(read, read->status, read->status == STORE_BUSY ? busy : "");
        read = next;
    }
}

/* ---- A turn ---- */

static void serve(struct store_read *read, struct reader *reader)
{
    struct readers *readers = reader->readers;
    store_read_run(read, &reader->base);
    readers_give_back(reader);
    if (read->status == STORE_DAMAGED)
        integrity_report(readers->integrity, read->detail.text);
}

/* Nobody waits longer than the busy timeout for a lock. */
static void wait_for_lock(struct late_reads *late, const struct store_detail *detail)
{
    const uint64_t timeout = (uint64_t)late->readers->options->busy_timeout_ms * 1000000u;
    end_impatient(late, monotonic_now() - timeout, detail->text);
    if (first_of(late) != NULL && !job_wake_after(&late->job, job_retry_delay(late->tries++)))
        end_impatient(late, UINT64_MAX, detail->text);
}

/* Returns whether to go on. */
static bool serve_first(struct late_reads *late)
{
    struct store_read *read;
    struct reader *reader;
    enum store_status status;
    struct store_detail detail;
    const enum taking taking = readers_take(late->readers, &reader, &status, &detail);
    if (taking != READER_LOCKED)
        late->tries = 0;
    switch (taking) {
    case READER_TAKEN:
        read = take_first(late);
        serve(read, reader);
        read->done(read);
        return true;
    case READER_FAILED:
        store_read_fail(take_first(late), status, detail.text);
        return true;
    case READER_LOCKED:
        wait_for_lock(late, &detail);
        return false;
    case READER_WANTED:
        job_wake_after(&late->job, DELAY_RETRY_LATER); /* For those whose deadline comes first. */
        break;
    }
    return false;
}

static void take_turn(struct job *job)
{
    struct late_reads *late = (struct late_reads *)job;
    const uint64_t end = monotonic_now() + JOB_TURN_NANOSECONDS;
    end_impatient(late, 0, "");
    while (first_of(late) != NULL) {
        if (monotonic_now() >= end) {
            job_wake(job);
            return;
        }
        if (!serve_first(late))
            return;
    }
}

/* ---- From outside ---- */

void late_reads_init(struct late_reads *late, struct readers *readers, struct pool *pool)
{
    *late = (struct late_reads){.readers = readers};
    late->last = &late->first;
    pthread_mutex_init(&late->lock, NULL);
    job_init(&late->job, pool, take_turn);
}

/* A job that runs or is ready looks at the queue again. */
static bool add(struct late_reads *late, struct store_read *read)
{
    read->next = NULL;
    read->waits_since = monotonic_now();
    pthread_mutex_lock(&late->lock);
    struct store_read **place = late->last;
    const bool added = late->first != NULL || job_wake(&late->job);
    if (added) {
        *place = read;
        late->last = &read->next;
    }
    pthread_mutex_unlock(&late->lock);
    return added;
}

bool late_reads_read_now(struct late_reads *late, struct store_read *read)
{
    struct reader *reader = readers_take_ready(late->readers);
    if (reader != NULL)
        serve(read, reader);
    return reader != NULL;
}

int32_t late_reads_read(struct late_reads *late, struct store_read *read)
{
    if (late_reads_read_now(late, read))
        return read->done(read);
    if (add(late, read))
        return GQL_PENDING;
    struct store_detail detail;
    store_detail_no_thread(&detail, errno);
    return store_read_fail(read, STORE_SHORTAGE, detail.text);
}

void late_reads_drain(struct late_reads *late)
{
    while (first_of(late) != NULL)
        job_wait(&late->job);
    job_rest(&late->job);
}

void late_reads_finish(struct late_reads *late)
{
    if (late->readers == NULL)
        return;
    job_stop(&late->job);
    pthread_mutex_destroy(&late->lock);
}
