// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_rows.h"

#include "plugin/base/organization.h"
#include "plugin/store/postgres/tuple.h"

/* Rows of a step. */
enum { TOGETHER = 500 };

int32_t server_organizations(struct server_access *access, server_organization_fn *take, void *user,
                             gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    trip_add_sql(&trip,
                 "SELECT id, active, inactive, trail_length, trail_hash FROM organization "
                 "ORDER BY id",
                 NULL);
    int32_t code = server_run(access, &trip, failure);
    const int count = code == GQL_OK ? pq.PQntuples(trip.results[0]) : 0;
    for (int row = 0; row < count; row++) {
        struct store_counts counts;
        struct trail_head head;
        struct store_detail detail;
        const struct text id = wire_column(trip.results[0], row, 0);
        if (tuple_counters(trip.results[0], row, 1, id, &counts, &head, &detail) != STORE_OK)
            return server_fail_damaged(access, &detail, failure);
        if (!take(user, id, &counts, &head))
            break;
    }
    return code;
}

static void give_organization(struct wire_parameters *given, struct text id)
{
    wire_give_integer(given, (int32_t)organization_tag(id));
    wire_give_text(given, id);
}

/* Which rows of integrations, and who takes them: one of both. */
struct row_walk {
    const char *sql;
    server_integration_fn *take;
    deleted_fn *take_deleted;
    void *user;
};

enum { TIME_COLUMN = 6 };

static bool take_row(const struct row_walk *walk, const PGresult *result, int row,
                     const struct integration *integration)
{
    if (walk->take != NULL)
        return walk->take(walk->user, integration);
    return walk->take_deleted(
        walk->user,
        &(struct deleted_integration){*integration, wire_column_number(result, row, TIME_COLUMN)});
}

/* *ret_wants: whether there may be more, and they are wanted. */
static int32_t take_rows(struct server_access *access, const struct row_walk *walk,
                         const PGresult *result, struct identifier *last, bool *ret_wants,
                         gql_failure *failure)
{
    const int count = pq.PQntuples(result);
    *ret_wants = count == TOGETHER;
    for (int row = 0; row < count; row++) {
        struct integration integration;
        struct store_detail detail;
        if (tuple_integration(result, row, &integration, &detail) != STORE_OK)
            return server_fail_damaged(access, &detail, failure);
        *last = integration.id;
        if (!take_row(walk, result, row, &integration)) {
            *ret_wants = false;
            return GQL_OK;
        }
    }
    return GQL_OK;
}

static int32_t walk_rows(struct server_access *access, struct text id, const struct row_walk *walk,
                         gql_failure *failure)
{
    struct identifier last = {{0}};
    int32_t code = GQL_OK;
    bool wants = true;
    while (code == GQL_OK && wants) {
        TRIP_AUTO trip = {.session = &access->session};
        struct wire_parameters given = {0};
        give_organization(&given, id);
        wire_give_identifier(&given, &last);
        wire_give_bigint(&given, TOGETHER);
        trip_add_sql(&trip, walk->sql, &given);
        code = server_run(access, &trip, failure);
        if (code == GQL_OK)
            code = take_rows(access, walk, trip.results[0], &last, &wants, failure);
    }
    return code;
}

int32_t server_integrations_of(struct server_access *access, struct text id,
                               server_integration_fn *take, void *user, gql_failure *failure)
{
    const struct row_walk walk = {
        .sql = "SELECT id, organization, version, is_active, title, credential_ref FROM "
               "integration WHERE tag = $1 AND organization = $2 AND id > $3 ORDER BY id LIMIT $4",
        .take = take,
        .user = user,
    };
    return walk_rows(access, id, &walk, failure);
}

int32_t server_deleted_of(struct server_access *access, struct text id, deleted_fn *take,
                          void *user, gql_failure *failure)
{
    const struct row_walk walk = {
        .sql = "SELECT id, organization, version, is_active, title, credential_ref, time FROM "
               "deleted WHERE tag = $1 AND organization = $2 AND id > $3 ORDER BY id LIMIT $4",
        .take_deleted = take,
        .user = user,
    };
    return walk_rows(access, id, &walk, failure);
}

int32_t server_trail(struct server_access *access, struct text id,
                     struct trail_checkpoint *ret_checkpoint, struct trail_head *ret_head,
                     gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    struct store_counts counts;
    struct store_detail detail;
    give_organization(&given, id);
    trip_add(&trip, QUERY_GET_ORGANIZATION, &given);
    *ret_head = trail_start(id);
    *ret_checkpoint = (struct trail_checkpoint){.head = *ret_head};
    const int32_t code = server_run(access, &trip, failure);
    if (code != GQL_OK || pq.PQntuples(trip.results[0]) == 0)
        return code;
    tuple_checkpoint(trip.results[0], 0, 4, id, ret_checkpoint);
    if (tuple_counters(trip.results[0], 0, 0, id, &counts, ret_head, &detail) == STORE_OK)
        return code;
    return server_fail_damaged(access, &detail, failure);
}

int32_t server_events_of(struct server_access *access, struct text id,
                         const struct identifier *entity, trail_visit_fn visit, void *user,
                         gql_failure *failure)
{
    int64_t after = 0;
    for (;;) {
        TRIP_AUTO trip = {.session = &access->session};
        struct wire_parameters given = {0};
        give_organization(&given, id);
        wire_give_bigint(&given, after);
        wire_give_bigint(&given, INT64_MAX);
        wire_give_bigint(&given, TOGETHER);
        if (entity != NULL)
            wire_give_identifier(&given, entity);
        trip_add(&trip, entity == NULL ? QUERY_GET_EVENTS : QUERY_GET_EVENTS_OF_ENTITY, &given);
        const int32_t code = server_run(access, &trip, failure);
        if (code != GQL_OK || !tuple_visit_events(trip.results[0], visit, user, &after) ||
            pq.PQntuples(trip.results[0]) < TOGETHER)
            return code;
    }
}

int32_t server_size(struct server_access *access, int64_t *ret_bytes, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    trip_add_sql(&trip,
                 "SELECT sum(pg_total_relation_size(name::regclass))::bigint FROM unnest(ARRAY["
                 "'organization', 'integration', 'event', 'batch', 'setting', "
                 "'idempotent_create', 'deleted', 'consumer']) AS tables (name)",
                 NULL);
    const int32_t code = server_run(access, &trip, failure);
    *ret_bytes = code == GQL_OK ? wire_column_number(trip.results[0], 0, 0) : 0;
    return code;
}
