// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "plugin/instance/instance.h"

static struct store_state keyring_state(const gql_instance *instance)
{
    struct store_state state = {STORE_HEALTHY, ""};
    if (shared_keyring_is_doubtful(&instance->keyring)) {
        state.health = STORE_FAILED;
        snprintf(
            state.reason, sizeof state.reason,
            "Every change with a token is rejected until the keyring can be read; check '%.150s'",
            instance->config.keyring);
    } else if (shared_keyring_is_outdated(&instance->keyring)) {
        state.health = STORE_DEGRADED;
        snprintf(state.reason, sizeof state.reason,
                 "The previous keyring stays in use, without later revocations; check '%.150s'",
                 instance->config.keyring);
    }
    return state;
}

/* Of equally bad ones the first, which tells more of the cause. */
static struct store_state worst_state(gql_instance *instance)
{
    const uint64_t now = monotonic_now();
    struct store *store = instance->store;
    const struct store_state states[] = {
        store_state(store),
        keyring_state(instance),
        rejections_state(&instance->changes, now, store_proved(store, PROOF_CHANGES)),
        rejections_state(&instance->reads, now, store_proved(store, PROOF_READS)),
    };
    if (states[2].health != STORE_HEALTHY || states[3].health != STORE_HEALTHY)
        store_probe(store); /* For the next look. */
    const struct store_state *worst = states;
    for (size_t i = 1; i < sizeof states / sizeof *states; i++) {
        if (states[i].health > worst->health)
            worst = &states[i];
    }
    return *worst;
}

uint32_t instance_health(gql_instance *instance, char *reason, uint64_t reason_size)
{
    static const uint32_t codes[] = {[STORE_HEALTHY] = GQL_HEALTH_OK,
                                     [STORE_DEGRADED] = GQL_HEALTH_DEGRADED,
                                     [STORE_FAILED] = GQL_HEALTH_FAILED};
    const struct store_state state = worst_state(instance);
    snprintf(reason, reason_size, "%s", state.reason);
    return codes[state.health];
}
