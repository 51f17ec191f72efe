// SPDX-License-Identifier: MIT
#include "plugin/base/throttle.h"

bool throttle_pass(struct throttle *throttle, uint64_t now, unsigned *ret_held)
{
    uint64_t next = atomic_load(&throttle->next);
    if (now < next ||
        !atomic_compare_exchange_strong(&throttle->next, &next,
                                        now + THROTTLE_SECONDS * UINT64_C(1000000000))) {
        atomic_fetch_add(&throttle->held, 1);
        return false;
    }
    *ret_held = atomic_exchange(&throttle->held, 0);
    return true;
}
