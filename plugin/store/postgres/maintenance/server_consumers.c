// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_consumers.h"

#include "plugin/base/organization.h"
#include "plugin/store/consumer_place.h"

static void give_organization(struct wire_parameters *given, struct text id)
{
    wire_give_integer(given, (int32_t)organization_tag(id));
    wire_give_text(given, id);
}

/* The columns name, position, behind, lease, lease_until. */
static struct listed_consumer consumer_of(const PGresult *result, int row)
{
    const struct text lease = wire_column(result, row, 3);
    const bool is_leased = lease.size == STORE_LEASE_SIZE;
    return (struct listed_consumer){
        .name = wire_column(result, row, 0),
        .position = wire_column_number(result, row, 1),
        .behind = wire_column_number(result, row, 2),
        .lease_until = is_leased ? wire_column_number(result, row, 4) : 0,
        .process = is_leased ? consumer_lease_process((const uint8_t *)lease.data) : 0,
    };
}

int32_t server_consumers_of(struct server_access *access, struct text id, consumer_fn *take,
                            void *user, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    give_organization(&given, id);
    trip_add_sql(&trip,
                 "SELECT c.name, c.position, greatest(0, o.trail_length - greatest(c.position, "
                 "o.checkpoint_length)), c.lease, c.lease_until FROM consumer AS c "
                 "JOIN organization AS o ON o.tag = c.tag AND o.id = c.organization "
                 "WHERE c.tag = $1 AND c.organization = $2 ORDER BY c.name",
                 &given);
    const int32_t code = server_run(access, &trip, failure);
    const int count = code == GQL_OK ? pq.PQntuples(trip.results[0]) : 0;
    for (int row = 0; row < count; row++) {
        const struct listed_consumer consumer = consumer_of(trip.results[0], row);
        if (!take(user, &consumer))
            break;
    }
    return code;
}

/* ---- Removing ---- */

static int32_t remove_in_transaction(struct server_access *access, struct text id,
                                     struct consumer_removal *removal, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters organization = {0}, consumer = {0};
    give_organization(&organization, id);
    trip_add(&trip, QUERY_LOCK_TRAIL, &organization);
    give_organization(&consumer, id);
    wire_give_text(&consumer, removal->name);
    trip_add_sql(&trip,
                 "DELETE FROM consumer WHERE tag = $1 AND organization = $2 AND name = $3 "
                 "RETURNING name, position, 0::bigint, lease, lease_until",
                 &consumer);
    const int32_t code = server_run(access, &trip, failure);
    if (code != GQL_OK || pq.PQntuples(trip.results[1]) == 0)
        return code;
    const struct listed_consumer removed = consumer_of(trip.results[1], 0);
    if (!removal->is_forced && consumer_lease_holds(removed.lease_until, removal->now))
        return consumer_removal_refuse(&removed, id, failure);
    const int32_t end = server_commit(access, failure);
    removal->removed += end == GQL_OK;
    return end;
}

int32_t server_consumer_remove(struct server_access *access, struct text id,
                               struct consumer_removal *removal, gql_failure *failure)
{
    int32_t code = server_begin(access, true, failure);
    if (code == GQL_OK)
        code = remove_in_transaction(access, id, removal, failure);
    server_rollback(access);
    return code;
}
