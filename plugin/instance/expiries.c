// SPDX-License-Identifier: MIT
#include "plugin/instance/expiries.h"

#include <stdlib.h>

#include "plugin/base/organization.h"

static struct expiry *find(const struct expiries *expiries, uint32_t tag, struct text id)
{
    for (size_t i = 0; i < expiries->count; i++) {
        struct expiry *item = &expiries->items[i];
        if (item->tag == tag && text_equal(tenant_id_text(&item->id), id))
            return item;
    }
    return NULL;
}

static struct expiry *last_of(const struct expiries *expiries)
{
    struct expiry *last = expiries->items;
    for (size_t i = 1; i < expiries->count; i++) {
        if (expiries->items[i].time > last->time)
            last = &expiries->items[i];
    }
    return last;
}

static void note_other(struct expiries *expiries, int64_t time)
{
    if (!expiries->has_others || time < expiries->others)
        expiries->others = time;
    expiries->has_others = true;
}

/* NULL: memory ran out. */
static struct expiry *append(struct expiries *expiries)
{
    if (expiries->count == expiries->capacity) {
        const size_t capacity = expiries->capacity == 0 ? 8 : expiries->capacity * 2;
        struct expiry *items = realloc(expiries->items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        expiries->items = items;
        expiries->capacity = capacity;
    }
    return &expiries->items[expiries->count++];
}

/* A place for one more: an unused one, or that of the last, which is one of the others then. */
static struct expiry *place_for(struct expiries *expiries)
{
    if (expiries->count < EXPIRIES_MOST)
        return append(expiries);
    struct expiry *last = last_of(expiries);
    note_other(expiries, last->time);
    return last;
}

bool expiries_add(struct expiries *expiries, struct text organization_id, int64_t time)
{
    if (expiries->count == EXPIRIES_MOST && time >= expiries->bound) {
        note_other(expiries, time);
        return true;
    }
    const uint32_t tag = organization_tag(organization_id);
    struct expiry *item = find(expiries, tag, organization_id);
    if (item != NULL && item->time <= time)
        return true;
    if (item == NULL) {
        item = place_for(expiries);
        if (item == NULL)
            return false;
        item->tag = tag;
        tenant_id_set(&item->id, organization_id);
    }
    item->time = time;
    if (expiries->count == EXPIRIES_MOST)
        expiries->bound = last_of(expiries)->time;
    return true;
}

int64_t expiries_of(const struct expiries *expiries, struct text organization_id)
{
    const struct expiry *item = find(expiries, organization_tag(organization_id), organization_id);
    return item == NULL ? INT64_MAX : item->time;
}

static int by_time(const void *first, const void *second)
{
    const int64_t a = ((const struct expiry *)first)->time,
                  b = ((const struct expiry *)second)->time;
    return (a > b) - (a < b);
}

void expiries_sort(struct expiries *expiries)
{
    if (expiries->count > 1)
        qsort(expiries->items, expiries->count, sizeof *expiries->items, by_time);
}

int64_t expiries_first(const struct expiries *expiries, size_t from)
{
    const int64_t item = from < expiries->count ? expiries->items[from].time : INT64_MAX;
    return expiries->has_others && expiries->others < item ? expiries->others : item;
}

void expiries_finish(struct expiries *expiries)
{
    free(expiries->items);
    *expiries = (struct expiries){0};
}
