// SPDX-License-Identifier: MIT
#include "plugin/base/tally.h"

#include <sched.h>
#include <stdatomic.h>

enum { MILLISECOND = 1000 * 1000 };

/* OpenTelemetry's convention for db.client.operation.duration. */
const uint64_t tally_durations[TALLY_BUCKETS - 1] = {
    1 * MILLISECOND,    5 * MILLISECOND,       10 * MILLISECOND,
    50 * MILLISECOND,   100 * MILLISECOND,     500 * MILLISECOND,
    1000 * MILLISECOND, 5000ull * MILLISECOND, 10000ull * MILLISECOND,
};
const uint64_t tally_sizes[TALLY_BUCKETS - 1] = {1, 2, 4, 8, 16, 32, 64, 128, 256};

struct cells {
    _Atomic uint64_t buckets[TALLY_BUCKETS];
    _Atomic uint64_t sum;
};

static struct {
    _Alignas(64) struct cells histograms[TALLY_HISTOGRAMS];
    _Atomic uint64_t counters[TALLY_COUNTERS];
} shards[TALLY_SHARDS];

static int shard_of_processor(void)
{
    const int processor = sched_getcpu();
    return processor < 0 ? 0 : processor % TALLY_SHARDS;
}

static void add(int shard, int histogram, const uint64_t *bounds, uint64_t value)
{
    struct cells *cells = &shards[shard].histograms[histogram];
    int bucket = 0;
    while (bucket < TALLY_BUCKETS - 1 && value > bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&cells->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cells->sum, value, memory_order_relaxed);
}

void tally_call(int shard, int histogram, uint64_t nanoseconds)
{
    add(shard, histogram, tally_durations, nanoseconds);
}

void tally_duration(int histogram, uint64_t nanoseconds)
{
    add(shard_of_processor(), histogram, tally_durations, nanoseconds);
}

void tally_size(int histogram, uint64_t size)
{
    add(shard_of_processor(), histogram, tally_sizes, size);
}

void tally_count(int counter)
{
    atomic_fetch_add_explicit(&shards[shard_of_processor()].counters[counter], 1,
                              memory_order_relaxed);
}

static uint64_t load(const _Atomic uint64_t *cell)
{
    return atomic_load_explicit(cell, memory_order_relaxed);
}

struct tally_sums tally_histogram_read(int histogram)
{
    struct tally_sums sums = {0};
    for (int shard = 0; shard < TALLY_SHARDS; shard++) {
        const struct cells *cells = &shards[shard].histograms[histogram];
        for (int bucket = 0; bucket < TALLY_BUCKETS; bucket++)
            sums.buckets[bucket] += load(&cells->buckets[bucket]);
        sums.sum += load(&cells->sum);
    }
    return sums;
}

uint64_t tally_counter_read(int counter)
{
    uint64_t sum = 0;
    for (int shard = 0; shard < TALLY_SHARDS; shard++)
        sum += load(&shards[shard].counters[counter]);
    return sum;
}

static void clear(struct cells *cells)
{
    for (int bucket = 0; bucket < TALLY_BUCKETS; bucket++)
        atomic_store_explicit(&cells->buckets[bucket], 0, memory_order_relaxed);
    atomic_store_explicit(&cells->sum, 0, memory_order_relaxed);
}

void tally_forget(void)
{
    for (int shard = 0; shard < TALLY_SHARDS; shard++) {
        for (int i = 0; i < TALLY_HISTOGRAMS; i++)
            clear(&shards[shard].histograms[i]);
        for (int i = 0; i < TALLY_COUNTERS; i++)
            atomic_store_explicit(&shards[shard].counters[i], 0, memory_order_relaxed);
    }
}
