// SPDX-License-Identifier: MIT
/*
 * When the first token of each organization expires: of a bounded number of organizations, those
 * with the soonest expiry, and of all others together. One thread at a time.
 */
#ifndef PLUGIN_INSTANCE_EXPIRIES_H
#define PLUGIN_INSTANCE_EXPIRIES_H

#include <stdint.h>

#include "plugin/base/tenant_name.h"

enum { EXPIRIES_MOST = 1000 };

struct expiry {
    int64_t time; /* Unix milliseconds; INT64_MAX: never. */
    uint32_t tag;
    struct tenant_id id;
};

/* Zeroed, there are none. */
struct expiries {
    struct expiry *items; /* Sorted by expiries_sort. */
    size_t count, capacity;
    int64_t bound;   /* While there is room for no more: the last of the items. */
    bool has_others; /* Tokens for which there was no room. */
    int64_t others;  /* The first of them. */
};

/* A token that expires then. False if memory ran out. */
bool expiries_add(struct expiries *expiries, struct text organization_id, int64_t time);

/* When the first token of an organization expires. INT64_MAX: never, or it is not known. */
int64_t expiries_of(const struct expiries *expiries, struct text organization_id);

/* The soonest first. */
void expiries_sort(struct expiries *expiries);

/* The first of the items from number `from` on, and of the others. INT64_MAX: there are none. */
int64_t expiries_first(const struct expiries *expiries, size_t from);

/* Frees the items; there are none then. */
void expiries_finish(struct expiries *expiries);

#endif
