// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/tenants/databases.h"

struct store_state databases_state(struct databases *databases)
{
    struct store_state worst = {.health = STORE_HEALTHY};
    struct database **entered;
    const size_t count = databases_enter_all(databases, &entered);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct store_state state = store_state(entered[i]->store);
        const struct text id = database_organization(entered[i]);
        failed += state.health == STORE_FAILED;
        if (state.health > worst.health) {
            worst.health = state.health;
            snprintf(worst.reason, sizeof worst.reason, "organization '%.*s': %.100s", (int)id.size,
                     id.data, state.reason);
        }
        databases_leave(databases, entered[i]);
    }
    free(entered);
    if (worst.health == STORE_FAILED && (count == 1 || failed < count))
        worst.health = STORE_DEGRADED;
    return worst;
}
