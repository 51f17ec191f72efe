// SPDX-License-Identifier: MIT
#include "plugin/instance/denial_budget.h"

#include <sodium.h>
#include <stdlib.h>

#define DENIAL_NANOSECONDS (DENIAL_SECONDS * UINT64_C(1000000000))

void denial_budget_init(struct denial_budget *budget)
{
    *budget = (struct denial_budget){0};
    randombytes_buf(budget->secret, sizeof budget->secret);
    pthread_mutex_init(&budget->lock, NULL);
}

void denial_budget_finish(struct denial_budget *budget)
{
    pthread_mutex_destroy(&budget->lock);
    free(budget->places);
}

static uint64_t hash_of(const struct denial_budget *budget, struct text organization_id,
                        struct text actor_id)
{
    uint64_t hash;
    crypto_generichash_state state;
    const uint64_t size = organization_id.size;
    crypto_generichash_init(&state, budget->secret, sizeof budget->secret,
                            crypto_generichash_BYTES_MIN);
    crypto_generichash_update(&state, (const uint8_t *)&size, sizeof size);
    crypto_generichash_update(&state, (const uint8_t *)organization_id.data, organization_id.size);
    crypto_generichash_update(&state, (const uint8_t *)actor_id.data, actor_id.size);
    uint8_t bytes[crypto_generichash_BYTES_MIN];
    crypto_generichash_final(&state, bytes, sizeof bytes);
    memcpy(&hash, bytes, sizeof hash);
    return hash;
}

/*
 * Its own place, or one whose actor has not been refused for long. NULL: all are in use, or there
 * is no memory.
 */
static struct denial_place *find(struct denial_budget *budget, uint64_t who, uint64_t now)
{
    if (budget->places == NULL)
        budget->places = calloc(DENIAL_SETS, sizeof *budget->places);
    if (budget->places == NULL)
        return NULL;
    struct denial_place *const set = budget->places[who % DENIAL_SETS], *unused = NULL;
    for (int i = 0; i < DENIAL_PLACES; i++) {
        if (set[i].who == who)
            return &set[i];
        if (set[i].full <= now)
            unused = &set[i];
    }
    if (unused != NULL)
        *unused = (struct denial_place){.who = who};
    return unused;
}

static bool spend(struct denial_place *place, uint64_t now, uint32_t *ret_held)
{
    const uint64_t full = place->full > now ? place->full : now;
    if (full - now > (DENIALS_AT_ONCE - 1) * DENIAL_NANOSECONDS) {
        place->held += place->held < UINT32_MAX;
        return false;
    }
    place->full = full + DENIAL_NANOSECONDS;
    *ret_held = place->held;
    place->held = 0;
    return true;
}

bool denial_budget_take(struct denial_budget *budget, struct text organization_id,
                        struct text actor_id, uint64_t now, uint32_t *ret_held)
{
    const uint64_t who = hash_of(budget, organization_id, actor_id);
    pthread_mutex_lock(&budget->lock);
    struct denial_place *place = find(budget, who, now);
    const bool taken = place != NULL && spend(place, now, ret_held);
    pthread_mutex_unlock(&budget->lock);
    return taken;
}
