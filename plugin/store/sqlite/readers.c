// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/readers.h"

#include <sched.h>
#include <stdlib.h>

enum { SWEEP_MILLISECONDS = 50 };

static bool sweep_old(void *user);

bool readers_init(struct readers *readers, const struct sqlite_options *options,
                  const struct collation *collation, struct file_guard *guard,
                  struct agreement *agreement, struct integrity *integrity,
                  const struct store_reader *base)
{
    *readers = (struct readers){.options = options,
                                .collation = collation,
                                .guard = guard,
                                .agreement = agreement,
                                .integrity = integrity,
                                .count = options->readers};
    readers->slots = aligned_alloc(64, (size_t)readers->count * sizeof *readers->slots);
    if (readers->slots == NULL)
        return false;
    for (int i = 0; i < readers->count; i++)
        readers->slots[i] = (struct reader){.base = *base, .readers = readers};
    pthread_mutex_init(&readers->lock, NULL);
    pthread_cond_init(&readers->freed, NULL);
    sweeper_init(&readers->sweeper, SWEEP_MILLISECONDS, sweep_old, readers);
    return true;
}

/* The load is sequentially consistent for threads that wait: see free_slot. */
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

/* NULL if it must be an open one, and none is. */
static struct reader *wait_for_free(struct readers *readers, bool open)
{
    struct reader *slot;
    pthread_mutex_lock(&readers->lock);
    atomic_fetch_add(&readers->waiting, 1);
    while ((slot = find_free(readers, open)) == NULL && (!open || readers_any_open(readers)))
        pthread_cond_wait(&readers->freed, &readers->lock);
    atomic_fetch_sub(&readers->waiting, 1);
    pthread_mutex_unlock(&readers->lock);
    return slot;
}

static void free_slot(struct reader *slot)
{
    struct readers *readers = slot->readers;
    /*
     * Sequentially consistent on both sides: the waiter sees the slot free, or we see the waiter.
     */
    atomic_store(&slot->taken, false);
    if (atomic_load(&readers->waiting) == 0)
        return;
    pthread_mutex_lock(&readers->lock);
    pthread_cond_broadcast(&readers->freed);
    pthread_mutex_unlock(&readers->lock);
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

/*
 * Connections that read fail with SQLITE_BUSY at once, so that a ready one never waits for a lock.
 */
static int enter_when_unlocked(struct reader *slot, struct deadline deadline, uint64_t since)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const struct deadline timeout = {
        .at = since + (uint64_t)slot->readers->options->busy_timeout_ms * 1000000u + 1};
    for (;;) {
        const int code = enter(slot);
        if ((code & 0xff) != SQLITE_BUSY || deadline_passed(timeout) || deadline_passed(deadline))
            return code;
        nanosleep(&pause, NULL);
    }
}

static enum store_status enter_late(struct reader *slot, struct deadline deadline, uint64_t since,
                                    struct store_detail *detail)
{
    detail->text[0] = '\0';
    if (atomic_load(&slot->readers->closed))
        return STORE_BUSY;
    if (deadline_passed(deadline))
        return STORE_EXPIRED;
    const int code = enter_when_unlocked(slot, deadline, since);
    return code == SQLITE_OK ? STORE_OK : connection_status(&slot->connection, code, detail);
}

struct reader *readers_take(struct readers *readers, struct deadline deadline, uint64_t since,
                            enum store_status *ret_status, struct store_detail *detail)
{
    struct reader *slot = find_free(readers, true);
    if (slot == NULL)
        slot = wait_for_free(readers, false);
    while (slot != NULL) {
        *ret_status = enter_late(slot, deadline, since, detail);
        if (*ret_status == STORE_OK)
            return slot;
        /* If none can be opened, an open one that is in use will do. */
        const bool opened = atomic_load_explicit(&slot->open, memory_order_relaxed);
        free_slot(slot);
        slot = opened || *ret_status == STORE_EXPIRED ? NULL : wait_for_free(readers, true);
    }
    return NULL;
}

int32_t readers_open_first(struct readers *readers, gql_failure *failure)
{
    struct reader *slot = find_free(readers, false);
    const struct deadline none = {0};
    const int code = enter_when_unlocked(slot, none, monotonic_now());
    if (code == SQLITE_OK) {
        readers_give_back(slot);
        return GQL_OK;
    }
    free_slot(slot);
    return connection_fail_with(&slot->connection, code, "reading", failure);
}

static void end_snapshot(struct reader *slot)
{
    snapshot_end(&slot->snapshot, &slot->connection);
    note_closed(slot);
    atomic_store_explicit(&slot->kept, false, memory_order_relaxed);
}

void readers_give_back(struct reader *reader)
{
    const bool kept = snapshot_leave(&reader->snapshot, &reader->connection);
    note_closed(reader);
    atomic_store(&reader->kept, kept);
    /* A snapshot that nobody ends would keep writers from resetting the log. */
    if (kept && !sweeper_wake(&reader->readers->sweeper))
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

static bool sweep_old(void *user)
{
    return sweep(user, true);
}

bool readers_any_open(const struct readers *readers)
{
    bool any = false;
    for (int i = 0; i < readers->count; i++)
        any = any || atomic_load(&readers->slots[i].open);
    return any;
}

void readers_end_kept(struct readers *readers)
{
    sweep(readers, false);
}

void readers_drain(struct readers *readers)
{
    if (atomic_exchange(&readers->closed, true))
        return;
    for (int i = 0; i < readers->count; i++) {
        pthread_mutex_lock(&readers->lock);
        atomic_fetch_add(&readers->waiting, 1);
        while (!take_slot(&readers->slots[i]))
            pthread_cond_wait(&readers->freed, &readers->lock);
        atomic_fetch_sub(&readers->waiting, 1);
        pthread_mutex_unlock(&readers->lock);
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
    sweeper_finish(&readers->sweeper);
    for (int i = 0; i < readers->count; i++)
        connection_close(&readers->slots[i].connection);
    free(readers->slots);
    readers->slots = NULL;
    pthread_cond_destroy(&readers->freed);
    pthread_mutex_destroy(&readers->lock);
}
