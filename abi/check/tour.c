// SPDX-License-Identifier: MIT
#include "abi/check/tour.h"

/* More than a tour makes, so that every late write is found. */
enum { QUARANTINE = 4096 };

bool tour_begin(struct check_run *run, struct tour *tour)
{
    *tour = (struct tour){0};
    return session_open(run, QUARANTINE, &tour->session) && session_configure(&tour->session) &&
           plan_make(&tour->session, &tour->plan) &&
           session_create(&tour->session, 0, &tour->instance);
}

void tour_end(struct tour *tour)
{
    session_destroy(&tour->session, &tour->instance);
    perform_forget();
    plan_finish(&tour->plan);
    session_close(&tour->session, false);
}
