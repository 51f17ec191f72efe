// SPDX-License-Identifier: MIT
/*
 * The keys of creates (struct store_key) in a batch: those that were found, and those that it adds.
 * Their organizations' rows are locked, so no other batch has them. Part of struct outcome.
 */
#ifndef PLUGIN_STORE_POSTGRES_OUTCOME_KEYS_H
#define PLUGIN_STORE_POSTGRES_OUTCOME_KEYS_H

#include "plugin/store/postgres/trip.h"

enum {
    OUTCOME_KEYS_MAX = 256, /* Each mutation finds, or adds, one at most. */
    OUTCOME_KEYS_KEPT_MS = STORE_KEY_HOURS * 60 * 60 * 1000,
};

struct outcome_key {
    struct text organization_id;
    struct store_key key;
    struct identifier entity;
    int64_t created; /* Unix milliseconds. */
    bool changed;
};

struct outcome_keys {
    int count;
    struct outcome_key all[OUTCOME_KEYS_MAX];
};

/* Adds the statement that finds the keys of `mutations`, unless they have none. */
bool outcome_keys_read(struct trip *trip, uint32_t tag, const struct store_mutation *mutations);

/* Its result, which must outlive the keys. NULL: there was no such statement. */
enum store_status outcome_keys_begin(struct outcome_keys *keys, const PGresult *result,
                                     struct store_detail *detail);

/*
 * Whether a create was done before: STORE_REPEATED, with the ID in the mutation; STORE_KEY_USED;
 * STORE_NOT_FOUND: it has no key, or the key is not there, or has expired.
 */
enum store_status outcome_keys_find(const struct outcome_keys *keys, int64_t unix_milliseconds,
                                    struct store_mutation *mutation);

/* Keeps the key, if it has one, of a create that was not found and has its ID now. */
void outcome_keys_add(struct outcome_keys *keys, int64_t unix_milliseconds,
                      const struct store_mutation *mutation);

/* Adds the statements that write what was added, and erase some that have expired. */
void outcome_keys_write(const struct outcome_keys *keys, uint32_t tag, int64_t unix_milliseconds,
                        struct trip *trip);

#endif
