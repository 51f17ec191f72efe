// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/readers.h"

#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

enum { PAUSE_NANOSECONDS = 1000000 };

static void sweep_old(struct job *job);

bool readers_init(struct readers *readers, const struct sqlite_options *options,
                  const struct collation *collation, struct file_guard *guard,
                  struct agreement *agreement, struct integrity *integrity,
                  const struct store_reader *base, struct pool *pool, struct job *late)
{
    *readers = (struct readers){.options = options,
                                .collation = collation,
                                .guard = guard,
                                .agreement = agreement,
                                .integrity = integrity,
                                .late = late,
                                .count = options->readers};
    readers->slots = aligned_alloc(64, (size_t)readers->count * sizeof *readers->slots);
    if (readers->slots == NULL)
        return false;
    for (int i = 0; i < readers->count; i++)
        readers->slots[i] = (struct reader){.base = *base, .readers = readers};
    job_init(&readers->sweeper, pool, sweep_old);
    return true;
}

/* The load is sequentially consistent for reads that wait: see free_slot. */
static bool take_slot(struct reader *slot)
{
    return !atomic_load(&slot->taken) &&
           !atomic_exchange_explicit(&slot->taken, true, memory_order_acquire);
}

/*
 * Begins with the slot of the processor that runs the thread, so that threads seldom meet and
 * caches stay warm.
 */
static struct reader *find_free(struct readers *readers, bool open)
{
    const int cpu = sched_getcpu();
    const int first = cpu < 0 ? 0 : cpu % readers->count;
    for (int i = 0; i < readers->count; i++) {
        struct reader *slot = &readers->slots[(first + i) % readers->count];
        if ((!open || atomic_load_explicit(&slot->open, memory_order_relaxed)) && take_slot(slot))
            return slot;
    }
    return NULL;
}

static struct reader *find_any(struct readers *readers, bool open)
{
    struct reader *slot = find_free(readers, true);
    return slot != NULL || open ? slot : find_free(readers, false);
}

/* NULL if none is free; the late reads are woken when one is. */
static struct reader *find_or_want(struct readers *readers, bool open)
{
    struct reader *slot = find_any(readers, open);
    if (slot != NULL)
        return slot;
    atomic_store(&readers->wanted, true);
    return find_any(readers, open);
}

static void free_slot(struct reader *slot)
{
    struct readers *readers = slot->readers;
    /*
     * Sequentially consistent on both sides: who wants one sees the slot free, or we see that.
     */
    atomic_store(&slot->taken, false);
    if (atomic_load(&readers->wanted) && atomic_exchange(&readers->wanted, false))
        job_wake(readers->late);
}

static int ensure_open(struct reader *slot)
{
    if (atomic_load_explicit(&slot->open, memory_order_relaxed))
        return SQLITE_OK;
    connection_close(&slot->connection); /* Of an attempt that failed. */
    int code = connection_open(&slot->connection, slot->readers->options, CONNECTION_READER);
    if (code == SQLITE_OK)
        code = file_guard_check_opened(slot->readers->guard, &slot->connection);
    atomic_store_explicit(&slot->open, code == SQLITE_OK, memory_order_relaxed);
    return code;
}

/* After the snapshot has changed: its connection may have been closed. */
static void note_closed(struct reader *slot)
{
    if (slot->connection.handle == NULL)
        atomic_store_explicit(&slot->open, false, memory_order_relaxed);
}

/* A snapshot of which nothing may be read is ended. */
static int check_agreement(struct reader *slot)
{
    enum disagreement found;
    int code = agreement_check(slot->readers->agreement, &slot->connection, &found);
    if (code == SQLITE_OK && found > OTHER_COLLATION)
        code = CONNECTION_STOPPED;
    if (code == SQLITE_OK)
        slot->ordered = found == AGREED;
    else
        snapshot_end(&slot->snapshot, &slot->connection);
    return code;
}

/*
 * A connection that has not read yet has not opened the log and its index: if its first snapshot
 * fails, except for a lock, it is not an open one.
 */
static int enter(struct reader *slot)
{
    slot->organization_id = NO_TEXT;
    if (snapshot_is_current(&slot->snapshot))
        return SQLITE_OK;
    int code = file_guard_check(slot->readers->guard, slot->snapshot.index, &slot->sight);
    if (code == SQLITE_OK)
        code = ensure_open(slot);
    if (code != SQLITE_OK)
        return code;
    code = snapshot_enter(&slot->snapshot, &slot->connection);
    if (code == SQLITE_OK)
        code = check_agreement(slot);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && slot->snapshot.index == NULL)
        connection_close(&slot->connection);
    note_closed(slot);
    return code;
}

struct reader *readers_take_ready(struct readers *readers)
{
    struct reader *slot = atomic_load(&readers->closed) ? NULL : find_free(readers, true);
    if (slot == NULL || enter(slot) == SQLITE_OK)
        return slot;
    free_slot(slot);
    return NULL;
}

static enum taking describe(const struct reader *slot, int code, enum store_status *ret_status,
                            struct store_detail *detail)
{
    *ret_status = connection_status(&slot->connection, code, detail);
    return (code & 0xff) == SQLITE_BUSY ? READER_LOCKED : READER_FAILED;
}

enum taking readers_take(struct readers *readers, struct reader **ret_reader,
                         enum store_status *ret_status, struct store_detail *detail)
{
    struct reader *slot;
    *ret_status = STORE_BUSY;
    detail->text[0] = '\0';
    if (atomic_load(&readers->closed))
        return READER_FAILED;
    bool tried = false; /* To open one. */
    while ((slot = find_or_want(readers, tried)) != NULL) {
        const int code = enter(slot);
        *ret_reader = slot;
        if (code == SQLITE_OK)
            return READER_TAKEN;
        const enum taking taking = describe(slot, code, ret_status, detail);
        const bool opened = atomic_load_explicit(&slot->open, memory_order_relaxed);
        free_slot(slot);
        if (opened || tried || taking == READER_LOCKED)
            return taking;
        tried = true;
    }
    return tried && !readers_any_open(readers) ? READER_FAILED : READER_WANTED;
}

int32_t readers_open_first(struct readers *readers, enum store_opening *ret_opening,
                           gql_failure *failure)
{
    struct reader *slot = find_free(readers, false);
    const int code = enter(slot);
    if (code == SQLITE_OK) {
        readers_give_back(slot);
        return GQL_OK;
    }
    free_slot(slot);
    return connection_fail_or_wait(&slot->connection, code, "reading", ret_opening, failure);
}

static void end_snapshot(struct reader *slot)
{
    snapshot_end(&slot->snapshot, &slot->connection);
    note_closed(slot);
    atomic_store_explicit(&slot->kept, false, memory_order_relaxed);
}

/* Before the job is woken, so that a run that has begun already clears it too early, not late. */
static bool sweep_soon(struct readers *readers)
{
    if (atomic_load(&readers->sweeping))
        return true;
    atomic_store(&readers->sweeping, true);
    const bool soon = job_wake_after(&readers->sweeper, DELAY_SWEEP);
    if (!soon)
        atomic_store(&readers->sweeping, false);
    return soon;
}

void readers_give_back(struct reader *reader)
{
    const bool kept = snapshot_leave(&reader->snapshot, &reader->connection);
    note_closed(reader);
    atomic_store(&reader->kept, kept);
    /* A snapshot that nobody ends would keep writers from resetting the log. */
    if (kept && !sweep_soon(reader->readers))
        end_snapshot(reader);
    free_slot(reader);
}

/* Returns whether any snapshot is kept, even if its slot is in use. */
static bool sweep(struct readers *readers, bool only_old)
{
    bool any = false;
    for (int i = 0; i < readers->count; i++) {
        struct reader *slot = &readers->slots[i];
        if (!atomic_load(&slot->kept))
            continue;
        any = true;
        if (!take_slot(slot))
            continue;
        if (!only_old || snapshot_is_old(&slot->snapshot))
            end_snapshot(slot);
        free_slot(slot);
    }
    return any;
}

static void sweep_old(struct job *job)
{
    struct readers *readers = (struct readers *)((char *)job - offsetof(struct readers, sweeper));
    /* Before it looks: who gives back what it may miss wakes it again. */
    atomic_store(&readers->sweeping, false);
    if (sweep(readers, true))
        sweep_soon(readers);
}

bool readers_any_open(const struct readers *readers)
{
    bool any = false;
    for (int i = 0; i < readers->count; i++)
        any = any || atomic_load(&readers->slots[i].open);
    return any;
}

uint64_t readers_count_kept(const struct readers *readers)
{
    uint64_t kept = 0;
    for (int i = 0; i < readers->count; i++)
        kept += atomic_load(&readers->slots[i].kept);
    return kept;
}

void readers_end_kept(struct readers *readers)
{
    sweep(readers, false);
}

/* Looks again and again: who frees the last slot may have no time to tell, as in gate_close. */
static void take_when_free(struct reader *slot)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
    while (!take_slot(slot))
        nanosleep(&pause, NULL);
}

void readers_drain(struct readers *readers)
{
    if (atomic_exchange(&readers->closed, true))
        return;
    for (int i = 0; i < readers->count; i++) {
        take_when_free(&readers->slots[i]);
        end_snapshot(&readers->slots[i]);
        free_slot(&readers->slots[i]);
    }
}

void readers_keep_log(struct readers *readers)
{
    for (int i = 0; i < readers->count; i++)
        connection_keep_log(&readers->slots[i].connection);
}

void readers_finish(struct readers *readers)
{
    if (readers->slots == NULL)
        return;
    job_stop(&readers->sweeper);
    for (int i = 0; i < readers->count; i++)
        connection_close(&readers->slots[i].connection);
    free(readers->slots);
    readers->slots = NULL;
}
