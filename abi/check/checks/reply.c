// SPDX-License-Identifier: MIT
/*
 * What a plugin may not do with a reply and with its inputs. The runtime of the host library finds
 * it; here it gets a name.
 */
#include "abi/check/checks.h"
#include "abi/check/tour.h"

enum { SETTLE_MILLISECONDS = 20 }; /* For what threads of the plugin do after the completion. */

static gql_misuse looked_for;
static const char *what;

static void judge(struct session *session, struct performed *performed)
{
    if (session_misuses[looked_for] > 0)
        check_fail(session->run, "%s, in or before the call %s", what, performed->planned->label);
}

static void look_for(struct check_run *run, gql_misuse misuse, const char *sentence)
{
    struct tour tour;
    looked_for = misuse;
    what = sentence;
    if (!tour_begin(run, &tour) ||
        !perform_all(&tour.session, tour.instance, &tour.plan, false, judge))
        return;
    check_sleep(SETTLE_MILLISECONDS);
    tour_end(&tour); /* The runtime looks through its quarantine when it is destroyed. */
    if (session_misuses[misuse] > 0)
        check_fail(run, "%s, %u times in all", what, (unsigned)session_misuses[misuse]);
}

void check_completes_once(struct check_run *run)
{
    check_cure(run, "count a reply as gone the moment it is completed: no second reply_resolve, "
                    "reply_reject or reply_grow");
    look_for(run, GQL_MISUSE_STALE_REPLY, "a reply was used that had been completed before");
}

void check_overrun(struct check_run *run)
{
    check_cure(run, "ask reply_grow for room before writing beyond `capacity`, read `data` anew "
                    "after it, and change nothing "
                    "of the reply but `size`");
    look_for(run, GQL_MISUSE_OVERRUN,
             "a reply was written beyond its capacity, or its members were changed");
}

void check_late_write(struct check_run *run)
{
    check_cure(run, "touch neither `data` nor any member of the reply once reply_resolve or "
                    "reply_reject was called");
    look_for(run, GQL_MISUSE_LATE_WRITE, "a reply was written to after its completion");
}

void check_one_thread(struct check_run *run)
{
    check_cure(run, "let one thread at a time use a reply");
    look_for(run, GQL_MISUSE_CONCURRENT, "two threads used one reply at the same time");
}

void check_inputs(struct check_run *run)
{
    struct tour tour;
    check_cure(run, "do not write to what `call` points to, and do not read it once the reply is "
                    "completed: in this check it is "
                    "write-protected, and unmapped at the completion; copy what is needed later");
    if (!tour_begin(run, &tour) ||
        !perform_all(&tour.session, tour.instance, &tour.plan, true, NULL))
        return;
    check_step("a thread of the plugin, after the last completion");
    check_sleep(SETTLE_MILLISECONDS);
    check_step_done();
    tour_end(&tour);
}
