// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server.h"

#include <stdio.h>

#include "plugin/base/failure.h"

/* Of a whole statement: an export reads in steps, and a large one may be sorted first. */
enum { STATEMENT_MILLISECONDS = 10 * 60 * 1000 };

/* ---- Opening ---- */

static int32_t take_options(struct server_access *access, const char *url, bool migrates,
                            gql_failure *failure)
{
    json_t *database = json_pack("{s:s, s:i, s:i, s:i, s:b, s:b, s:s, s:s}", "url", url,
                                 "connections", 1, "statementTimeoutMilliseconds", 0,
                                 "busyTimeoutMilliseconds", 0, "preparedStatements", false,
                                 "migrate", migrates, "open", "eager", "synchronousCommit",
                                 "local");
    const int32_t code = database == NULL
                             ? fail_no_memory(failure)
                             : postgres_options_init(&access->options, database, failure);
    json_decref(database);
    return code;
}

static void take_name(struct server_access *access)
{
    PGconn *handle = access->session.handle;
    snprintf(access->name, sizeof access->name, "postgresql://%.120s:%.8s/%.100s",
             pq.PQhost(handle), pq.PQport(handle), pq.PQdb(handle));
}

static int32_t read_settings(struct server_access *access, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    trip_add(&trip, QUERY_GET_SETTINGS, NULL);
    const int32_t code = server_run(access, &trip, failure);
    if (code == GQL_OK)
        settings_take(trip.results[0], &access->settings);
    return code;
}

static int32_t connect_to(struct server_access *access, gql_failure *failure)
{
    char reason[REASON_SIZE];
    if (session_open(&access->session, &access->terms, reason) != SESSION_READY)
        return fail(failure, GQL_E_UNAVAILABLE, "%s", reason);
    take_name(access);
    return read_settings(access, failure);
}

int32_t server_access_open(struct server_access *access, const char *url, const char *locale,
                           bool migrates, gql_failure *failure)
{
    *access = (struct server_access){.name = ""};
    int32_t code = libpq_load(failure);
    if (code == GQL_OK)
        code = take_options(access, url, migrates, failure);
    if (code == GQL_OK)
        code = collation_open(locale == NULL ? "und" : locale, &access->collation, failure);
    if (code != GQL_OK)
        return code;
    access->rules = (struct settings_rules){
        .collation = collation_fingerprint(access->collation),
        .synchronous_commit = access->options.synchronous_commit,
    };
    access->terms = (struct session_terms){.options = &access->options, .rules = &access->rules};
    return connect_to(access, failure);
}

void server_access_close(struct server_access *access)
{
    if (access->session.handle != NULL)
        session_close(&access->session);
    collation_close(&access->collation);
    postgres_options_finish(&access->options);
}

/* ---- Statements ---- */

int32_t server_run(struct server_access *access, struct trip *trip, gql_failure *failure)
{
    if (trip_run(trip, STATEMENT_MILLISECONDS) == TRIP_DONE)
        return GQL_OK;
    return fail(failure, GQL_E_UNAVAILABLE, "'%s': %s", access->name, trip->detail.text);
}

static int32_t run_one(struct server_access *access, enum query query, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    trip_add(&trip, query, NULL);
    return server_run(access, &trip, failure);
}

int32_t server_begin(struct server_access *access, bool writes, gql_failure *failure)
{
    return run_one(access, writes ? QUERY_BEGIN : QUERY_BEGIN_SNAPSHOT, failure);
}

int32_t server_commit(struct server_access *access, gql_failure *failure)
{
    return run_one(access, QUERY_COMMIT, failure);
}

void server_rollback(struct server_access *access)
{
    session_rest(&access->session);
}

int32_t server_fail_damaged(const struct server_access *access, const struct store_detail *detail,
                            gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE, "'%s' is damaged: %s", access->name, detail->text);
}

int32_t server_open_collation(const struct server_access *access, struct collation **ret_collation,
                              gql_failure *failure)
{
    char locale[256];
    const char *made = access->settings.collation;
    if (!collation_fingerprint_locale(made, locale, sizeof locale))
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' does not name the collation of its order",
                    access->name);
    const int32_t code = collation_open(locale, ret_collation, failure);
    if (code != GQL_OK || strcmp(collation_fingerprint(*ret_collation), made) == 0)
        return code;
    return fail(failure, GQL_E_UNAVAILABLE,
                "the order of '%s' was made with '%s', and this tool has '%s': use the tool where "
                "the gateways run",
                access->name, made, collation_fingerprint(*ret_collation));
}
