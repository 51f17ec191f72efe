// SPDX-License-Identifier: MIT
/*
 * What a batch of mutations of one tag makes of the rows that it has locked: computed here, in the
 * order of their arrival, and written as one final state of each row. A batch that is run again
 * begins anew. Used by one thread at a time.
 */
#ifndef PLUGIN_STORE_POSTGRES_OUTCOME_H
#define PLUGIN_STORE_POSTGRES_OUTCOME_H

#include "plugin/store/postgres/database.h"
#include "plugin/store/postgres/outcome_consumers.h"
#include "plugin/store/postgres/outcome_keys.h"

enum { OUTCOME_MAX = 256 }; /* Mutations of a batch. */

struct outcome_row {
    struct integration now;
    bool is_stored;
    bool exists;
    bool changed;
};

struct outcome_organization {
    struct text id;
    struct store_counts counts;
    struct trail_head head;
    struct identifier highest; /* The highest ID that it has, or had. */
    int64_t removed;           /* Events from the begin of its trail. */
    bool erased;
    bool suspended;
    bool changed;
};

struct outcome_events {
    struct wire_array organizations, sequences, entities, salts, digests, hashes, bodies;
};

struct outcome {
    struct database *database;
    uint32_t tag;
    int64_t unix_milliseconds;
    bool changed;
    bool has_suspended; /* One of the organizations is. */
    int row_count;
    int organization_count;
    struct outcome_row rows[OUTCOME_MAX];
    struct outcome_organization organizations[OUTCOME_MAX];
    struct outcome_events events;
    struct outcome_keys keys;
    struct outcome_consumers consumers;
};

/* The results of the statements that read and lock, which must outlive the outcome. */
struct outcome_found {
    const PGresult *integrations, *organizations;
    const PGresult *keys, *consumers; /* NULL: no mutation has one. */
};

enum store_status outcome_begin(struct outcome *outcome, struct database *database, uint32_t tag,
                                const struct outcome_found *found, struct store_detail *detail);
void outcome_finish(struct outcome *outcome);

/* Sets the mutation's status, result and detail. */
void outcome_apply(struct outcome *outcome, struct store_mutation *mutation);

/*
 * Brings one back that was deleted, as `restored`, for whoever asks for it. What it is given must
 * outlive the outcome.
 */
enum store_status outcome_restore(struct outcome *outcome, const struct integration *deleted,
                                  const struct integration *restored, const gql_request *request,
                                  struct store_detail *detail);

/* Its events: none at first; then one more. False: memory ran out. */
void outcome_events_begin(struct outcome_events *events);
bool outcome_events_add(struct outcome_events *events, struct text organization_id,
                        const struct trail_event *event);

/* Adds the statements that write the outcome. */
void outcome_write(struct outcome *outcome, struct trip *trip);

#endif
