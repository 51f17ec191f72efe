// SPDX-License-Identifier: MIT
/*
 * Organizations that are suspended (maintenance/server_suspension.h): their changes are rejected,
 * and their reads if the setting database.suspendedReads is false. Each transaction reads the state
 * with what it needs in any case, so a suspension holds from its commit on.
 */
#ifndef PLUGIN_STORE_POSTGRES_SUSPENSION_H
#define PLUGIN_STORE_POSTGRES_SUSPENSION_H

#include "plugin/store/postgres/database.h"

/* How a call of that organization ends. The log has the cause, once a minute. Any thread. */
enum store_status suspension_reject(struct database *database, struct text organization_id,
                                    struct store_detail *detail);

#endif
