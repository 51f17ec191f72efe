// SPDX-License-Identifier: MIT
/*
 * What gateways that share a database must agree on, and each can change when it starts: the
 * version of the schema, the collation that sort keys are made with, and whose the database is
 * (ownership.h). A transaction checks it, since another gateway may have started since the last
 * one.
 */
#ifndef PLUGIN_STORE_SQLITE_AGREEMENT_H
#define PLUGIN_STORE_SQLITE_AGREEMENT_H

#include <pthread.h>

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"

/* What the database has that this store can't work with. */
enum disagreement {
    AGREED,
    OTHER_COLLATION, /* Pages would be out of order, and so would what is written. */
    OTHER_OWNER,     /* Nothing is this store's to read. */
    NEWER_SCHEMA,    /* That this plugin may not use. Nothing can be relied on. */
};

struct agreement {
    const struct collation *collation;
    struct text organization;
    struct state_board *board;
    void *user;
    void (*log)(void *user, uint32_t level, const char *message);
    pthread_mutex_t lock; /* Guards `last`, so that board and log follow in the same order. */
    enum disagreement last;
};

/* The collation, the board and the functions of `options` must outlive it. */
void agreement_init(struct agreement *agreement, const struct collation *collation,
                    const struct store_options *options, struct state_board *board);
void agreement_finish(struct agreement *agreement);

/*
 * Within a transaction; any thread. Returns SQLite's code. Logs when a disagreement begins and
 * ends, and reports it to the board as STATE_AGREEMENT.
 */
int agreement_check(struct agreement *agreement, struct connection *connection,
                    enum disagreement *ret_found);

#endif
