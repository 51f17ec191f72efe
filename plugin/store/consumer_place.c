// SPDX-License-Identifier: MIT
#include "plugin/store/consumer_place.h"

static void lease_to(struct consumer_place *place, const struct store_lease *lease, int64_t now)
{
    place->is_leased = lease->milliseconds > 0;
    place->lease_until = place->is_leased ? now + lease->milliseconds : 0;
    memcpy(place->lease, lease->token, STORE_LEASE_SIZE);
}

enum store_status consumer_place_claim(struct consumer_place *place, struct store_lease *lease,
                                       int64_t now)
{
    if (place->trail_length <= place->position)
        return STORE_NOT_FOUND;
    if (place->is_leased && consumer_lease_holds(place->lease_until, now)) {
        lease->milliseconds = place->lease_until - now;
        return STORE_CONFLICT;
    }
    lease_to(place, lease, now);
    lease->position = place->position;
    lease->is_behind = true;
    return STORE_OK;
}

enum store_status consumer_place_acknowledge(struct consumer_place *place,
                                             struct store_lease *lease, int64_t now)
{
    if (!place->is_leased || memcmp(place->lease, lease->token, STORE_LEASE_SIZE) != 0)
        return STORE_CONFLICT;
    if (lease->position > place->position)
        place->position = lease->position < place->trail_length ? lease->position
                                                                : place->trail_length;
    lease_to(place, lease, now);
    lease->position = place->position;
    lease->is_behind = place->position < place->trail_length;
    return STORE_OK;
}
