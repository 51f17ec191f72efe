// SPDX-License-Identifier: MIT
/*
 * Removes events whose retention is over from the begin of each trail, up to a checkpoint, by which
 * the rest is verified. Within a write transaction, in steps.
 */
#ifndef PLUGIN_STORE_SQLITE_TRAIL_SWEEP_H
#define PLUGIN_STORE_SQLITE_TRAIL_SWEEP_H

#include "plugin/store/sqlite/connection.h"
#include "plugin/store/trail_checkpoint.h"

enum { CHECKPOINT_SCHEMA = 7 }; /* The first with checkpoints. */

/* Where the next step goes on. Zeroed, at the begin. */
struct trail_sweep {
    int64_t key; /* Of the last organization that has no event to be removed. */
};

/*
 * Looks at some organizations, until one has events of before that time, and removes the first of
 * them. Of an organization that is erased, and behind an event that does not say when it was,
 * nothing is removed. *ret_more: there may be more; otherwise the next step is at the begin again.
 */
enum store_status trail_sweep_step(struct trail_sweep *sweep, struct connection *connection,
                                   int64_t before, int64_t now, bool *ret_more,
                                   struct store_detail *detail);

/* The checkpoint of an organization's trail; without one, the start. */
enum store_status trail_sweep_checkpoint(struct connection *connection, struct text organization_id,
                                         struct trail_checkpoint *ret_checkpoint,
                                         struct store_detail *detail);

/* Sets it, for the organization with that key. */
enum store_status trail_sweep_set(struct connection *connection, int64_t organization,
                                  const struct trail_checkpoint *checkpoint,
                                  struct store_detail *detail);

#endif
