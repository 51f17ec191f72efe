// SPDX-License-Identifier: MIT
/* What the parts of a sweep have in common. */
#ifndef PLUGIN_STORE_POSTGRES_SWEEP_TURN_H
#define PLUGIN_STORE_POSTGRES_SWEEP_TURN_H

#include "plugin/store/postgres/database.h"

/* A step of a sweep, on a session. */
struct sweep_turn {
    struct database *database;
    struct session *session;
    int limit;   /* Of the time of a statement, in milliseconds. */
    int64_t now; /* Unix milliseconds. */
    struct store_detail *detail;
};

/* Runs a trip of the step. */
enum trip_end sweep_trip(const struct sweep_turn *turn, struct trip *trip,
                         enum store_status *ret_status);

#endif
