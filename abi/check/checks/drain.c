// SPDX-License-Identifier: MIT
/* Draining: calls afterwards, and calls at the same time. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks.h"
#include "abi/check/tour.h"

enum {
    CALLERS = 2,
    CALLS_EACH = 500,
    HEAD_START_MILLISECONDS = 10,
};

static void judge_refusal(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label;
    if (performed->resolved)
        check_fail(session->run, "%s was served after drain", label);
    else if (strcmp(performed->error_code, "SERVICE_UNAVAILABLE") != 0)
        check_fail(session->run, "%s was rejected after drain, but with %s", label,
                   performed->error_code);
    else if (performed->code != GQL_OK)
        check_fail(session->run, "%s was rejected after drain, but not at once", label);
}

void check_drain_refuses(struct check_run *run)
{
    struct tour tour;
    check_cure(run, "once drain was called, reject each call with SERVICE_UNAVAILABLE before the "
                    "resolver returns");
    if (!tour_begin(run, &tour))
        return;
    session_drain(&tour.session, tour.instance);
    if (perform_all(&tour.session, tour.instance, &tour.plan, false, judge_refusal))
        tour_end(&tour);
}

/* A thread that calls on and on while the instance is drained. */
struct caller {
    struct tour *tour;
    pthread_t thread;
    struct performed *calls;
    _Atomic size_t started; /* How many of them the plugin was given for certain. */
};

static atomic_bool drained;

static void *call_on(void *user)
{
    struct caller *caller = user;
    struct tour *tour = caller->tour;
    for (size_t i = 0; i < CALLS_EACH; i++) {
        perform_start(&tour->session, tour->instance, &tour->plan.calls[i % tour->plan.count],
                      false, &caller->calls[i]);
        atomic_store(&caller->started, i + 1);
        if (i >= CALLS_EACH / 2 && !atomic_load(&drained))
            check_sleep(1); /* Some are kept for the time of draining and after it. */
    }
    return NULL;
}

/* Those that were under way before drain must be answered when it returns. */
static void drain_and_look(struct check_run *run, struct tour *tour, struct caller *callers)
{
    size_t before[CALLERS];
    for (size_t i = 0; i < CALLERS; i++)
        before[i] = atomic_load(&callers[i].started);
    session_drain(&tour->session, tour->instance);
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t k = 0; k < before[i]; k++)
            if (!perform_is_answered(&callers[i].calls[k]))
                check_fail(run, "drain returned, but %s, which was under way, was not answered yet",
                           callers[i].calls[k].planned->label);
    atomic_store(&drained, true);
}

/* False where a call was not answered. */
static bool collect(struct tour *tour, struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    for (size_t i = 0; i < CALLS_EACH; i++) {
        if (!perform_wait(&tour->session, &caller->calls[i]))
            return false;
        perform_finish(&caller->calls[i]);
    }
    free(caller->calls);
    return true;
}

void check_drain_waits(struct check_run *run)
{
    struct tour tour;
    struct caller callers[CALLERS];
    check_cure(run,
               "count the calls that are inside, and let drain return when the last is completed");
    if (!tour_begin(run, &tour))
        return;
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.tour = &tour,
                                     .calls = calloc(CALLS_EACH, sizeof *callers[i].calls)};
        if (callers[i].calls == NULL ||
            pthread_create(&callers[i].thread, NULL, call_on, &callers[i]) != 0) {
            check_skip(run, "no thread or no memory can be had");
            return;
        }
    }
    check_sleep(HEAD_START_MILLISECONDS);
    drain_and_look(run, &tour, callers);
    if (check_failed(run))
        return;
    for (size_t i = 0; i < CALLERS; i++)
        if (!collect(&tour, &callers[i]))
            return;
    tour_end(&tour);
    if (session_misuses[GQL_MISUSE_STALE_REPLY] > 0 && check_passed(run, "completes-once"))
        check_fail(run, "a call was completed twice while the instance was drained");
}
