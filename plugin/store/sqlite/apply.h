// SPDX-License-Identifier: MIT
/* One mutation against the database, within a transaction that the caller begins and ends. */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"

struct apply_context {
    struct connection *connection;
    const struct collation *collation;
    struct identifier_mint *mint;
    int64_t unix_milliseconds;
};

/* Returns what goes into mutation->status; fills in mutation->result and mutation->trouble. */
enum store_status apply_mutation(const struct apply_context *context,
                                 struct store_mutation *mutation);

#endif
