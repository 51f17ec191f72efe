// SPDX-License-Identifier: MIT
/*
 * The replies of a runtime. A handle is a slot's index and the number of times that the slot was
 * used, so that a late handle never reaches somebody else's reply. Slots are used again, never
 * freed before the table: looking up any handle at any time is safe.
 */
#ifndef GQL_REPLY_TABLE_H
#define GQL_REPLY_TABLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gql_host.h"

/* Set in reply_slot.open while a thread changes the buffer; never in a handle. */
#define REPLY_BUSY (UINT64_C(1) << 63)

/* The first capacity of a buffer; enough for most single objects. */
#define REPLY_FIRST_CAPACITY 2048u

struct reply_slot {
    /* The handle while the reply can be completed, else 0. */
    _Alignas(64) _Atomic uint64_t open;
    uint64_t handle;
    gql_reply reply; /* What the plugin sees and may damage … */
    char *data;      /* … and what it should say. Guard bytes follow the capacity. */
    size_t capacity;
    /* The plugin broke the contract: the value can't be trusted, nor that it has let go. */
    bool spoiled;
    gql_runtime *runtime;
    gql_answer_fn on_answer;
    gql_answer answer;
    char *text; /* Copy of an error: code, message, extensions. */
    size_t text_capacity;
    uint32_t index;
    uint32_t shard;
    _Atomic uint32_t next; /* In the shard's list: index + 1 of the next free slot. */
};

/*
 * Free slots of a group of threads. Apart in memory, so that threads do not fight over a cache
 * line.
 */
struct reply_shard {
    /* Low half: index + 1 of the first; high half: a counter against ABA. */
    _Alignas(64) _Atomic uint64_t free;
    _Atomic int64_t pending;
};

enum { REPLY_SHARDS = 16, REPLY_CHUNK_SLOTS = 64, REPLY_CHUNKS = 16384 };

struct reply_table {
    struct reply_shard shards[REPLY_SHARDS];
    _Atomic(struct reply_slot *) *chunks; /* REPLY_CHUNKS of them. */
    pthread_mutex_t mutex;                /* For what follows. */
    uint32_t chunk_count;
    struct reply_slot **quarantine; /* A ring. */
    size_t quarantine_size;
    size_t quarantine_next;
    bool quarantine_all;
};

/* `quarantine` as in gql_runtime_options. False if out of memory. */
bool reply_table_init(struct reply_table *table, size_t quarantine);

/* Returns the number of slots in quarantine that were written to. */
size_t reply_table_finish(struct reply_table *table);

/*
 * Takes a slot with an empty buffer, and opens it. NULL with *ret_code set if there is no room. Any
 * thread.
 */
struct reply_slot *reply_table_acquire(struct reply_table *table, gql_runtime *runtime,
                                       int32_t *ret_code);

/*
 * Gives a completed slot back. False if one that left the quarantine was written to meanwhile. Any
 * thread.
 */
bool reply_table_release(struct reply_table *table, struct reply_slot *slot);

/*
 * The slot that a handle names, which may long serve another call: compare `open`. NULL if there is
 * none. Any thread.
 */
struct reply_slot *reply_table_find(struct reply_table *table, uint64_t handle);

void reply_table_count_completed(struct reply_table *table, const struct reply_slot *slot);
uint64_t reply_table_pending(const struct reply_table *table);

/* Whether the plugin left the reply's members and the guard bytes alone. */
bool reply_slot_is_intact(const struct reply_slot *slot);

/* Moves the buffer to one of `capacity` bytes. False if out of memory. */
bool reply_slot_set_capacity(struct reply_slot *slot, size_t capacity);

#endif
