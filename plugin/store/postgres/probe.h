// SPDX-License-Identifier: MIT
/* Finds out how the server fares when no call does. */
#ifndef PLUGIN_STORE_POSTGRES_PROBE_H
#define PLUGIN_STORE_POSTGRES_PROBE_H

#include "plugin/store/postgres/database.h"

/* Whether reads succeed, or, with `writes`, changes: commits a row that means nothing. */
bool probe_run(struct database *database, struct session *session, bool writes);

#endif
