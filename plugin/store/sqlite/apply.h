// SPDX-License-Identifier: MIT
/* One mutation against the database, within a transaction that the caller begins and ends. */
#ifndef PLUGIN_STORE_SQLITE_APPLY_H
#define PLUGIN_STORE_SQLITE_APPLY_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/minting.h"
#include "plugin/store/sqlite/trail_sweep.h"
#include "plugin/store/sqlite/trail_writer.h"

struct apply_context {
    struct connection *connection;
    const struct collation *collation;
    struct minting minting;
    struct trail_writer trail;
    int64_t unix_milliseconds;
    struct store_retention retention;
    struct trail_sweep sweep;
};

/* Before the first mutation of each transaction. */
static inline void apply_begin(struct apply_context *context, int64_t unix_milliseconds)
{
    context->unix_milliseconds = unix_milliseconds;
    context->minting.rises = false;
    trail_writer_begin(&context->trail);
}

/* After the last one, if there is something to commit. Returns SQLite's code. */
int apply_end(struct apply_context *context);

/* Returns the mutation's status; sets its result and, on failure, its detail. */
enum store_status apply_mutation(struct apply_context *context, struct store_mutation *mutation);

#endif
