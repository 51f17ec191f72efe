// SPDX-License-Identifier: MIT
/* Where a trail begins whose first events were removed. */
#ifndef PLUGIN_STORE_TRAIL_CHECKPOINT_H
#define PLUGIN_STORE_TRAIL_CHECKPOINT_H

#include "plugin/store/trail.h"

struct trail_checkpoint {
    struct trail_head head; /* The last event that was removed; without one, trail_start. */
    int64_t time;           /* When: Unix milliseconds; 0 without one. */
};

#endif
