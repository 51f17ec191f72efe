// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/trip.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { REST_MILLISECONDS = 2000 };

void session_close(struct session *session)
{
    if (session->handle != NULL)
        pq.PQfinish(session->handle);
    *session = (struct session){0};
}

void session_message(const struct session *session, char *text, size_t size)
{
    snprintf(text, size, "%s", pq.PQerrorMessage(session->handle));
    for (char *end = strpbrk(text, "\n\t"); end != NULL; end = strpbrk(text, "\n\t"))
        *end = end[1] == '\0' ? '\0' : ' ';
}

void trip_finish(struct trip *trip)
{
    for (int i = 0; i < trip->count; i++)
        pq.PQclear(trip->results[i]);
    *trip = (struct trip){.session = trip->session};
}

/* ---- Sending ---- */

static const int binary[WIRE_PARAMETERS] = {1, 1, 1, 1, 1, 1, 1, 1};
static const struct wire_parameters no_parameters;

static void name_of(enum query query, char name[16])
{
    snprintf(name, 16, "integrations_%d", (int)query);
}

/* Returns whether another statement may be sent. */
static bool begin_statement(struct trip *trip, const struct wire_parameters *parameters)
{
    trip->failed = trip->failed || parameters->failed || trip->session->handle == NULL;
    return !trip->failed;
}

static void end_statement(struct trip *trip, int sent)
{
    trip->failed = sent != 1;
    trip->count += sent == 1;
}

void trip_add_sql(struct trip *trip, const char *sql, const struct wire_parameters *parameters)
{
    const struct wire_parameters *given = parameters == NULL ? &no_parameters : parameters;
    if (begin_statement(trip, given))
        end_statement(trip, pq.PQsendQueryParams(trip->session->handle, sql, given->count, NULL,
                                                 given->values, given->sizes, binary, 1));
}

void trip_add(struct trip *trip, enum query query, const struct wire_parameters *parameters)
{
    char name[16];
    const struct wire_parameters *given = parameters == NULL ? &no_parameters : parameters;
    if (!trip->session->prepared) {
        trip_add_sql(trip, query_sql[query], parameters);
        return;
    }
    name_of(query, name);
    if (begin_statement(trip, given))
        end_statement(trip, pq.PQsendQueryPrepared(trip->session->handle, name, given->count,
                                                   given->values, given->sizes, binary, 1));
}

void trip_add_time_limit(struct trip *trip, int milliseconds)
{
    char text[16];
    struct wire_parameters given = {0};
    snprintf(text, sizeof text, "%d", milliseconds);
    wire_give_text(&given, text_of(text));
    trip_add(trip, QUERY_LIMIT_TIME, &given);
}

void trip_add_preparation(struct trip *trip, enum query query)
{
    char name[16];
    name_of(query, name);
    if (begin_statement(trip, &no_parameters))
        end_statement(trip,
                      pq.PQsendPrepare(trip->session->handle, name, query_sql[query], 0, NULL));
}

/* ---- Receiving ---- */

/* False once the time is over, or the connection lost. */
static bool wait_for_input(PGconn *handle, uint64_t until)
{
    const int unsent = pq.PQflush(handle);
    const uint64_t now = monotonic_now();
    if (unsent < 0 || now >= until)
        return false;
    struct pollfd socket = {pq.PQsocket(handle), (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN),
                            0};
    if (poll(&socket, 1, (int)((until - now) / 1000000u) + 1) < 0)
        return true; /* It was interrupted. */
    return (socket.revents & ~POLLOUT) == 0 || pq.PQconsumeInput(handle) == 1;
}

/* NULL also if there is no connection any more. */
static PGresult *next_result(struct session *session, uint64_t until, bool *ret_lost)
{
    while (pq.PQisBusy(session->handle)) {
        if (!wait_for_input(session->handle, until)) {
            *ret_lost = true;
            return NULL;
        }
    }
    return pq.PQgetResult(session->handle);
}

static bool is_good(const PGresult *result)
{
    const ExecStatusType status = pq.PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* A statement is prepared on one connection of a pooler, and run on another. */
static const char *cure_of(const char *sqlstate)
{
    return strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "42P05") == 0
               ? "; behind a pooler of transactions, set database.preparedStatements to false"
               : "";
}

/* False if it is not the server that says so, but libpq: the connection is lost. */
static bool keep_failure(struct trip *trip, const PGresult *result)
{
    const char *sqlstate = pq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate == NULL || trip->sqlstate[0] != '\0')
        return sqlstate != NULL;
    snprintf(trip->sqlstate, sizeof trip->sqlstate, "%s", sqlstate);
    snprintf(trip->detail.text, sizeof trip->detail.text, "PostgreSQL: %.150s (SQLSTATE %s)%s",
             message == NULL ? "no message" : message, trip->sqlstate, cure_of(trip->sqlstate));
    return true;
}

/* The results of one statement, and the end that follows them. */
static bool receive_statement(struct trip *trip, int i, uint64_t until)
{
    bool lost = false;
    PGresult *result = next_result(trip->session, until, &lost);
    if (result == NULL)
        return false;
    trip->results[i] = result;
    if (!is_good(result) && pq.PQresultStatus(result) != PGRES_PIPELINE_ABORTED &&
        !keep_failure(trip, result))
        return false;
    while ((result = next_result(trip->session, until, &lost)) != NULL)
        pq.PQclear(result);
    return !lost;
}

static bool receive_end(struct trip *trip, uint64_t until)
{
    bool lost = false;
    PGresult *result = next_result(trip->session, until, &lost);
    const bool ended = result != NULL && pq.PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    pq.PQclear(result);
    return ended;
}

static bool receive_all(struct trip *trip, uint64_t until)
{
    for (int i = 0; i < trip->count; i++) {
        if (!receive_statement(trip, i, until))
            return false;
    }
    return receive_end(trip, until);
}

/* What ends a session, or leaves open what was done: as good as no answer. */
static bool is_loss(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P", 3) == 0 ||
           strcmp(sqlstate, "40003") == 0 || strcmp(sqlstate, "25006") == 0;
}

static enum trip_end lose(struct trip *trip)
{
    PGconn *handle = trip->session->handle;
    if (trip->sqlstate[0] == '\0' && handle != NULL && pq.PQstatus(handle) == CONNECTION_OK)
        snprintf(trip->detail.text, sizeof trip->detail.text,
                 "PostgreSQL: the server did not answer in time");
    else if (trip->sqlstate[0] == '\0')
        session_message(trip->session, trip->detail.text, sizeof trip->detail.text);
    session_close(trip->session);
    return TRIP_LOST;
}

enum trip_end trip_run(struct trip *trip, int milliseconds)
{
    const uint64_t until = monotonic_now() + (uint64_t)milliseconds * 1000000u;
    trip->session->warned = false;
    if (trip->failed || pq.PQpipelineSync(trip->session->handle) != 1 ||
        !receive_all(trip, until) || is_loss(trip->sqlstate))
        return lose(trip);
    return trip->sqlstate[0] == '\0' ? TRIP_DONE : TRIP_FAILED;
}

void session_rest(struct session *session)
{
    if (session->handle == NULL || pq.PQtransactionStatus(session->handle) == PQTRANS_IDLE)
        return;
    TRIP_AUTO trip = {.session = session};
    trip_add(&trip, QUERY_ROLLBACK, NULL);
    if (trip_run(&trip, REST_MILLISECONDS) != TRIP_DONE)
        session_close(session);
}
