// SPDX-License-Identifier: MIT
#include "abi/check/harness/fixture.h"

#include "abi/check/harness/planner.h"

/* More replies than a plan has calls, so that every late write is found. */
enum { QUARANTINE = 4096 };

bool fixture_begin(struct check_run *run, struct fixture *fixture)
{
    return fixture_begin_prefixed(run, NULL, fixture);
}

bool fixture_begin_prefixed(struct check_run *run, const char *reply_prefix,
                            struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    return session_open_prefixed(run, QUARANTINE, reply_prefix, &fixture->session) &&
           session_configure(&fixture->session) && plan_make(&fixture->session, &fixture->plan) &&
           session_create(&fixture->session, 0, &fixture->instance);
}

void fixture_end(struct fixture *fixture)
{
    session_destroy(&fixture->session, &fixture->instance);
    perform_forget();
    plan_finish(&fixture->plan);
    session_close(&fixture->session, false);
}
