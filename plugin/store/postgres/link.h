// SPDX-License-Identifier: MIT
/*
 * A session with what it does: a job that takes work from the queue, does it on its session and
 * answers. It opens the session when it needs one.
 */
#ifndef PLUGIN_STORE_POSTGRES_LINK_H
#define PLUGIN_STORE_POSTGRES_LINK_H

#include "plugin/store/postgres/write.h"

enum link_use { LINK_CLOSED, LINK_IDLE, LINK_USED };

struct link {
    struct worker worker; /* First: its job is the link's. */
    struct database *database;
    struct queue *queue;
    struct session session;
    _Atomic int use; /* enum link_use, of the session: for who counts. */
    struct write write;
    struct outcome *outcome;
};

/* False if out of memory. */
bool link_init(struct link *link, struct database *database, struct queue *queue,
               struct pool *pool);

/* Nothing may be in the queue. Does nothing for a zeroed link. */
void link_finish(struct link *link);

#endif
