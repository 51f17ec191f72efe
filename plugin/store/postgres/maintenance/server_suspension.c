// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_suspension.h"

#include "plugin/base/organization.h"

static const char *state_of(const PGresult *result, int row)
{
    if (wire_column_boolean(result, row, 4))
        return "erased";
    return wire_column_boolean(result, row, 3) ? "suspended" : "active";
}

int32_t server_tenants(struct server_access *access, struct text id, server_tenant_fn *take,
                       void *user, gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    wire_give_text(&given, id);
    wire_give_integer(&given, id.data == NULL ? 0 : (int32_t)organization_tag(id));
    trip_add_sql(&trip,
                 "SELECT id, active, inactive, suspended, erased IS NOT NULL, "
                 "erased NOT LIKE '%\"finished\"%' FROM organization "
                 "WHERE $1::bytea IS NULL OR (tag = $2::integer AND id = $1) ORDER BY id",
                 &given);
    const int32_t code = server_run(access, &trip, failure);
    const PGresult *result = trip.results[0];
    const int count = code == GQL_OK ? pq.PQntuples(result) : 0;
    bool wants = true;
    for (int row = 0; row < count && wants; row++)
        wants = take(user, &(struct server_tenant){
                               .id = wire_column(result, row, 0),
                               .state = state_of(result, row),
                               .half_erased = wire_column_boolean(result, row, 5),
                               .counts = {wire_column_number(result, row, 1),
                                          wire_column_number(result, row, 2)},
                           });
    return code;
}

int32_t server_suspend(struct server_access *access, struct text id, bool suspended, bool *ret_done,
                       gql_failure *failure)
{
    TRIP_AUTO trip = {.session = &access->session};
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)organization_tag(id));
    wire_give_text(&given, id);
    wire_give_boolean(&given, suspended);
    trip_add_sql(&trip,
                 "UPDATE organization SET suspended = $3 "
                 "WHERE tag = $1 AND id = $2 AND erased IS NULL RETURNING 1",
                 &given);
    const int32_t code = server_run(access, &trip, failure);
    *ret_done = code == GQL_OK && pq.PQntuples(trip.results[0]) > 0;
    return code;
}
