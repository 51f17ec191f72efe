// SPDX-License-Identifier: MIT
/* Where a consumer stands in an organization's trail, whatever engine keeps it. */
#ifndef PLUGIN_STORE_CONSUMER_PLACE_H
#define PLUGIN_STORE_CONSUMER_PLACE_H

#include "plugin/store/store.h"

struct consumer_place {
    int64_t trail_length;
    int64_t position; /* Of the last event that he has acknowledged, or that was removed. */
    bool is_leased;   /* The members below count. */
    uint8_t lease[STORE_LEASE_SIZE];
    int64_t lease_until; /* Unix milliseconds; 0 without one. */
};

/*
 * Whether a lease that ends then is held. One that would last longer than any was made before the
 * clock was set back.
 */
static inline bool consumer_lease_holds(int64_t until, int64_t now)
{
    return until > now && until - now <= STORE_LEASE_MILLISECONDS_MAX;
}

/*
 * As STORE_CLAIM and STORE_ACKNOWLEDGE of an organization that is known. STORE_OK: the place has
 * changed, and is to be stored. `now` is Unix milliseconds.
 */
enum store_status consumer_place_claim(struct consumer_place *place, struct store_lease *lease,
                                       int64_t now);
enum store_status consumer_place_acknowledge(struct consumer_place *place,
                                             struct store_lease *lease, int64_t now);

#endif
