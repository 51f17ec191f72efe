// SPDX-License-Identifier: MIT
/*
 * Bounds the mutations under way, in all and of each organization, so that one that floods an
 * instance leaves room for the others. Any thread.
 */
#ifndef PLUGIN_INSTANCE_PLACES_H
#define PLUGIN_INSTANCE_PLACES_H

#include <pthread.h>

#include "plugin/base/text.h"

enum { PLACE_BUCKETS = 64 };

/* A mutation's place. Its owner keeps it where it is, and the text, until it is freed. */
struct place {
    struct text organization_id;
    struct place *next;
    struct place **link; /* What points to it. */
};

struct places {
    int limit;
    int limit_of_each;    /* Organization. */
    pthread_mutex_t lock; /* Guards the members below. */
    int count;
    struct place *buckets[PLACE_BUCKETS]; /* By a hash of the organization's ID. */
};

void places_init(struct places *places);
void places_finish(struct places *places);

/* How many are taken. */
int places_count(struct places *places);

enum places_verdict { PLACES_TAKEN, PLACES_FULL, PLACES_FULL_FOR_ORGANIZATION };

enum places_verdict places_take(struct places *places, struct place *place,
                                struct text organization_id);
void places_free(struct places *places, struct place *place);

#endif
