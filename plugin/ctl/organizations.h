// SPDX-License-Identifier: MIT
/* The organizations in a database. */
#ifndef PLUGIN_CTL_ORGANIZATIONS_H
#define PLUGIN_CTL_ORGANIZATIONS_H

#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/maintenance/access.h"

/* Returns the exit code of what it has done, and reported. */
typedef enum exit_code organization_fn(struct database_access *access, const struct target *target,
                                       struct text id, void *user);

/*
 * Opens the target's database, and calls `run` for each of its organizations, in the order of their
 * IDs, or for the one that the target names; a shared database that does not know it is refused.
 * Returns the worst exit code.
 */
enum exit_code organizations_each(const struct target *target, organization_fn *run, void *user);

#endif
