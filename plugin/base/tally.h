// SPDX-License-Identifier: MIT
/*
 * What the process counts, for the metrics (instance/metrics.h): histograms and counters, which all
 * instances share. Counting is two atomic additions without a lock; there are TALLY_SHARDS copies
 * of the cells, so that few processors use the same ones. Any thread. A forked child starts at 0.
 */
#ifndef PLUGIN_BASE_TALLY_H
#define PLUGIN_BASE_TALLY_H

#include <stdint.h>

enum { TALLY_SHARDS = 16, TALLY_BUCKETS = 10 };

/* Of calls: the fields, and how they ended; 0 is well, then come the codes of errors. */
enum tally_field {
    TALLY_QUERY_INTEGRATION,
    TALLY_QUERY_INTEGRATIONS,
    TALLY_LOADER,
    TALLY_CREATE,
    TALLY_UPDATE,
    TALLY_DELETE,
    TALLY_EVENTS_READ,
    TALLY_EVENTS_CLAIM,
    TALLY_EVENTS_ACKNOWLEDGE,
    TALLY_FIELDS,
};
enum { TALLY_OUTCOMES = 8, TALLY_STATUSES = 24 };

enum tally_operation { TALLY_BATCH, TALLY_CHECKPOINT, TALLY_OPERATION_COUNT };

enum tally_limit {
    TALLY_PENDING,
    TALLY_PENDING_OF_EACH,
    TALLY_MAX_OPEN,
    TALLY_BUSY_TIMEOUT,
    TALLY_LIMITS,
};

enum tally_eviction { TALLY_FOR_ROOM, TALLY_IDLE, TALLY_LEASE, TALLY_EVICTION_REASONS };

/* The histograms: the first one of each metric. With two dimensions, the second one is next. */
enum tally_histogram {
    TALLY_CALLS,                                                    /* Nanoseconds, as … */
    TALLY_OPERATIONS = TALLY_CALLS + TALLY_FIELDS * TALLY_OUTCOMES, /* … these, and … */
    TALLY_CHECKS = TALLY_OPERATIONS + TALLY_OPERATION_COUNT * TALLY_STATUSES,
    TALLY_OPENINGS = TALLY_CHECKS + TALLY_STATUSES,
    TALLY_WAITS = TALLY_OPENINGS + TALLY_STATUSES, /* … these. */
    TALLY_BATCHES,                                 /* Changes. */
    TALLY_HISTOGRAMS,
};

enum tally_counter {
    TALLY_REJECTIONS,
    TALLY_EVICTIONS = TALLY_REJECTIONS + TALLY_LIMITS,
    TALLY_COUNTERS = TALLY_EVICTIONS + TALLY_EVICTION_REASONS,
};

struct tally_sums {
    uint64_t buckets[TALLY_BUCKETS]; /* How many values; the last has no bound. */
    uint64_t sum;
};

/* The upper bounds of the buckets: of durations in nanoseconds, and of sizes. */
extern const uint64_t tally_durations[TALLY_BUCKETS - 1], tally_sizes[TALLY_BUCKETS - 1];

/* Adds a duration. `shard` is from 0 to TALLY_SHARDS - 1: tally_shard, or the ticket of a gate. */
void tally_call(int shard, int histogram, uint64_t nanoseconds);

void tally_duration(int histogram, uint64_t nanoseconds);
void tally_size(int histogram, uint64_t size);
void tally_count(int counter);

/* What was counted so far; what is being counted may be missing in part. */
struct tally_sums tally_histogram_read(int histogram);
uint64_t tally_counter_read(int counter);

/* In a forked child, before it counts: what its parent counted is not its own. */
void tally_forget(void);

#endif
