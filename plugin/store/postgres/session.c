// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/session.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/postgres/migrations.h"

enum { CHECK_MILLISECONDS = 5000, OLDEST_SERVER = 120000, PASSWORD_MAX = 1000 };

/* ---- Connecting ---- */

static bool read_password(const char *path, char password[PASSWORD_MAX + 1],
                          char reason[REASON_SIZE])
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        snprintf(reason, REASON_SIZE, "database.passwordFile: '%s' can't be read: %s", path,
                 strerrordesc_np(errno));
        return false;
    }
    const size_t size = fread(password, 1, PASSWORD_MAX, file);
    password[size] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    fclose(file);
    return true;
}

static void take_notice(void *user, const PGresult *result)
{
    const char *sqlstate = pq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    struct session *session = user;
    session->warned = session->warned || (sqlstate != NULL && strcmp(sqlstate, "00000") != 0);
}

static bool connect_with(struct session *session, const char *url, const char *password)
{
    /* What stands behind the URL wins over it, what stands before it does not. */
    const char *const names[] = {"connect_timeout", "fallback_application_name",
                                 "dbname",          "client_encoding",
                                 "password",        NULL};
    const char *const values[] = {"3", "integrations.so", url, "UTF8", password, NULL};
    PGconn *handle = pq.PQconnectdbParams(names, values, 1);
    *session = (struct session){.handle = handle};
    return handle != NULL && pq.PQstatus(handle) == CONNECTION_OK &&
           pq.PQsetnonblocking(handle, 1) == 0 && pq.PQenterPipelineMode(handle) == 1;
}

static bool connect_to_server(struct session *session, const struct postgres_options *options,
                              char reason[REASON_SIZE])
{
    char password[PASSWORD_MAX + 1];
    const char *path = options->password_file;
    if (path != NULL && !read_password(path, password, reason))
        return false;
    const bool connected = connect_with(session, options->url, path == NULL ? NULL : password);
    sodium_memzero(password, sizeof password);
    if (connected)
        pq.PQsetNoticeReceiver(session->handle, take_notice, session);
    else
        session_message(session, reason, REASON_SIZE);
    return connected;
}

/* ---- Checking ---- */

static enum session_end check_server(struct session *session, char reason[REASON_SIZE])
{
    TRIP_AUTO trip = {.session = session};
    trip_add_sql(&trip,
                 "SELECT current_setting('server_encoding'), "
                 "current_setting('transaction_read_only')",
                 NULL);
    if (trip_run(&trip, CHECK_MILLISECONDS) != TRIP_DONE) {
        snprintf(reason, REASON_SIZE, "%s", trip.detail.text);
        return SESSION_UNREACHABLE;
    }
    const int version = pq.PQserverVersion(session->handle);
    if (version < OLDEST_SERVER) {
        snprintf(reason, REASON_SIZE, "The server is PostgreSQL %d; version 12 or later is needed",
                 version / 10000);
        return SESSION_UNFIT;
    }
    const struct text encoding = wire_column(trip.results[0], 0, 0);
    if (!text_equal(encoding, TEXT("UTF8"))) {
        snprintf(reason, REASON_SIZE,
                 "The database's encoding is %.*s; create one with the encoding UTF8",
                 (int)encoding.size, encoding.data);
        return SESSION_UNFIT;
    }
    if (!text_equal(wire_column(trip.results[0], 0, 1), TEXT("on")))
        return SESSION_READY;
    snprintf(reason, REASON_SIZE,
             "The server is read-only; name the primary in database.url, or all servers with "
             "target_session_attrs=read-write");
    return SESSION_UNREACHABLE;
}

/* Whether the settings could be read, or there are none yet. */
static bool read_settings(struct session *session, struct settings *ret_settings, bool *ret_empty,
                          char reason[REASON_SIZE])
{
    TRIP_AUTO trip = {.session = session};
    trip_add(&trip, QUERY_GET_SETTINGS, NULL);
    *ret_empty = false;
    if (trip_run(&trip, CHECK_MILLISECONDS) == TRIP_DONE) {
        settings_take(trip.results[0], ret_settings);
        return true;
    }
    *ret_empty = strcmp(trip.sqlstate, "42P01") == 0;
    *ret_settings = (struct settings){0};
    if (strcmp(trip.sqlstate, "42703") == 0) /* As if it said whose it is. */
        return true;
    snprintf(reason, REASON_SIZE, "%s", trip.detail.text);
    return *ret_empty;
}

static enum session_end judge(const struct session_terms *terms, const struct settings *settings,
                              bool empty, char reason[REASON_SIZE])
{
    if (empty) {
        snprintf(reason, REASON_SIZE,
                 "The database has no tables of this plugin; run integrationsctl migrate, or "
                 "start one gateway with database.migrate, as a user that may create them");
        return SESSION_UNFIT;
    }
    /* With another collation, reads by ID are possible; each transaction compares it. */
    if (settings_judge(settings, terms->rules, reason) == SETTINGS_UNFIT)
        return SESSION_UNFIT;
    if (!terms->known || memcmp(terms->secret, settings->secret, STORE_SECRET_SIZE) == 0)
        return SESSION_READY;
    snprintf(reason, REASON_SIZE,
             "The server has another database of this plugin than before; restart the gateway if "
             "that is right");
    return SESSION_UNFIT;
}

static bool wants_migration(const struct session_terms *terms, const struct settings *settings,
                            bool empty)
{
    return terms->options->migrate &&
           (empty || (settings->schema < postgres_migration_count &&
                      strcmp(settings->application, POSTGRES_APPLICATION) == 0));
}

static enum session_end check_schema(struct session *session, struct session_terms *terms,
                                     char reason[REASON_SIZE])
{
    bool empty;
    struct settings settings;
    if (!read_settings(session, &settings, &empty, reason))
        return SESSION_UNREACHABLE;
    terms->found_schema = settings.schema;
    if (wants_migration(terms, &settings, empty) &&
        !migrations_run(session, terms->rules->collation, reason))
        return SESSION_UNFIT;
    if (wants_migration(terms, &settings, empty) &&
        !read_settings(session, &settings, &empty, reason))
        return SESSION_UNREACHABLE;
    const enum session_end end = judge(terms, &settings, empty, reason);
    if (end == SESSION_READY && !terms->known)
        memcpy(terms->secret, settings.secret, STORE_SECRET_SIZE);
    return end;
}

/* ---- Getting ready ---- */

static enum session_end explain(const struct trip *trip, char reason[REASON_SIZE])
{
    const bool denied = strcmp(trip->sqlstate, "42501") == 0;
    snprintf(reason, REASON_SIZE, "%s%s", trip->detail.text,
             denied ? "; grant the user SELECT, INSERT, UPDATE and DELETE on the plugin's tables"
                    : "");
    return strncmp(trip->sqlstate, "42", 2) == 0 ? SESSION_UNFIT : SESSION_UNREACHABLE;
}

static enum session_end find_highest(struct session *session, struct session_terms *terms,
                                     char reason[REASON_SIZE])
{
    TRIP_AUTO trip = {.session = session};
    trip_add_sql(&trip,
                 "SELECT highest FROM organization WHERE highest IS NOT NULL "
                 "ORDER BY highest DESC LIMIT 1",
                 NULL);
    if (trip_run(&trip, CHECK_MILLISECONDS) != TRIP_DONE)
        return explain(&trip, reason);
    if (pq.PQntuples(trip.results[0]) == 1)
        wire_column_bytes(trip.results[0], 0, 0, terms->highest.bytes, IDENTIFIER_SIZE);
    terms->known = true;
    return SESSION_READY;
}

static enum session_end prepare(struct session *session, char reason[REASON_SIZE])
{
    TRIP_AUTO trip = {.session = session};
    static_assert((int)QUERY_COUNT <= (int)TRIP_STATEMENTS,
                  "a trip has no room for all statements");
    for (int i = 0; i < QUERY_COUNT; i++)
        trip_add_preparation(&trip, (enum query)i);
    if (trip_run(&trip, CHECK_MILLISECONDS) != TRIP_DONE)
        return explain(&trip, reason);
    session->prepared = true;
    return SESSION_READY;
}

enum session_end session_open(struct session *session, struct session_terms *terms,
                              char reason[REASON_SIZE])
{
    enum session_end end = SESSION_UNREACHABLE;
    if (connect_to_server(session, terms->options, reason))
        end = check_server(session, reason);
    if (end == SESSION_READY)
        end = check_schema(session, terms, reason);
    if (end == SESSION_READY && !terms->known)
        end = find_highest(session, terms, reason);
    if (end == SESSION_READY && terms->options->prepared_statements)
        end = prepare(session, reason);
    if (end != SESSION_READY)
        session_close(session);
    return end;
}
