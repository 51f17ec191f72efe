// SPDX-License-Identifier: MIT
/*
 * The consumers of events in a batch: those that were found, and those that it adds. Their
 * organizations' rows are locked, so no other batch has them. Part of struct outcome.
 */
#ifndef PLUGIN_STORE_POSTGRES_OUTCOME_CONSUMERS_H
#define PLUGIN_STORE_POSTGRES_OUTCOME_CONSUMERS_H

#include "plugin/store/consumer_place.h"
#include "plugin/store/postgres/trip.h"

enum { OUTCOME_CONSUMERS_MAX = 256 }; /* Each mutation finds, or adds, one at most. */

struct outcome_consumer {
    struct text organization_id, name;
    struct consumer_place place;
    bool changed;
};

struct outcome_consumers {
    int count;
    struct outcome_consumer all[OUTCOME_CONSUMERS_MAX];
};

/* Adds the statement that finds the consumers of `mutations`, unless they have none. */
bool outcome_consumers_read(struct trip *trip, uint32_t tag,
                            const struct store_mutation *mutations);

/* Its result, which must outlive the consumers. NULL: there was no such statement. */
enum store_status outcome_consumers_begin(struct outcome_consumers *consumers,
                                          const PGresult *result, struct store_detail *detail);

/*
 * As STORE_CLAIM and STORE_ACKNOWLEDGE, of an organization whose trail has that length and has lost
 * so many events. STORE_OK: there is something to be written.
 */
enum store_status outcome_consumers_apply(struct outcome_consumers *consumers,
                                          struct store_mutation *mutation, int64_t trail_length,
                                          int64_t removed, int64_t unix_milliseconds);

/* Adds the statement that writes what has changed, if anything has. */
void outcome_consumers_write(const struct outcome_consumers *consumers, uint32_t tag,
                             struct trip *trip);

#endif
