// SPDX-License-Identifier: MIT
/* The databases that a command is about: one, or those of a root's organizations. */
#ifndef PLUGIN_CTL_TARGETS_H
#define PLUGIN_CTL_TARGETS_H

#include "plugin/base/text.h"
#include "plugin/ctl/commands.h"

struct target {
    const char *path;            /* Of the database. */
    struct text organization_id; /* No text: none was named. */
    const struct options *options;
};

/* The texts are borrowed until the return. */
typedef enum exit_code target_fn(const struct target *target, void *user);

/*
 * Calls `run` for --database, or for each organization below --root, in the order of their IDs, or
 * for the one that --organization names. Under a root, what is suspended is served; what a tool
 * moves or restores meanwhile is reported, and what was erased or moved away is left out. While
 * `run` runs, the lease is held as gateways hold it, if there is one. Returns the worst exit code.
 */
enum exit_code targets_each(const struct options *options, target_fn *run, void *user);

/*
 * The same for what is below --root, but gateways have closed each database while `run` runs
 * (lease_hold.h), and serve it again afterwards. What a tool that was killed left closed is taken
 * over, unless that was a move or a restore.
 */
enum exit_code targets_each_closed(const struct options *options, target_fn *run, void *user);

#endif
