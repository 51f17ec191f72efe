// SPDX-License-Identifier: MIT
/* The organizations in a database on a server. */
#ifndef PLUGIN_CTL_SERVER_ORGANIZATIONS_H
#define PLUGIN_CTL_SERVER_ORGANIZATIONS_H

#include "plugin/ctl/commands.h"
#include "plugin/ctl/tenant_list.h"
#include "plugin/store/postgres/maintenance/server_rows.h"

/* Connects to --database. What is wrong has been reported. Close it in any case. */
enum exit_code server_open(struct server_access *access, const struct options *options,
                           bool migrates);

/* Returns the exit code of what it has done, and reported. */
typedef enum exit_code server_organization_run_fn(struct server_access *access,
                                                  const struct options *options, struct text id,
                                                  void *user);

/*
 * Calls `run` for each organization, in the order of their IDs, or for the one that --organization
 * names. Returns the worst exit code.
 */
enum exit_code server_organizations_each(struct server_access *access,
                                         const struct options *options,
                                         server_organization_run_fn *run, void *user);

#endif
