// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_erasure.h"

#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "vault/timestamp.h"

static void give_organization(const struct server_erasure *erasure, struct wire_parameters *given)
{
    wire_give_integer(given, (int32_t)organization_tag(erasure->id));
    wire_give_text(given, erasure->id);
}

/* ---- The tombstone ---- */

int32_t server_erasure_begin(struct server_erasure *erasure, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &erasure->access->session};
    struct wire_parameters given = {0};
    give_organization(erasure, &given);
    trip_add_sql(&trip, "SELECT erased FROM organization WHERE tag = $1 AND id = $2", &given);
    const int32_t code = server_run(erasure->access, &trip, failure);
    erasure->is_known = code == GQL_OK && pq.PQntuples(trip.results[0]) > 0;
    const struct text text = erasure->is_known ? wire_column(trip.results[0], 0, 0) : NO_TEXT;
    if (text.data == NULL)
        return code;
    erasure->tombstone = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json_object_get(erasure->tombstone, "removed"))) { /* It is made anew. */
        json_decref(erasure->tombstone);
        erasure->tombstone = json_pack("{s:{}}", "removed");
    }
    return code;
}

void server_erasure_end(struct server_erasure *erasure)
{
    json_decref(erasure->tombstone);
    erasure->tombstone = NULL;
}

bool server_erasure_is_finished(const struct server_erasure *erasure)
{
    return json_object_get(erasure->tombstone, "finished") != NULL;
}

static void set_time(const struct server_erasure *erasure, const char *name)
{
    char time[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(erasure->unix_milliseconds(), time);
    json_object_set_new(erasure->tombstone, name, json_string(time));
}

/* Without a tombstone, the begin of the trail is looked for again. */
static int32_t put_tombstone(struct server_erasure *erasure, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &erasure->access->session};
    struct wire_parameters given = {0};
    char *text = erasure->tombstone == NULL ? NULL : json_dumps(erasure->tombstone, JSON_COMPACT);
    if (text == NULL && erasure->tombstone != NULL)
        return fail_no_memory(failure);
    give_organization(erasure, &given);
    wire_give_text(&given, text_of(text));
    trip_add_sql(&trip,
                 "UPDATE organization SET erased = $3::text, suspended = false, "
                 "trail_begin = CASE WHEN $3::text IS NULL AND "
                 "trail_length > checkpoint_length THEN 0 END WHERE tag = $1 AND id = $2",
                 &given);
    const int32_t code = server_run(erasure->access, &trip, failure);
    free(text);
    return code;
}

/* ---- The rows ---- */

/* Rows are locked in the order of their IDs, as gateways do, and the organization last. */
static const struct {
    const char *table, *sql;
} removals[] = {
    {"integration",
     "WITH gone AS (DELETE FROM integration WHERE tag = $1 AND id IN (SELECT id FROM integration "
     "WHERE tag = $1 AND organization = $2 ORDER BY id FOR UPDATE) RETURNING is_active), "
     "counted AS (UPDATE organization SET "
     "active = active - (SELECT count(*) FROM gone WHERE is_active), "
     "inactive = inactive - (SELECT count(*) FROM gone WHERE NOT is_active) "
     "WHERE tag = $1 AND id = $2 RETURNING 1) "
     "SELECT count(*) FROM gone WHERE (SELECT count(*) FROM counted) = 1"},
    {"deleted", "WITH gone AS (DELETE FROM deleted WHERE tag = $1 AND organization = $2 "
                "RETURNING 1) SELECT count(*) FROM gone"},
    {"idempotent_create", "WITH gone AS (DELETE FROM idempotent_create WHERE tag = $1 AND "
                          "organization = $2 RETURNING 1) SELECT count(*) FROM gone"},
    {"consumer", "WITH gone AS (DELETE FROM consumer WHERE tag = $1 AND organization = $2 "
                 "RETURNING 1) SELECT count(*) FROM gone"},
    {"event", "WITH gone AS (UPDATE event SET body = NULL, salt = NULL WHERE tag = $1 AND "
              "organization = $2 AND body IS NOT NULL RETURNING 1) SELECT count(*) FROM gone"},
};

static int32_t remove_rows(struct server_erasure *erasure, const char *table, const char *sql,
                           gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &erasure->access->session};
    struct wire_parameters given = {0};
    json_t *removed = json_object_get(erasure->tombstone, "removed");
    give_organization(erasure, &given);
    trip_add_sql(&trip, sql, &given);
    const int32_t code = server_run(erasure->access, &trip, failure);
    if (code != GQL_OK)
        return code;
    const json_int_t rows = json_integer_value(json_object_get(removed, table)) +
                            wire_column_number(trip.results[0], 0, 0);
    json_object_set_new(removed, table, json_integer(rows));
    return put_tombstone(erasure, failure);
}

int32_t server_erasure_run(struct server_erasure *erasure, gql_failure *failure)
{
    if (erasure->tombstone == NULL)
        erasure->tombstone = json_pack("{s:{}}", "removed");
    if (json_object_get(erasure->tombstone, "time") == NULL)
        set_time(erasure, "time");
    int32_t code = put_tombstone(erasure, failure);
    for (size_t i = 0; i < sizeof removals / sizeof *removals && code == GQL_OK; i++)
        code = remove_rows(erasure, removals[i].table, removals[i].sql, failure);
    if (code != GQL_OK)
        return code;
    set_time(erasure, "finished");
    return put_tombstone(erasure, failure);
}

int32_t server_erasure_forget(struct server_erasure *erasure, gql_failure *failure)
{
    server_erasure_end(erasure);
    return put_tombstone(erasure, failure);
}
