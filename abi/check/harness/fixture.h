// SPDX-License-Identifier: MIT
/* What most checks start from: a host with the plugin, the planned calls, and an instance. */
#ifndef GQL_CHECK_FIXTURE_H
#define GQL_CHECK_FIXTURE_H

#include "abi/check/harness/perform.h"

struct fixture {
    struct session session;
    struct plan plan;
    gql_instance *instance;
};

/* False after check_fail or check_skip; the check must then return without fixture_end. */
bool fixture_begin(struct check_run *run, struct fixture *fixture);

/* Each reply holds the prefix when its call begins. */
bool fixture_begin_prefixed(struct check_run *run, const char *reply_prefix,
                            struct fixture *fixture);

/* Drains and destroys the instance, and closes the session. */
void fixture_end(struct fixture *fixture);

#endif
