// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/migrations.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A step may build an index. */
enum { STEP_MILLISECONDS = 30 * 60 * 1000, TRIES = 50, PAUSE_NANOSECONDS = 20 * 1000 * 1000 };

static bool is_one_of(const char *sqlstate, const char *list)
{
    return sqlstate[0] != '\0' && strstr(list, sqlstate) != NULL;
}

static bool explain(const struct trip *trip, char reason[REASON_SIZE])
{
    const char *cure = "";
    if (is_one_of(trip->sqlstate, "42501 25006"))
        cure = "; database.migrate needs a user that may create tables in the schema";
    if (is_one_of(trip->sqlstate, "42P07 42703"))
        cure = "; it is another application's: give the plugin a database, or a schema, of its own";
    snprintf(reason, REASON_SIZE, "The schema can't be migrated: %s%s", trip->detail.text, cure);
    return false;
}

/* Two that create the same table at once: one of them is told that a name is taken. */
static bool is_race(const char *sqlstate)
{
    return is_one_of(sqlstate, "23505 42P07 40001 40P01 42710 XX000");
}

static void add_first_settings(struct trip *trip, const char *collation, const uint8_t *secret)
{
    struct wire_parameters given = {0};
    wire_give_text(&given, TEXT(POSTGRES_APPLICATION));
    wire_give(&given, secret, STORE_SECRET_SIZE);
    wire_give_text(&given, text_of(collation));
    trip_add_sql(trip,
                 "INSERT INTO setting (name, value) VALUES ('application', $1), ('secret', $2), "
                 "('collation', $3), ('schema', '0'), ('oldest_reader', '1') "
                 "ON CONFLICT DO NOTHING",
                 &given);
}

static enum trip_end try_to_begin(struct trip *trip, const char *collation)
{
    uint8_t secret[STORE_SECRET_SIZE];
    randombytes_buf(secret, sizeof secret);
    trip_add(trip, QUERY_BEGIN, NULL);
    trip_add_sql(trip,
                 "CREATE TABLE IF NOT EXISTS setting (name text COLLATE \"C\" PRIMARY KEY, "
                 "value bytea NOT NULL)",
                 NULL);
    add_first_settings(trip, collation, secret);
    trip_add(trip, QUERY_COMMIT, NULL);
    return trip_run(trip, STEP_MILLISECONDS);
}

static bool begin(struct session *session, const char *collation, char reason[REASON_SIZE])
{
    const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
    for (int i = 1;; i++) {
        TRIP_AUTO trip = {.session = session};
        if (try_to_begin(&trip, collation) == TRIP_DONE)
            return true;
        session_rest(session);
        if (!is_race(trip.sqlstate) || i == TRIES)
            return explain(&trip, reason);
        nanosleep(&pause, NULL);
    }
}

/* Begins a transaction that keeps other gateways from migrating. */
static bool lock(struct session *session, int *ret_version, char reason[REASON_SIZE])
{
    TRIP_AUTO trip = {.session = session};
    trip_add(&trip, QUERY_BEGIN, NULL);
    trip_add_time_limit(&trip, 0);
    trip_add_sql(&trip, "SELECT value FROM setting WHERE name = 'schema' FOR UPDATE", NULL);
    if (trip_run(&trip, STEP_MILLISECONDS) != TRIP_DONE)
        return explain(&trip, reason);
    const struct text version = pq.PQntuples(trip.results[2]) == 1
                                    ? wire_column(trip.results[2], 0, 0)
                                    : TEXT("0");
    *ret_version = (int)strtol(version.data, NULL, 10); /* libpq ends every value with a NUL. */
    return true;
}

/* One statement for each trip: the server takes no more in one message. */
static bool run_statements(struct session *session, char *sql, char reason[REASON_SIZE])
{
    char *rest = sql;
    for (char *end; (end = strstr(rest, ";\n")) != NULL; rest = end + 2) {
        TRIP_AUTO trip = {.session = session};
        *end = '\0';
        trip_add_sql(&trip, rest, NULL);
        if (trip_run(&trip, STEP_MILLISECONDS) != TRIP_DONE)
            return explain(&trip, reason);
    }
    return true;
}

static bool end_step(struct session *session, int version, char reason[REASON_SIZE])
{
    char digits[16];
    struct wire_parameters given = {0};
    TRIP_AUTO trip = {.session = session};
    snprintf(digits, sizeof digits, "%d", version);
    wire_give_text(&given, text_of(digits));
    trip_add_sql(&trip, "UPDATE setting SET value = $1 WHERE name = 'schema'", &given);
    trip_add(&trip, QUERY_COMMIT, NULL);
    return trip_run(&trip, STEP_MILLISECONDS) == TRIP_DONE || explain(&trip, reason);
}

static bool run_step(struct session *session, int version, char reason[REASON_SIZE])
{
    char *sql = strdup(postgres_migration_sql[version - 1]);
    const bool done = sql != NULL && run_statements(session, sql, reason) &&
                      end_step(session, version, reason);
    free(sql);
    return done;
}

bool migrations_run(struct session *session, const char *collation, char reason[REASON_SIZE])
{
    int version = 0;
    snprintf(reason, REASON_SIZE, "Out of memory");
    bool done = begin(session, collation, reason);
    while (done && (done = lock(session, &version, reason)) && version < postgres_migration_count) {
        done = run_step(session, version + 1, reason);
    }
    session_rest(session);
    return done;
}
