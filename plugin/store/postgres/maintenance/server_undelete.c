// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_undelete.h"

#include "plugin/base/failure.h"
#include "plugin/store/postgres/outcome.h"
#include "plugin/store/postgres/tuple.h"

static void give_id(struct wire_parameters *given, const struct identifier *id)
{
    wire_give_integer(given, (int32_t)identifier_tag(id));
    wire_give_identifier(given, id);
}

/* ---- What is not deleted ---- */

static int32_t explain(struct server_access *access, struct undeletion *undeletion,
                       gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    struct integration live;
    struct store_detail detail;
    give_id(&given, &undeletion->id);
    trip_add_sql(&trip,
                 "SELECT id, organization, version, is_active, title, credential_ref "
                 "FROM integration WHERE tag = $1 AND id = $2",
                 &given);
    trip_add_sql(&trip,
                 "SELECT 1 FROM organization AS o JOIN event AS e ON e.tag = o.tag "
                 "AND e.organization = o.id AND e.entity = $2 WHERE o.tag = $1 LIMIT 1",
                 &given);
    const int32_t code = server_run(access, &trip, failure);
    if (code != GQL_OK)
        return code;
    undeletion->outcome = pq.PQntuples(trip.results[1]) > 0 ? UNDELETE_NOT_KEPT
                                                            : UNDELETE_NOT_KNOWN;
    if (pq.PQntuples(trip.results[0]) == 0)
        return GQL_OK;
    if (tuple_integration(trip.results[0], 0, &live, &detail) != STORE_OK)
        return server_fail_damaged(access, &detail, failure);
    return undeletion_refuse(undeletion, &live, failure);
}

/* ---- Bringing it back: as a batch of a gateway's ---- */

static int64_t time_of(void *undeletion)
{
    return ((const struct undeletion *)undeletion)->unix_milliseconds;
}

static int32_t write_outcome(struct server_access *access, struct outcome *outcome,
                             const struct undeletion *undeletion, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    give_id(&given, &undeletion->id);
    trip_add_sql(&trip, "DELETE FROM deleted WHERE tag = $1 AND id = $2", &given);
    outcome_write(outcome, &trip);
    trip_add(&trip, QUERY_COMMIT, NULL);
    return server_run(access, &trip, failure);
}

static int32_t restore(struct server_access *access, struct database *database,
                       const struct undeletion *undeletion, const struct integration *deleted,
                       const PGresult *organizations, gql_failure *failure)
{
    static struct outcome outcome;
    struct store_detail detail;
    int32_t code = GQL_OK;
    const struct outcome_found found = {.organizations = organizations};
    enum store_status status = outcome_begin(&outcome, database, identifier_tag(&undeletion->id),
                                             &found, &detail);
    if (status == STORE_OK)
        status = outcome_restore(&outcome, deleted, &undeletion->result.integration,
                                 undeletion->request, &detail);
    if (status == STORE_NO_MEMORY)
        code = fail_no_memory(failure);
    else if (status != STORE_OK)
        code = server_fail_damaged(access, &detail, failure);
    else
        code = write_outcome(access, &outcome, undeletion, failure);
    outcome_finish(&outcome);
    return code;
}

static int32_t bring_back(struct server_access *access, struct undeletion *undeletion,
                          const struct integration *deleted, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    WIRE_ARRAY_AUTO owners;
    WIRE_ARRAY_AUTO none;
    struct wire_parameters given = {0};
    struct database database = {.user = undeletion, .unix_milliseconds = time_of};
    wire_array_init(&owners, WIRE_BYTEA);
    wire_array_init(&none, WIRE_BYTEA);
    wire_array_add(&owners, deleted->organization_id.data, deleted->organization_id.size);
    wire_give_integer(&given, (int32_t)identifier_tag(&undeletion->id));
    wire_give_array(&given, &owners);
    wire_give_array(&given, &none);
    trip_add(&trip, QUERY_LOCK_ORGANIZATIONS, &given);
    int32_t code = server_run(access, &trip, failure);
    if (code == GQL_OK)
        code = server_open_collation(access, &database.collation, failure);
    if (code == GQL_OK)
        code = restore(access, &database, undeletion, deleted, trip.results[0], failure);
    collation_close(&database.collation);
    return code;
}

/* ---- The whole ---- */

static int32_t find(struct server_access *access, struct undeletion *undeletion,
                    gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    struct integration deleted;
    struct store_detail detail;
    give_id(&given, &undeletion->id);
    trip_add_sql(&trip,
                 "SELECT id, organization, version, is_active, title, credential_ref "
                 "FROM deleted WHERE tag = $1 AND id = $2 FOR UPDATE",
                 &given);
    int32_t code = server_run(access, &trip, failure);
    if (code != GQL_OK)
        return code;
    if (pq.PQntuples(trip.results[0]) == 0)
        return explain(access, undeletion, failure);
    if (tuple_integration(trip.results[0], 0, &deleted, &detail) != STORE_OK)
        return server_fail_damaged(access, &detail, failure);
    code = undeletion_restore(undeletion, &deleted, failure);
    return code == GQL_OK && undeletion->outcome == UNDELETE_DONE
               ? bring_back(access, undeletion, &deleted, failure)
               : code;
}

int32_t server_undelete(struct server_access *access, struct undeletion *undeletion,
                        gql_failure *failure)
{
    int32_t code = server_begin(access, true, failure);
    if (code == GQL_OK)
        code = find(access, undeletion, failure);
    server_rollback(access);
    return code;
}
