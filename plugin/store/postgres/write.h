// SPDX-License-Identifier: MIT
/*
 * A batch of mutations of one tag in two round trips: lock and read the rows; write the outcome and
 * commit. Waits for the server. Used by one thread at a time.
 */
#ifndef PLUGIN_STORE_POSTGRES_WRITE_H
#define PLUGIN_STORE_POSTGRES_WRITE_H

#include "plugin/store/postgres/outcome.h"
#include "plugin/store/postgres/queue.h"

enum write_end {
    WRITE_DONE,    /* Each mutation has its status. */
    WRITE_AGAIN,   /* Nothing was changed, and nothing will be: run it again. */
    WRITE_DOUBTED, /* It may have been committed, or be yet: settle it before anything else. */
};

/* A batch under way. Zeroed, it is none; after WRITE_DONE, too. */
struct write {
    struct identifier key; /* Of the row of the table `batch`. */
    bool is_doubted;
    unsigned tries;             /* How often it was to be run again, or settled. */
    unsigned count;             /* How many batches there were. */
    enum store_status status;   /* Why it is doubted, or to be run again. */
    struct store_detail detail; /* Likewise. */
};

enum write_end write_run(struct write *write, struct database *database, struct session *session,
                         struct outcome *outcome, const struct work *work);

#endif
