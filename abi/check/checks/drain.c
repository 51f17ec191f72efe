// SPDX-License-Identifier: MIT
/* Calls after drain, and calls during drain. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"

enum {
    CALLERS = 2,
    CALLS_EACH = 500,
    LAST_CALLS = 50,            /* Of each caller: for the time during drain and after it. */
    BACKLOG_MILLISECONDS = 500, /* How long the calls under way may take when drain begins. */
    WAIT_MILLISECONDS = 200,    /* For a call that is under way. */
    BURST = 4,                  /* Calls made at once, to measure. */
    ATTEMPTS = 10,              /* To see an asynchronous call under way when drain begins. */
};

static void judge_rejection(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label;
    if (performed->resolved)
        check_fail(session->run, "%s was served after drain", label);
    else if (strcmp(performed->error_code, "SERVICE_UNAVAILABLE") != 0)
        check_fail(session->run, "%s was rejected after drain, but with the code %s", label,
                   performed->error_code);
    else if (performed->code != GQL_OK)
        check_fail(session->run, "%s was rejected after drain, but not at once", label);
}

void check_drain_rejects(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run, "after drain reject each call with SERVICE_UNAVAILABLE before the resolver "
                    "returns");
    if (!fixture_begin(run, &fixture))
        return;
    session_drain(&fixture.session, fixture.instance);
    if (perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, judge_rejection))
        fixture_end(&fixture);
}

/* ---- During drain ---- */

/* What is known of the plan's calls. */
struct costs {
    uint64_t slowest;     /* Nanoseconds that one call takes, of several made at once. */
    size_t *asynchronous; /* The indices of calls that returned GQL_PENDING. */
    size_t count;
};

/* A thread that keeps calling while the instance is drained. */
struct caller {
    struct fixture *fixture;
    const struct costs *costs;
    pthread_t thread;
    struct performed *calls;
    size_t most_open;       /* How many of its calls may be without an answer. */
    _Atomic size_t started; /* How many calls have reached the plugin for certain. */
};

static atomic_bool drained;

/* Makes a call several times at once: the plugin may do them one after the other. */
static void measure_call(struct fixture *fixture, size_t index, struct costs *costs)
{
    struct performed burst[BURST];
    const uint64_t begin = check_now();
    for (size_t i = 0; i < BURST; i++)
        perform_start(&fixture->session, fixture->instance, &fixture->plan.calls[index], NULL,
                      &burst[i]);
    for (size_t i = 0; i < BURST; i++)
        perform_wait(&fixture->session, &burst[i]);
    const uint64_t each = (check_now() - begin) / BURST;
    costs->slowest = each > costs->slowest ? each : costs->slowest;
    if (burst[0].returned == GQL_PENDING)
        costs->asynchronous[costs->count++] = index;
    for (size_t i = 0; i < BURST; i++)
        perform_finish(&burst[i]);
}

/* False after check_skip. */
static bool measure(struct fixture *fixture, struct costs *costs)
{
    *costs = (struct costs){.asynchronous = calloc(fixture->plan.count, sizeof(size_t))};
    if (costs->asynchronous == NULL) {
        check_skip(fixture->session.run, "the tool is out of memory");
        return false;
    }
    for (size_t i = 0; i < fixture->plan.count; i++)
        measure_call(fixture, i, costs);
    return true;
}

/* Each other call is an asynchronous one, if there are any. */
static const struct plan_call *choose(const struct caller *caller, size_t turn)
{
    const struct plan *plan = &caller->fixture->plan;
    const struct costs *costs = caller->costs;
    return turn % 2 == 0 && costs->count > 0
               ? &plan->calls[costs->asynchronous[turn / 2 % costs->count]]
               : &plan->calls[turn % plan->count];
}

/* Waits until the caller may make another call: not too many of them are without an answer. */
static void hold_back(struct caller *caller, size_t turn, size_t *first_open)
{
    for (;;) {
        while (*first_open < turn && perform_is_answered(&caller->calls[*first_open]))
            ++*first_open;
        const bool late = turn < CALLS_EACH - LAST_CALLS || atomic_load(&drained);
        if (late && turn - *first_open < caller->most_open)
            return;
        check_sleep(1);
    }
}

static void *call_on(void *user)
{
    struct caller *caller = user;
    struct fixture *fixture = caller->fixture;
    size_t first_open = 0;
    size_t after = 0;
    for (size_t i = 0; i < CALLS_EACH && after < LAST_CALLS; i++) {
        hold_back(caller, i, &first_open);
        after += atomic_load(&drained);
        perform_start(&fixture->session, fixture->instance, choose(caller, i), NULL,
                      &caller->calls[i]);
        atomic_store(&caller->started, i + 1);
    }
    return NULL;
}

/* The asynchronous calls under way. */
static size_t count_open(struct caller *callers)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t k = atomic_load(&callers[i].started); k-- > 0;)
            count += callers[i].calls[k].returned == GQL_PENDING &&
                     !perform_is_answered(&callers[i].calls[k]);
    return count;
}

/* Waits for calls to be under way. Returns how many are asynchronous. */
static size_t await_calls(struct caller *callers)
{
    const uint64_t end = check_now() + (uint64_t)WAIT_MILLISECONDS * 1000000u;
    const bool possible = callers[0].costs->count > 0;
    size_t open = 0;
    for (size_t i = 0; i < CALLERS; i++)
        while (atomic_load(&callers[i].started) < 2 && check_now() < end)
            check_sleep(1);
    while (possible && (open = count_open(callers)) == 0 && check_now() < end)
        ;
    return open;
}

/* The calls that started before drain must be answered when it returns. */
static void drain_and_look(struct check_run *run, struct fixture *fixture, struct caller *callers,
                           size_t open)
{
    size_t before[CALLERS];
    for (size_t i = 0; i < CALLERS; i++)
        before[i] = atomic_load(&callers[i].started);
    check_step(
        "drain, with %zu asynchronous calls under way, each of which took %u ms or less before,",
        open, (unsigned)(callers[0].costs->slowest / 1000000 + 1));
    gql_instance_drain(fixture->session.library, fixture->instance);
    check_step_done();
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t k = 0; k < before[i]; k++)
            if (!perform_is_answered(&callers[i].calls[k]))
                check_fail(run, "drain returned before %s, which was under way, was answered",
                           callers[i].calls[k].planned->label);
    atomic_store(&drained, true);
}

static void collect(struct fixture *fixture, struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    for (size_t i = 0; i < atomic_load(&caller->started); i++) {
        perform_wait(&fixture->session, &caller->calls[i]);
        perform_finish(&caller->calls[i]);
    }
    free(caller->calls);
}

static void start_caller(struct fixture *fixture, const struct costs *costs, struct caller *caller)
{
    const uint64_t backlog = (uint64_t)BACKLOG_MILLISECONDS * 1000000u / CALLERS;
    const uint64_t open = backlog / (costs->slowest + 1);
    *caller = (struct caller){.fixture = fixture,
                              .costs = costs,
                              .calls = calloc(CALLS_EACH, sizeof *caller->calls),
                              .most_open = open < 1            ? 1
                                           : open > CALLS_EACH ? CALLS_EACH
                                                               : (size_t)open};
    if (caller->calls != NULL && pthread_create(&caller->thread, NULL, call_on, caller) == 0)
        return;
    check_skip(fixture->session.run, "the tool is out of threads or memory");
    check_finish(fixture->session.run);
}

/* Drains the instance while it is called, and destroys it. Returns how many calls were open. */
static size_t drain_once(struct check_run *run, struct fixture *fixture, const struct costs *costs)
{
    struct caller callers[CALLERS];
    atomic_store(&drained, false);
    for (size_t i = 0; i < CALLERS; i++)
        start_caller(fixture, costs, &callers[i]);
    const size_t open = await_calls(callers);
    drain_and_look(run, fixture, callers, open);
    if (check_ended(run))
        check_finish(run);
    for (size_t i = 0; i < CALLERS; i++)
        collect(fixture, &callers[i]);
    session_destroy(&fixture->session, &fixture->instance);
    perform_forget();
    return open;
}

/* Skips the check if drain had nothing to wait for. */
static void report_open(struct check_run *run, const struct costs *costs, size_t open)
{
    if (open > 0)
        check_note(run, "drain began with %zu asynchronous call%s under way", open,
                   open == 1 ? "" : "s");
    else if (costs->count > 0)
        check_skip(run, "no asynchronous call was under way when drain began: each was completed "
                        "too soon to be seen");
    else
        check_skip(run,
                   "no call returned GQL_PENDING, so drain had no asynchronous call to wait for%s",
                   run->options->calls == NULL ? "; mutations are called only if --calls lists them"
                                               : "");
}

void check_drain_waits(struct check_run *run)
{
    struct fixture fixture;
    struct costs costs = {0};
    size_t open = 0;
    check_cure(run, "count the calls under way, and return from drain as soon as the last one is "
                    "completed, not before");
    if (!fixture_begin(run, &fixture))
        return;
    for (unsigned i = 0; i < ATTEMPTS && open == 0 && (i == 0 || costs.count > 0); i++) {
        free(costs.asynchronous);
        if ((i > 0 && !session_create(&fixture.session, 0, &fixture.instance)) ||
            !measure(&fixture, &costs))
            return;
        open = drain_once(run, &fixture, &costs);
    }
    free(costs.asynchronous);
    fixture_end(&fixture);
    if (session_misuses[GQL_MISUSE_STALE_REPLY] > 0 && check_passed(run, "completes-once"))
        check_fail(run, "a call was completed twice while the instance was drained");
    report_open(run, &costs, open);
}
