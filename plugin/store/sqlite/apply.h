// SPDX-License-Identifier: MIT
/* One mutation against the database, within a transaction that the caller begins and ends. */
#ifndef PLUGIN_STORE_SQLITE_APPLY_H
#define PLUGIN_STORE_SQLITE_APPLY_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"

struct apply_context {
    struct connection *connection;
    const struct collation *collation;
    struct identifier_mint *mint;
    int64_t unix_milliseconds;
};

/* Returns the mutation's status; sets its result and, on failure, its detail. */
enum store_status apply_mutation(const struct apply_context *context,
                                 struct store_mutation *mutation);

#endif
