// SPDX-License-Identifier: MIT
/* The usual way of a check: a host, the plan of calls, an instance; and the way back. */
#ifndef GQL_CHECK_TOUR_H
#define GQL_CHECK_TOUR_H

#include "abi/check/perform.h"

struct tour {
    struct session session;
    struct plan plan;
    gql_instance *instance;
};

/* False after check_fail or check_skip; then nothing may be done but return. */
bool tour_begin(struct check_run *run, struct tour *tour);

/* Drains, destroys, closes. */
void tour_end(struct tour *tour);

#endif
