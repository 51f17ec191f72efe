// SPDX-License-Identifier: MIT
#include "abi/host/reply_table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    GUARD_SIZE = 64,
    GUARD_BYTE = 0x5C,
    QUARANTINE_BYTE = 0xA5,
    QUARANTINE_MINIMUM = 256, /* For slots of calls that broke the contract. */
    KEPT_CAPACITY = 65536,    /* Larger buffers are freed, not kept for the next call. */
};

/* A call that is no longer under way. */
#define FINISHED ((uint32_t)(REPLY_RETURNED | REPLY_COMPLETED))

#define INDEX_BITS 20
#define INDEX_MASK ((UINT64_C(1) << INDEX_BITS) - 1)
_Static_assert(REPLY_CHUNKS *REPLY_CHUNK_SLOTS == 1 << INDEX_BITS, "every index has its place");

static uint32_t own_shard(void)
{
    static _Atomic uint32_t threads;
    static _Thread_local uint32_t shard = UINT32_MAX;
    if (shard == UINT32_MAX)
        shard = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % REPLY_SHARDS;
    return shard;
}

static struct reply_slot *slot_at(struct reply_table *table, uint32_t index)
{
    struct reply_slot *chunk = atomic_load_explicit(&table->chunks[index / REPLY_CHUNK_SLOTS],
                                                    memory_order_acquire);
    return chunk == NULL ? NULL : &chunk[index % REPLY_CHUNK_SLOTS];
}

static void push_free(struct reply_table *table, struct reply_slot *slot)
{
    _Atomic uint64_t *list = &table->shards[slot->shard].free;
    uint64_t head = atomic_load_explicit(list, memory_order_relaxed);
    uint64_t next;
    do {
        atomic_store_explicit(&slot->next, (uint32_t)head, memory_order_relaxed);
        next = ((head >> 32) + 1) << 32 | (slot->index + 1);
    } while (!atomic_compare_exchange_weak_explicit(list, &head, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
}

static struct reply_slot *pop_free(struct reply_table *table, uint32_t shard)
{
    _Atomic uint64_t *list = &table->shards[shard].free;
    uint64_t head = atomic_load_explicit(list, memory_order_acquire);
    struct reply_slot *slot;
    uint64_t next;
    do {
        if ((uint32_t)head == 0)
            return NULL;
        slot = slot_at(table, (uint32_t)head - 1);
        next = ((head >> 32) + 1) << 32 | atomic_load_explicit(&slot->next, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(list, &head, next, memory_order_acq_rel,
                                                    memory_order_acquire));
    return slot;
}

/* Allocates a chunk of slots. Returns the first and adds the others to the shard's free list. */
static struct reply_slot *add_chunk(struct reply_table *table, uint32_t shard, int32_t *ret_code)
{
    struct reply_slot *chunk = aligned_alloc(_Alignof(struct reply_slot),
                                             REPLY_CHUNK_SLOTS * sizeof *chunk);
    if (chunk == NULL) {
        *ret_code = GQL_E_NO_MEMORY;
        return NULL;
    }
    memset(chunk, 0, REPLY_CHUNK_SLOTS * sizeof *chunk);
    pthread_mutex_lock(&table->mutex);
    const uint32_t number = table->chunk_count;
    if (number < REPLY_CHUNKS) {
        table->chunk_count++;
        for (uint32_t i = 0; i < REPLY_CHUNK_SLOTS; i++) {
            chunk[i].index = number * REPLY_CHUNK_SLOTS + i;
            chunk[i].shard = shard;
            chunk[i].handle = chunk[i].index;
            atomic_init(&chunk[i].phase, FINISHED);
        }
        atomic_store_explicit(&table->chunks[number], chunk, memory_order_release);
    }
    pthread_mutex_unlock(&table->mutex);
    if (number == REPLY_CHUNKS) {
        free(chunk);
        *ret_code = GQL_E_LIMIT;
        return NULL;
    }
    for (uint32_t i = 1; i < REPLY_CHUNK_SLOTS; i++)
        push_free(table, &chunk[i]);
    return chunk;
}

bool reply_slot_set_capacity(struct reply_slot *slot, size_t capacity)
{
    char *data = realloc(slot->data, capacity + GUARD_SIZE);
    if (data == NULL)
        return false;
    memset(data + capacity, GUARD_BYTE, GUARD_SIZE);
    slot->data = slot->reply.data = data;
    slot->capacity = slot->reply.capacity = capacity;
    return true;
}

static void open_slot(const struct reply_table *table, struct reply_slot *slot,
                      gql_runtime *runtime, const gql_instance *instance)
{
    /* Bit 63 is kept free for REPLY_BUSY. The use count starts at 1, so no handle is 0. */
    slot->handle = (slot->handle + INDEX_MASK + 1) & ~REPLY_BUSY;
    memset(slot->data + slot->capacity, GUARD_BYTE, GUARD_SIZE);
    if (table->prefix_size > 0)
        memcpy(slot->data, table->prefix, table->prefix_size);
    slot->reply = (gql_reply){.struct_size = sizeof slot->reply,
                              .handle = slot->handle,
                              .data = slot->data,
                              .size = table->prefix_size,
                              .capacity = slot->capacity};
    slot->spoiled = false;
    slot->runtime = runtime;
    atomic_store_explicit(&slot->instance, instance, memory_order_relaxed);
    atomic_store_explicit(&slot->phase, 0, memory_order_release);
    atomic_store_explicit(&slot->open, slot->handle, memory_order_release);
}

struct reply_slot *reply_table_acquire(struct reply_table *table, gql_runtime *runtime,
                                       const gql_instance *instance, int32_t *ret_code)
{
    const uint32_t shard = own_shard();
    struct reply_slot *slot = pop_free(table, shard);
    if (slot == NULL)
        slot = add_chunk(table, shard, ret_code);
    if (slot == NULL)
        return NULL;
    if (slot->data == NULL &&
        !reply_slot_set_capacity(slot, REPLY_FIRST_CAPACITY + table->prefix_size)) {
        push_free(table, slot);
        *ret_code = GQL_E_NO_MEMORY;
        return NULL;
    }
    open_slot(table, slot, runtime, instance);
    atomic_fetch_add_explicit(&table->shards[slot->shard].pending, 1, memory_order_relaxed);
    return slot;
}

struct reply_slot *reply_table_find(struct reply_table *table, uint64_t handle)
{
    return (handle & REPLY_BUSY) != 0 ? NULL : slot_at(table, (uint32_t)(handle & INDEX_MASK));
}

static bool is_filled(const char *data, size_t size, unsigned char byte)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)data[i] != byte)
            return false;
    return true;
}

bool reply_table_is_intact(const struct reply_table *table, const struct reply_slot *slot)
{
    const gql_reply *reply = &slot->reply;
    return !slot->spoiled && reply->handle == slot->handle && reply->data == slot->data &&
           reply->capacity == slot->capacity && reply->size <= slot->capacity &&
           is_filled(slot->data + slot->capacity, GUARD_SIZE, GUARD_BYTE) &&
           (table->prefix_size == 0 ||
            (reply->size >= table->prefix_size &&
             memcmp(slot->data, table->prefix, table->prefix_size) == 0));
}

static void fill_with_pattern(struct reply_slot *slot)
{
    memset(slot->data, QUARANTINE_BYTE, slot->capacity + GUARD_SIZE);
    slot->reply = (gql_reply){.struct_size = sizeof slot->reply,
                              .handle = slot->handle,
                              .data = slot->data,
                              .capacity = slot->capacity};
}

static bool has_pattern(const struct reply_slot *slot)
{
    const gql_reply *reply = &slot->reply;
    return reply->handle == slot->handle && reply->data == slot->data &&
           reply->capacity == slot->capacity && reply->size == 0 &&
           is_filled(slot->data, slot->capacity + GUARD_SIZE, QUARANTINE_BYTE);
}

static void recycle(struct reply_table *table, struct reply_slot *slot)
{
    free(slot->errors);
    slot->errors = NULL;
    if (slot->capacity > KEPT_CAPACITY) {
        free(slot->data);
        slot->data = NULL;
        slot->capacity = 0;
    }
    push_free(table, slot);
}

static bool is_quarantined(const struct reply_table *table, const struct reply_slot *slot)
{
    return slot->spoiled || table->quarantine_all;
}

void reply_table_seal(struct reply_table *table, struct reply_slot *slot)
{
    if (is_quarantined(table, slot))
        fill_with_pattern(slot);
}

bool reply_table_recycle(struct reply_table *table, struct reply_slot *slot)
{
    if (!is_quarantined(table, slot)) {
        recycle(table, slot);
        return true;
    }
    pthread_mutex_lock(&table->mutex);
    struct reply_slot *oldest = table->quarantine[table->quarantine_next];
    table->quarantine[table->quarantine_next] = slot;
    table->quarantine_next = (table->quarantine_next + 1) % table->quarantine_size;
    pthread_mutex_unlock(&table->mutex);
    if (oldest == NULL)
        return true;
    const bool clean = has_pattern(oldest);
    recycle(table, oldest);
    return clean;
}

void reply_table_count_finished(struct reply_table *table, uint32_t shard)
{
    atomic_fetch_sub_explicit(&table->shards[shard].pending, 1, memory_order_relaxed);
}

uint64_t reply_table_pending(const struct reply_table *table)
{
    int64_t pending = 0;
    for (size_t i = 0; i < REPLY_SHARDS; i++)
        pending += atomic_load_explicit(&table->shards[i].pending, memory_order_relaxed);
    return pending > 0 ? (uint64_t)pending : 0;
}

static bool is_any_under_way(struct reply_table *table, const gql_instance *instance)
{
    for (uint32_t i = 0; i < REPLY_CHUNKS; i++) {
        struct reply_slot *chunk = atomic_load_explicit(&table->chunks[i], memory_order_acquire);
        if (chunk == NULL)
            return false;
        for (uint32_t k = 0; k < REPLY_CHUNK_SLOTS; k++) {
            const uint32_t phase = atomic_load_explicit(&chunk[k].phase, memory_order_acquire);
            if ((phase & FINISHED) != FINISHED &&
                atomic_load_explicit(&chunk[k].instance, memory_order_relaxed) == instance)
                return true;
        }
    }
    return false;
}

void reply_table_await_calls(struct reply_table *table, const gql_instance *instance)
{
    const struct timespec pause = {.tv_nsec = 100000};
    while (is_any_under_way(table, instance))
        nanosleep(&pause, NULL);
}

bool reply_table_init(struct reply_table *table, size_t quarantine, const char *prefix)
{
    memset(table, 0, sizeof *table);
    table->prefix = prefix == NULL ? NULL : strdup(prefix);
    table->prefix_size = prefix == NULL ? 0 : strlen(prefix);
    table->quarantine_all = quarantine != 0;
    table->quarantine_size = quarantine != 0 ? quarantine : QUARANTINE_MINIMUM;
    table->quarantine = calloc(table->quarantine_size, sizeof *table->quarantine);
    table->chunks = calloc(REPLY_CHUNKS, sizeof *table->chunks);
    if (table->quarantine != NULL && table->chunks != NULL &&
        (prefix == NULL || table->prefix != NULL) && pthread_mutex_init(&table->mutex, NULL) == 0)
        return true;
    free(table->prefix);
    free(table->quarantine);
    free(table->chunks);
    return false;
}

size_t reply_table_finish(struct reply_table *table)
{
    size_t written = 0;
    for (size_t i = 0; i < table->quarantine_size; i++)
        if (table->quarantine[i] != NULL && !has_pattern(table->quarantine[i]))
            written++;
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        struct reply_slot *chunk = atomic_load(&table->chunks[i]);
        for (size_t k = 0; k < REPLY_CHUNK_SLOTS; k++) {
            free(chunk[k].data);
            free(chunk[k].text);
            free(chunk[k].errors);
        }
        free(chunk);
    }
    free(table->chunks);
    free(table->quarantine);
    free(table->prefix);
    pthread_mutex_destroy(&table->mutex);
    return written;
}
