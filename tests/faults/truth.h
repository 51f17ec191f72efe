// SPDX-License-Identifier: MIT
/*
 * What a store must hold, kept in memory, and how answers of the store differ from it. Not for a
 * store that others write to. One thread at a time.
 */
#ifndef TESTS_FAULTS_TRUTH_H
#define TESTS_FAULTS_TRUTH_H

#include "plugin/store/store.h"

enum { TRUTH_MAX = 1024 };

struct truth {
    const struct collation *collation;
    struct integration_copy items[TRUTH_MAX]; /* By organization, title and ID. */
    size_t count;
};

/* A copy is added, in its place. There must be room. */
void truth_add(struct truth *truth, const struct integration *integration);
void truth_remove(struct truth *truth, const struct identifier *id);
void truth_finish(struct truth *truth);

/* NULL if there is none. */
const struct integration *truth_find(const struct truth *truth, const struct identifier *id);

struct store_counts truth_counts(const struct truth *truth, struct text organization_id);

/* What is wrong with an answer, as bits; 0: nothing. */
enum {
    WRONG_LOST = 1,    /* An integration is missing. */
    WRONG_CONTENT = 2, /* One has other content. */
    WRONG_EXTRA = 4,   /* There is one that is not in the range, or that does not exist. */
    WRONG_TWICE = 8,
    WRONG_ORDER = 16,
    WRONG_COUNT = 32,
    WRONG_BITS = 6,
};

/* Whether two are equal, but for their IDs. */
bool truth_is_same(const struct integration *a, const struct integration *b);

/* The answer to store_get: NULL is STORE_NOT_FOUND. */
unsigned truth_judge_one(const struct truth *truth, const struct identifier *id,
                         const struct integration *answer);

/* The answer to store_scan that begins at an item of the truth, and is bounded by `limit` only. */
unsigned truth_judge_page(const struct truth *truth, const struct store_range *range, size_t limit,
                          const struct integration_list *answer);

#endif
