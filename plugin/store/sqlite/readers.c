// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/readers.h"

#include <sched.h>
#include <stdlib.h>

enum { SWEEP_MILLISECONDS = 50 };

static bool sweep_old(void *user);

bool readers_init(struct readers *readers, const struct store_options *options,
                  const struct collation *collation)
{
    *readers =
        (struct readers){.options = options, .collation = collation, .count = options->readers};
    readers->slots = aligned_alloc(64, (size_t)readers->count * sizeof *readers->slots);
    if (readers->slots == NULL)
        return false;
    for (int i = 0; i < readers->count; i++)
        readers->slots[i] = (struct store_reader){.readers = readers};
    pthread_mutex_init(&readers->lock, NULL);
    pthread_cond_init(&readers->freed, NULL);
    sweeper_init(&readers->sweeper, SWEEP_MILLISECONDS, sweep_old, readers);
    return true;
}

/* The load is sequentially consistent for whoever waits: see free_slot. */
static bool take_slot(struct store_reader *slot)
{
    return !atomic_load(&slot->taken) &&
           !atomic_exchange_explicit(&slot->taken, true, memory_order_acquire);
}

/*
 * Begins with the slot of the processor that runs the thread, so that threads seldom meet and
 * caches stay warm.
 */
static struct store_reader *find_free(struct readers *readers)
{
    const int cpu = sched_getcpu();
    const int first = cpu < 0 ? 0 : cpu % readers->count;
    for (int i = 0; i < readers->count; i++) {
        struct store_reader *slot = &readers->slots[(first + i) % readers->count];
        if (take_slot(slot))
            return slot;
    }
    return NULL;
}

static struct store_reader *wait_for_free(struct readers *readers)
{
    struct store_reader *slot;
    pthread_mutex_lock(&readers->lock);
    atomic_fetch_add(&readers->waiting, 1);
    while ((slot = find_free(readers)) == NULL)
        pthread_cond_wait(&readers->freed, &readers->lock);
    atomic_fetch_sub(&readers->waiting, 1);
    pthread_mutex_unlock(&readers->lock);
    return slot;
}

static void free_slot(struct store_reader *slot)
{
    struct readers *readers = slot->readers;
    /*
     * Sequentially consistent on both sides: either the waiter sees the slot free, or we see the
     * waiter.
     */
    atomic_store(&slot->taken, false);
    if (atomic_load(&readers->waiting) == 0)
        return;
    pthread_mutex_lock(&readers->lock);
    pthread_cond_broadcast(&readers->freed);
    pthread_mutex_unlock(&readers->lock);
}

static bool ensure_open(struct store_reader *slot, enum store_status *ret_status,
                        struct store_trouble *trouble)
{
    if (slot->open)
        return true;
    const int code = connection_open(&slot->connection, slot->readers->options, false);
    slot->open = code == SQLITE_OK;
    if (slot->open)
        return true;
    *ret_status = connection_status(&slot->connection, code, trouble);
    connection_close(&slot->connection);
    return false;
}

static bool enter(struct store_reader *slot, enum store_status *ret_status,
                  struct store_trouble *trouble)
{
    if (!ensure_open(slot, ret_status, trouble))
        return false;
    const int code = snapshot_enter(&slot->snapshot, &slot->connection);
    if (code != SQLITE_OK)
        *ret_status = connection_status(&slot->connection, code, trouble);
    return code == SQLITE_OK;
}

struct store_reader *readers_take(struct readers *readers, enum store_status *ret_status,
                                  struct store_trouble *trouble)
{
    struct store_reader *slot = find_free(readers);
    if (slot == NULL)
        slot = wait_for_free(readers);
    if (atomic_load(&readers->closed))
        *ret_status = STORE_BUSY;
    else if (enter(slot, ret_status, trouble))
        return slot;
    free_slot(slot);
    return NULL;
}

static void end_snapshot(struct store_reader *slot)
{
    snapshot_end(&slot->snapshot, &slot->connection);
    atomic_store_explicit(&slot->kept, false, memory_order_relaxed);
}

void readers_give_back(struct store_reader *reader)
{
    const bool kept = snapshot_leave(&reader->snapshot, &reader->connection);
    atomic_store(&reader->kept, kept);
    /* A snapshot that nobody would ever end holds up whoever wants to begin the log anew. */
    if (kept && !sweeper_wake(&reader->readers->sweeper))
        end_snapshot(reader);
    free_slot(reader);
}

/* Returns whether there are any, though they may be in use. */
static bool sweep(struct readers *readers, bool only_old)
{
    bool any = false;
    for (int i = 0; i < readers->count; i++) {
        struct store_reader *slot = &readers->slots[i];
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
