// SPDX-License-Identifier: MIT
/*
 * A database on a PostgreSQL server as a tool uses it, beside the gateways that share it. One
 * thread; waits for the server as long as its statements take.
 */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_H

#include "plugin/store/collation.h"
#include "plugin/store/postgres/session.h"

struct server_access {
    struct postgres_options options;
    struct collation *collation;
    struct settings_rules rules;
    struct session_terms terms;
    struct session session;
    struct settings settings; /* Of the database. */
    char name[256];           /* For messages and lists: without a secret. */
};

/*
 * Connects. `migrates`: creates the tables, or brings them to this version; an order that is new is
 * that of the locale. The failure names no secret. Close it in any case.
 */
int32_t server_access_open(struct server_access *access, const char *url, const char *locale,
                           bool migrates, gql_failure *failure);
void server_access_close(struct server_access *access);

/*
 * The collation of the database's order, for the caller to close, also after a failure: this ICU
 * has another one.
 */
int32_t server_open_collation(const struct server_access *access, struct collation **ret_collation,
                              gql_failure *failure);

/* Sends what the trip has, and waits. */
int32_t server_run(struct server_access *access, struct trip *trip, gql_failure *failure);

/* Begins and ends a transaction. */
int32_t server_begin(struct server_access *access, bool writes, gql_failure *failure);
int32_t server_commit(struct server_access *access, gql_failure *failure);
void server_rollback(struct server_access *access);

/* Fails with what a row of the database says that can't be. */
int32_t server_fail_damaged(const struct server_access *access, const struct store_detail *detail,
                            gql_failure *failure);

#endif
