// SPDX-License-Identifier: MIT
/*
 * Removes events whose retention is over from the begin of each trail, up to a checkpoint, by which
 * the rest is verified. Of an organization that is erased, and behind an event that does not say
 * when it was, nothing is removed.
 */
#ifndef PLUGIN_STORE_POSTGRES_SWEEP_TRAILS_H
#define PLUGIN_STORE_POSTGRES_SWEEP_TRAILS_H

#include "plugin/store/postgres/sweep_turn.h"

/* Of some trails, the first of their old events. *ret_count: of how many. */
enum trip_end sweep_trails(const struct sweep_turn *turn, int *ret_count,
                           enum store_status *ret_status);

#endif
