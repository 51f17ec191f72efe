// SPDX-License-Identifier: MIT
/*
 * Misuse of replies and inputs. The host library's runtime detects most of it; these checks turn
 * its counters into results.
 */
#include <stdatomic.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"

enum { SETTLE_MILLISECONDS = 20 }; /* For threads of the plugin that act after a completion. */

static gql_misuse looked_for;
static const char *what;

static void judge(struct session *session, struct performed *performed)
{
    if (session_misuses[looked_for] > 0)
        check_fail(session->run, "%s, in or before the call %s", what, performed->planned->label);
}

/* `change` (may be NULL) alters the host. */
static void look_for(struct check_run *run, gql_misuse misuse, const char *sentence,
                     void (*change)(gql_host *host))
{
    struct fixture fixture;
    looked_for = misuse;
    what = sentence;
    if (!fixture_begin(run, &fixture))
        return;
    if (change != NULL)
        change(session_host(&fixture.session));
    if (!perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, judge))
        return;
    check_sleep(SETTLE_MILLISECONDS);
    fixture_end(&fixture); /* Destroys the runtime, which then checks its quarantine. */
    if (session_misuses[misuse] > 0)
        check_fail(run, "%s, %u times in total", what, (unsigned)session_misuses[misuse]);
}

void check_completes_once(struct check_run *run)
{
    check_cure(run, "do not use a reply after completing it: no second reply_resolve, "
                    "reply_reject or reply_grow");
    look_for(run, GQL_MISUSE_STALE_REPLY, "a reply was used after it was completed", NULL);
}

void check_overrun(struct check_run *run)
{
    check_cure(run, "call reply_grow before writing beyond `capacity`, read `data` again after "
                    "it, and change no member of the reply but `size`");
    look_for(run, GQL_MISUSE_OVERRUN,
             "a reply was written beyond its capacity, or its members were changed", NULL);
}

/* ---- What the reply holds already ---- */

static void judge_prefixed(struct session *session, struct performed *performed)
{
    if (session_misuses[GQL_MISUSE_OVERRUN] > 0)
        check_fail(session->run, "%s overwrote or removed what the reply held already",
                   performed->planned->label);
    else
        judge_value(session, performed);
}

void check_prefix(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "write the value from data[size] on, and add its length to `size`, which may be "
               "above 0 when the call begins");
    if (fixture_begin_prefixed(run, "{\"data\": {\"field\": ", &fixture) &&
        perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, judge_prefixed))
        fixture_end(&fixture);
}

void check_late_write(struct check_run *run)
{
    check_cure(run, "after reply_resolve or reply_reject touch neither `data` nor any member of "
                    "the reply");
    look_for(run, GQL_MISUSE_LATE_WRITE, "a reply was written to after its completion", NULL);
}

/* ---- One thread at a time ---- */

/* How long each use of a reply lasts, so that another one at the same time meets it. */
enum { MEETING_MILLISECONDS = 1 };

static gql_host usual;                /* The functions of the runtime. */
static _Atomic uint64_t reply_in_use; /* A handle, or 0. */

static void use(uint64_t reply)
{
    uint64_t used = reply;
    if (atomic_exchange(&reply_in_use, reply) == reply)
        atomic_fetch_add(&session_misuses[GQL_MISUSE_CONCURRENT], 1);
    check_sleep(MEETING_MILLISECONDS);
    atomic_compare_exchange_strong(&reply_in_use, &used, 0);
}

static int32_t use_and_grow(const gql_host *host, uint64_t reply, uint64_t more)
{
    use(reply);
    return usual.reply_grow(host, reply, more);
}

static int32_t use_and_resolve(const gql_host *host, uint64_t reply)
{
    use(reply);
    return usual.reply_resolve(host, reply);
}

static int32_t use_and_reject(const gql_host *host, uint64_t reply, const gql_error *error)
{
    use(reply);
    return usual.reply_reject(host, reply, error);
}

static int32_t use_and_add_error(const gql_host *host, uint64_t reply, const gql_error *error)
{
    use(reply);
    return usual.reply_error(host, reply, error);
}

static void watch_replies(gql_host *host)
{
    usual = *host;
    host->reply_grow = use_and_grow;
    host->reply_resolve = use_and_resolve;
    host->reply_reject = use_and_reject;
    host->reply_error = use_and_add_error;
}

void check_one_thread(struct check_run *run)
{
    check_cure(run, "use a reply on one thread at a time");
    look_for(run, GQL_MISUSE_CONCURRENT, "two threads used one reply at the same time",
             watch_replies);
}

void check_inputs(struct check_run *run)
{
    static const struct perform_style sealed = {.seal = true};
    struct fixture fixture;
    check_cure(run, "do not write to what `call` points to, and copy what is needed after the "
                    "completion: this check makes it read-only, and inaccessible at the "
                    "completion");
    if (!fixture_begin(run, &fixture) ||
        !perform_all(&fixture.session, fixture.instance, &fixture.plan, &sealed, NULL))
        return;
    check_step("a thread of the plugin, after the last completion");
    check_sleep(SETTLE_MILLISECONDS);
    check_step_done();
    fixture_end(&fixture);
}
