// SPDX-License-Identifier: MIT
/* Batches whose connection died, or whose answer was doubtful, during COMMIT. */
#ifndef PLUGIN_STORE_POSTGRES_SETTLE_H
#define PLUGIN_STORE_POSTGRES_SETTLE_H

#include "plugin/store/postgres/write.h"

/*
 * Finds out, on a session, how a doubted batch ended, and makes that durable. WRITE_AGAIN: it was
 * not committed, and can't be any more.
 */
enum write_end settle_run(struct write *write, struct database *database, struct session *session,
                          const struct work *work);

/*
 * Takes those out of the work of a doubted batch that wait no longer; they are told that their
 * change may be made, unless it would have changed nothing.
 */
struct store_mutation *settle_give_up(struct write *write, struct work *work, uint64_t since);

#endif
