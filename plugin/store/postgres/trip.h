// SPDX-License-Identifier: MIT
/*
 * A connection to the server, and round trips on it: statements that are sent together, up to one
 * Sync, and whose results come back together. Waits on the calling thread, never longer than asked.
 * Used by one thread at a time.
 */
#ifndef PLUGIN_STORE_POSTGRES_TRIP_H
#define PLUGIN_STORE_POSTGRES_TRIP_H

#include "plugin/store/postgres/queries.h"
#include "plugin/store/postgres/wire.h"
#include "plugin/store/store.h"

struct session {
    PGconn *handle; /* NULL: none. */
    bool prepared;  /* The statements of queries.sql are prepared. */
    bool warned;    /* The server has sent a warning in the present trip. */
};

enum trip_end {
    TRIP_DONE,
    TRIP_FAILED, /* The server refused a statement, and did none that came after it. */
    TRIP_LOST,   /* No answer: the server may have done any of it. The connection is closed. */
};

enum { TRIP_STATEMENTS = 64, SQLSTATE_SIZE = 6 };

/* Zeroed, with its connection, it is new. trip_finish frees the results. */
struct trip {
    struct session *session;
    int count;
    bool failed; /* Something could not be sent. */
    PGresult *results[TRIP_STATEMENTS];
    char sqlstate[SQLSTATE_SIZE]; /* Of the failure; "" if there is none. */
    struct store_detail detail;   /* Likewise. */
};

void trip_finish(struct trip *trip);

#define TRIP_AUTO __attribute__((cleanup(trip_finish))) struct trip

/* Adds a statement. `parameters` NULL: it takes none. */
void trip_add(struct trip *trip, enum query query, const struct wire_parameters *parameters);

/* The same with other SQL, which must live as long as the trip. */
void trip_add_sql(struct trip *trip, const char *sql, const struct wire_parameters *parameters);

/* For the settings of the transaction: no statement of it takes longer. 0: any time. */
void trip_add_time_limit(struct trip *trip, int milliseconds);

/* Prepares a statement of queries.sql. */
void trip_add_preparation(struct trip *trip, enum query query);

/* Sends all, and waits for the results. */
enum trip_end trip_run(struct trip *trip, int milliseconds);

void session_close(struct session *session);

/* Why it failed, as libpq says it, in one line. It names hosts and users, and no password. */
void session_message(const struct session *session, char *text, size_t size);

/* Ends a transaction that a failed trip has left. Closes the connection if it can't be ended. */
void session_rest(struct session *session);

#endif
