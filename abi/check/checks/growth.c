// SPDX-License-Identifier: MIT
/* Replies that can't grow: the host's limit is reached, or memory ran out. */
#include <stdatomic.h>
#include <stdio.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"

/* How reply_grow may fail although the plugin uses it as it should. */
static const struct shortage {
    int32_t code;
    const char *name;
} shortages[] = {{GQL_E_LIMIT, "GQL_E_LIMIT"}, {GQL_E_NO_MEMORY, "GQL_E_NO_MEMORY"}};

static const struct shortage *shortage;
static _Thread_local bool is_caller; /* False on threads of the plugin. */
static atomic_uint refused, refused_elsewhere;

static int32_t refuse(const gql_host *host, uint64_t reply, uint64_t more)
{
    (void)host, (void)reply, (void)more;
    atomic_fetch_add(&refused, 1);
    atomic_fetch_add(&refused_elsewhere, !is_caller);
    return shortage->code;
}

/* The plugin gets a copy of the reply that is full, so it can write nothing without reply_grow. */
static void fill_up(gql_reply *reply)
{
    reply->capacity = reply->size;
    if (reply->capacity == 0)
        reply->data = NULL;
}

static void judge(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label; /* It names the shortage. */
    const bool no_memory = shortage->code == GQL_E_NO_MEMORY;
    if (performed->resolved)
        check_fail(session->run, "%s: was resolved", label);
    else if (session_misuses[GQL_MISUSE_NOT_COMPLETED] > 0)
        check_fail(session->run, "%s: returned GQL_OK without completing the reply", label);
    else if (performed->returned < 0 && !(no_memory && performed->returned == GQL_E_NO_MEMORY))
        check_fail(session->run, "%s: returned %d", label, (int)performed->returned);
}

/* False after check_fail or check_skip. */
static bool try_shortages(struct fixture *fixture, const struct plan_call *call)
{
    static const struct perform_style full = {.alter_reply = fill_up};
    struct plan_call copy = *call;
    const struct plan one = {.calls = &copy, .count = 1};
    bool right = true;
    for (size_t i = 0; right && i < sizeof shortages / sizeof shortages[0]; i++) {
        shortage = &shortages[i];
        snprintf(copy.label, sizeof copy.label, "%.90s, when reply_grow fails with %s", call->label,
                 shortage->name);
        right = perform_all(&fixture->session, fixture->instance, &one, &full, judge);
    }
    return right && !check_ended(fixture->session.run);
}

void check_growth(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "if reply_grow fails, reject the call, on whichever thread; a resolver that has "
               "not completed the reply may return GQL_E_NO_MEMORY instead if that is why");
    if (!fixture_begin(run, &fixture))
        return;
    session_host(&fixture.session)->reply_grow = refuse;
    is_caller = true;
    for (size_t i = 0; i < fixture.plan.count; i++)
        if (fixture.plan.calls[i].usual && !try_shortages(&fixture, &fixture.plan.calls[i]))
            return;
    fixture_end(&fixture);
    if (atomic_load(&refused) == 0)
        check_skip(run, "no call let its reply grow");
    else
        check_note(run, "reply_grow failed %u times, %u of them on threads of the plugin", refused,
                   refused_elsewhere);
}
