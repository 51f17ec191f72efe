// SPDX-License-Identifier: MIT
/*
 * What the links of a store share: how to get a session, whether the server can be reached, whether
 * its database fits, the mint. Any thread.
 */
#ifndef PLUGIN_STORE_POSTGRES_DATABASE_H
#define PLUGIN_STORE_POSTGRES_DATABASE_H

#include <pthread.h>
#include <stdatomic.h>

#include "plugin/base/throttle.h"
#include "plugin/store/collation.h"
#include "plugin/store/postgres/session.h"

enum { GATEWAY_SIZE = 4 };

struct database {
    const struct store_engine *engine;
    struct postgres_options options;
    struct collation *collation;
    struct settings_rules rules;
    uint8_t gateway[GATEWAY_SIZE]; /* Random: this one, in what it commits. */
    struct store_retention retention;
    struct state_board *state; /* The store's. */
    void *user;
    int64_t (*unix_milliseconds)(void *user);
    void (*log)(void *user, uint32_t level, const char *message);
    atomic_int verdict; /* Of the last transaction: enum settings_verdict. */
    atomic_bool writes_fail;
    bool rejects_suspended_reads; /* Not only changes: suspension.h. */
    struct throttle suspended;

    pthread_mutex_t lock; /* Guards the members below. */
    struct session_terms terms;
    struct identifier_mint mint;
    bool is_out;       /* No session could be had the last time. */
    bool is_trying;    /* Somebody tries again. */
    unsigned failures; /* In a row. */
    uint64_t next_try; /* CLOCK_MONOTONIC, nanoseconds. */
    enum store_status why;
    struct store_detail detail;
};

/* `options` is that of the store. */
int32_t database_init(struct database *database, struct store *store,
                      const struct store_options *options, gql_failure *failure);
void database_finish(struct database *database);

/*
 * Connects, unless it is too early to try again, or somebody else tries. False: there is no
 * session; *ret_status and the detail say why.
 */
bool database_connect(struct database *database, struct session *session,
                      enum store_status *ret_status, struct store_detail *detail);

/* The first time: the failure says why not. */
enum session_end database_connect_first(struct database *database, struct session *session,
                                        char reason[REASON_SIZE]);

bool database_is_out(struct database *database);

/* Judges what a transaction has read (get_settings), and tells the operator of a change. */
enum settings_verdict database_judge(struct database *database, const PGresult *settings);

/* An ID above `highest`, which is an organization's, and above all that were minted before. */
struct identifier database_mint(struct database *database, uint32_t tag,
                                const struct identifier *highest, int64_t unix_milliseconds);

/* What a commit tells of the next ones. */
void database_note_write(struct database *database, enum store_status status,
                         const struct store_detail *detail);

/* What a trip that did not succeed means to a call. */
enum store_status database_status(const struct trip *trip, enum trip_end end);

/* The same to a call with that deadline, at which the server cancels statements. */
enum store_status database_status_by(enum store_status status, struct deadline deadline);

#endif
