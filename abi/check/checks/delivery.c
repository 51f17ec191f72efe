// SPDX-License-Identifier: MIT
/* gql_events.claim, acknowledge and watch: each event once, in order, to one who claims. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/events_call.h"

enum { LIMIT = 2, OTHERS_MAX = 1000 };

static atomic_uint signals;

static void count_signal(void *user)
{
    (void)user;
    atomic_fetch_add(&signals, 1);
}

static void watch(struct events_session *session, gql_events_more_fn more)
{
    check_step("watch");
    session->events->watch(session->fixture.instance, more, NULL);
    check_step_done();
}

/* ---- Batches ---- */

/* NULL: nothing is left, or after check_fail. */
static json_t *next_batch(struct events_session *session)
{
    json_t *batch = events_next_batch(session, LIMIT);
    const json_t *list = json_object_get(batch, "events");
    if (batch == NULL)
        return NULL;
    events_check_list(session, list, events_text(session, batch, "organizationId"), 0);
    events_text(session, batch, "lease");
    events_text(session, batch, "position");
    if (json_array_size(list) > LIMIT)
        check_fail(events_run(session), "a batch has more events than its limit");
    return batch;
}

/* Whether the acknowledgement was resolved. `position` NULL: nothing more was taken. */
static bool acknowledge(struct events_session *session, const json_t *batch, const char *position,
                        const char *lease)
{
    json_t *value = events_acknowledge(session,
                                       json_pack("{s:s, s:s, s:s, s:s?}", "consumer",
                                                 EVENTS_CONSUMER, "organizationId",
                                                 events_text(session, batch, "organizationId"),
                                                 "lease", lease, "position", position));
    const bool resolved = value != NULL;
    json_decref(value);
    return resolved;
}

/* All of it. */
static void take(struct events_session *session, const json_t *batch)
{
    if (!check_ended(events_run(session)) &&
        !acknowledge(session, batch, events_text(session, batch, "position"),
                     events_text(session, batch, "lease")))
        check_fail(events_run(session),
                   "acknowledge with the lease of the claim was rejected with %s", session->code);
}

/* Whether there were any. */
static bool take_all(struct events_session *session)
{
    bool any = false;
    json_t *batch;
    for (int i = 0; !check_ended(events_run(session)) && (batch = next_batch(session)) != NULL;
         i++) {
        take(session, batch);
        json_decref(batch);
        any = true;
        if (i == OTHERS_MAX)
            check_fail(events_run(session), "claim never came to an end: what was acknowledged is "
                                            "delivered again");
    }
    return any;
}

static json_int_t first_sequence(const json_t *batch)
{
    const json_t *event = json_array_get(json_object_get(batch, "events"), 0);
    return json_integer_value(json_object_get(event, "sequence"));
}

/* ---- Leases ---- */

/* Others are taken meanwhile. */
static void check_held(struct events_session *session, const json_t *held)
{
    json_t *batch;
    for (int i = 0; i < OTHERS_MAX && !check_ended(events_run(session)) &&
                    (batch = next_batch(session)) != NULL;
         i++) {
        if (strcmp(events_text(session, batch, "organizationId"),
                   events_text(session, held, "organizationId")) == 0)
            check_fail(events_run(session),
                       "claim gave out events of an organization that is leased");
        else
            take(session, batch);
        json_decref(batch);
    }
}

static void check_wrong_lease(struct events_session *session, const json_t *held)
{
    char lease[512];
    snprintf(lease, sizeof lease, "%s", events_text(session, held, "lease"));
    lease[0] = lease[0] == 'A' ? 'B' : 'A';
    if (acknowledge(session, held, events_text(session, held, "position"), lease))
        check_fail(events_run(session),
                   "acknowledge with a lease that no claim gave was not rejected");
}

/* After the first event was acknowledged, what comes behind it is next. */
static void check_rest(struct events_session *session, const json_t *held)
{
    const json_t *list = json_object_get(held, "events");
    const char *lease = events_text(session, held, "lease");
    const json_t *first = json_array_get(list, 0);
    if (check_ended(events_run(session)) || json_array_size(list) < 2 ||
        !acknowledge(session, held, events_text(session, first, "position"), lease))
        return;
    json_t *rest = next_batch(session);
    const json_int_t expected =
        json_integer_value(json_object_get(json_array_get(list, 1), "sequence"));
    if (rest == NULL || first_sequence(rest) != expected)
        check_fail(events_run(session),
                   "after event %lld was acknowledged, claim did not go on with "
                   "event %lld",
                   (long long)first_sequence(held), (long long)expected);
    if (rest != NULL && acknowledge(session, held, NULL, lease))
        check_fail(events_run(session), "acknowledge with a lease that has ended was not rejected");
    if (rest != NULL)
        take(session, rest);
    json_decref(rest);
}

static void check_leases(struct events_session *session, const json_t *batch)
{
    check_held(session, batch);
    check_wrong_lease(session, batch);
    if (json_array_size(json_object_get(batch, "events")) < 2)
        take(session, batch);
    else
        check_rest(session, batch);
    take_all(session);
}

/* ---- Signals ---- */

static void await_signal(struct events_session *session)
{
    struct check_run *run = events_run(session);
    const uint64_t end = check_now() + (uint64_t)run->options->timeout * 1000000000u;
    while (atomic_load(&signals) == 0 && check_now() < end)
        check_sleep(1);
    if (atomic_load(&signals) == 0)
        check_fail(run, "`more` was not called within %u s after a change", run->options->timeout);
}

/*
 * What was changed is signalled, and not any more after the watch was taken back. A signal since
 * the last claim counts: there need not be a second one. Returns whether the calls leave events.
 */
static bool check_signals(struct events_session *session)
{
    json_t *batch = NULL;
    watch(session, count_signal);
    take_all(session);
    atomic_store(&signals, 0);
    take_all(session);
    const bool changes = events_change(session) && (batch = next_batch(session)) != NULL;
    if (changes) {
        await_signal(session);
        check_leases(session, batch);
        json_decref(batch);
    } else {
        check_note(events_run(session), "no call left an event while somebody watched");
    }
    watch(session, NULL);
    atomic_store(&signals, 0);
    if (changes && events_change(session) && take_all(session) && atomic_load(&signals) > 0)
        check_fail(events_run(session), "`more` was called after the watch was taken back");
    return changes;
}

/* ---- Cancellation ---- */

static void check_cancelled(struct events_session *session)
{
    struct plan_request cancelled = events_reader;
    cancelled.cancelled = true;
    if (!events_change(session))
        return;
    json_t *value =
        events_claim(session, &cancelled,
                     json_pack("{s:s, s:i}", "consumer", EVENTS_CONSUMER, "limit", LIMIT));
    const bool was_rejected = value == NULL;
    json_decref(value);
    if (was_rejected && !take_all(session))
        check_fail(events_run(session),
                   "a claim that was cancelled has leased events all the same");
}

void check_delivery(struct check_run *run)
{
    struct events_session session;
    check_cure(run, "keep a lease and a position for each consumer and organization, as "
                    "gql_plugin.h describes them at gql_events.claim, acknowledge and watch");
    if (!events_begin(run, &session))
        return;
    if (events_change(&session)) {
        json_t *batch = next_batch(&session);
        if (batch == NULL)
            check_skip(run, "no call left an event; list mutations in --calls");
        else
            check_leases(&session, batch);
        json_decref(batch);
    }
    if (!check_ended(run) && check_signals(&session) && !check_ended(run))
        check_cancelled(&session);
    events_end(&session);
}
