// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/round.h"

enum { SHELVES = 256 };

/* The one on the shelf with that number. */
static bool take_entry(struct listing *listing, uint32_t shelf, uint32_t number,
                       struct tenant_id *ret_id)
{
    struct kept_shelf *kept = atomic_load(&listing->shelves[shelf]);
    if (kept == NULL)
        return false;
    pthread_mutex_lock(&kept->lock);
    const bool found = number < kept->shelf.count;
    if (found)
        *ret_id = kept->shelf.entries[number].id;
    pthread_mutex_unlock(&kept->lock);
    return found;
}

bool round_next(struct listing *listing, struct sweep_place *place, struct tenant_id *ret_id)
{
    struct store_detail detail;
    for (uint64_t shelf = place->number >> 32; shelf < SHELVES; shelf++) {
        const uint32_t which = (uint32_t)((shelf + place->offset) % SHELVES);
        const uint32_t number = shelf == place->number >> 32 ? (uint32_t)place->number : 0;
        const bool listed = number > 0 ||
                            listing_refresh(listing, which << 16, &detail) == STORE_OK;
        if (listed && take_entry(listing, which, number, ret_id)) {
            place->number = shelf << 32 | (number + 1);
            return true;
        }
    }
    return false;
}
