// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/sweep_turn.h"

#include "plugin/store/postgres/batch.h"

enum trip_end sweep_trip(const struct sweep_turn *turn, struct trip *trip,
                         enum store_status *ret_status)
{
    const enum trip_end end = trip_run(trip, turn->limit + BATCH_GRACE_MS);
    *ret_status = database_status(trip, end);
    *turn->detail = trip->detail;
    return end;
}
