// SPDX-License-Identifier: MIT
/*
 * The replies of a runtime. A handle holds the index of a slot and how often the slot has been
 * used, so a stale handle never reaches the reply of another call. Slots are reused and freed only
 * with the table: any handle may be looked up at any time.
 */
#ifndef GQL_REPLY_TABLE_H
#define GQL_REPLY_TABLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gql_host.h"

/* Set in reply_slot.open while a thread changes the buffer; never set in a handle. */
#define REPLY_BUSY (UINT64_C(1) << 63)

/*
 * reply_slot.phase. A slot is recycled when its call has returned and its answer is released, and
 * the call is under way until it has returned and is completed.
 */
enum { REPLY_RETURNED = 1, REPLY_COMPLETED = 2, REPLY_RELEASED = 4 };

/* The initial capacity of a buffer; enough for most single objects. */
#define REPLY_FIRST_CAPACITY 2048u

/* Codes of errors that are kept even if memory runs out are shorter. */
enum { REPLY_CODE_SIZE = 64 };

struct reply_slot {
    /* The handle while the reply can be completed; 0 otherwise. */
    _Alignas(64) _Atomic uint64_t open;
    uint64_t handle;
    gql_reply reply; /* What the plugin sees, and may overwrite. */
    char *data;      /* The true buffer; guard bytes follow `capacity`. */
    size_t capacity;
    /* The plugin broke the contract: its value is not used, and it may still write to `data`. */
    bool spoiled;
    gql_runtime *runtime;
    _Atomic(const gql_instance *) instance; /* Of the call. */
    _Atomic uint32_t phase;                 /* A set of REPLY_RETURNED, … */
    gql_answer_fn on_answer;
    gql_answer answer;
    char *text; /* A copy of the error: code, message, extensions. */
    size_t text_capacity;
    char code[REPLY_CODE_SIZE]; /* A copy of the code, if the texts are lost. */
    char *errors; /* The JSON array of added errors, without its closing bracket; or NULL. */
    uint32_t index;
    uint32_t shard;
    _Atomic uint32_t next; /* In the free list of the shard: index + 1 of the next slot; 0: none. */
};

/* The free slots of a group of threads, on cache lines of their own. */
struct reply_shard {
    /* Low half: index + 1 of the first slot; high half: a counter against the ABA problem. */
    _Alignas(64) _Atomic uint64_t free;
    _Atomic int64_t pending;
};

enum { REPLY_SHARDS = 16, REPLY_CHUNK_SLOTS = 64, REPLY_CHUNKS = 16384 };

struct reply_table {
    struct reply_shard shards[REPLY_SHARDS];
    _Atomic(struct reply_slot *) *chunks; /* REPLY_CHUNKS of them. */
    pthread_mutex_t mutex;                /* Guards the members below. */
    uint32_t chunk_count;
    struct reply_slot **quarantine; /* A ring buffer. */
    size_t quarantine_size;
    size_t quarantine_next;
    bool quarantine_all;
    char *prefix; /* What each buffer begins with. Constant, like its size. */
    size_t prefix_size;
};

/* `quarantine` and `prefix` as in gql_runtime_options. False if out of memory. */
bool reply_table_init(struct reply_table *table, size_t quarantine, const char *prefix);

/* Returns how many slots in quarantine were written to. */
size_t reply_table_finish(struct reply_table *table);

/*
 * Acquires a slot whose buffer holds the prefix alone, and opens it. NULL with *ret_code set if the
 * table is full or out of memory. Any thread.
 */
struct reply_slot *reply_table_acquire(struct reply_table *table, gql_runtime *runtime,
                                       const gql_instance *instance, int32_t *ret_code);

/* Notices later writes to the buffer of a released answer, if it is to be quarantined. */
void reply_table_seal(struct reply_table *table, struct reply_slot *slot);

/*
 * Recycles a sealed slot whose call has returned. False if the slot that leaves the quarantine for
 * it was written to meanwhile. Any thread.
 */
bool reply_table_recycle(struct reply_table *table, struct reply_slot *slot);

/*
 * The slot that a handle names. It may serve another call by now: compare `open`. NULL if there is
 * no such slot. Any thread.
 */
struct reply_slot *reply_table_find(struct reply_table *table, uint64_t handle);

/* Counts a call of the shard that is no longer under way. */
void reply_table_count_finished(struct reply_table *table, uint32_t shard);
uint64_t reply_table_pending(const struct reply_table *table);

/* Waits until no call of the instance is under way. */
void reply_table_await_calls(struct reply_table *table, const gql_instance *instance);

/* Whether the prefix, the reply's members and the guard bytes are unchanged. */
bool reply_table_is_intact(const struct reply_table *table, const struct reply_slot *slot);

/* Reallocates the buffer to `capacity` bytes. False if out of memory. */
bool reply_slot_set_capacity(struct reply_slot *slot, size_t capacity);

#endif
