// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/unserved.h"

#include <stdio.h>

#include "plugin/base/deadline.h"

static const uint64_t SPAN = UINT64_C(60) * 1000000000;

void unserved_init(struct unserved *unserved)
{
    *unserved = (struct unserved){.until = 0};
    pthread_mutex_init(&unserved->lock, NULL);
}

void unserved_finish(struct unserved *unserved)
{
    pthread_mutex_destroy(&unserved->lock);
}

void unserved_note(struct unserved *unserved, struct text organization_id, const char *cause)
{
    pthread_mutex_lock(&unserved->lock);
    tenant_id_set(&unserved->id, organization_id);
    snprintf(unserved->cause, sizeof unserved->cause, "%s", cause);
    unserved->until = monotonic_now() + SPAN;
    pthread_mutex_unlock(&unserved->lock);
}

void unserved_end(struct unserved *unserved, struct text organization_id)
{
    pthread_mutex_lock(&unserved->lock);
    if (text_equal(tenant_id_text(&unserved->id), organization_id))
        unserved->until = 0;
    pthread_mutex_unlock(&unserved->lock);
}

struct store_state unserved_state(struct unserved *unserved)
{
    struct store_state state = {.health = STORE_HEALTHY};
    pthread_mutex_lock(&unserved->lock);
    if (monotonic_now() < unserved->until) {
        state.health = STORE_DEGRADED;
        snprintf(state.reason, sizeof state.reason, "organization '%.*s' can't be served: %s",
                 (int)unserved->id.size, unserved->id.bytes, unserved->cause);
    }
    pthread_mutex_unlock(&unserved->lock);
    return state;
}
