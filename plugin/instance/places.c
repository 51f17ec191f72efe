// SPDX-License-Identifier: MIT
#include "plugin/instance/places.h"

#include <stdint.h>

void places_init(struct places *places)
{
    *places = (struct places){0};
    pthread_mutex_init(&places->lock, NULL);
}

void places_finish(struct places *places)
{
    pthread_mutex_destroy(&places->lock);
}

/* FNV-1a. Whoever chooses IDs that meet in a bucket makes no more work than a flood of one ID. */
static struct place **bucket_of(struct places *places, struct text organization_id)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < organization_id.size; i++)
        hash = (hash ^ (unsigned char)organization_id.data[i]) * 16777619u;
    return &places->buckets[hash % PLACE_BUCKETS];
}

static int count_of(const struct place *place, struct text organization_id)
{
    int count = 0;
    for (; place != NULL; place = place->next)
        count += text_equal(place->organization_id, organization_id);
    return count;
}

enum places_verdict places_take(struct places *places, struct place *place,
                                struct text organization_id)
{
    struct place **bucket = bucket_of(places, organization_id);
    enum places_verdict verdict = PLACES_TAKEN;
    pthread_mutex_lock(&places->lock);
    if (places->count >= places->limit)
        verdict = PLACES_FULL;
    else if (count_of(*bucket, organization_id) >= places->limit_of_each)
        verdict = PLACES_FULL_FOR_ORGANIZATION;
    if (verdict == PLACES_TAKEN) {
        *place = (struct place){organization_id, *bucket, bucket};
        if (*bucket != NULL)
            (*bucket)->link = &place->next;
        *bucket = place;
        places->count++;
    }
    pthread_mutex_unlock(&places->lock);
    return verdict;
}

int places_count(struct places *places)
{
    pthread_mutex_lock(&places->lock);
    const int count = places->count;
    pthread_mutex_unlock(&places->lock);
    return count;
}

void places_free(struct places *places, struct place *place)
{
    pthread_mutex_lock(&places->lock);
    *place->link = place->next;
    if (place->next != NULL)
        place->next->link = place->link;
    places->count--;
    pthread_mutex_unlock(&places->lock);
}
