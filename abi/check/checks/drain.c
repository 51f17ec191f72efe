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
    HEAD_START_MILLISECONDS = 10,
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
    if (perform_all(&fixture.session, fixture.instance, &fixture.plan, false, judge_rejection))
        fixture_end(&fixture);
}

/* A thread that keeps calling while the instance is drained. */
struct caller {
    struct fixture *fixture;
    pthread_t thread;
    struct performed *calls;
    _Atomic size_t started; /* How many calls have reached the plugin for certain. */
};

static atomic_bool drained;

static void *call_on(void *user)
{
    struct caller *caller = user;
    struct fixture *fixture = caller->fixture;
    for (size_t i = 0; i < CALLS_EACH; i++) {
        perform_start(&fixture->session, fixture->instance,
                      &fixture->plan.calls[i % fixture->plan.count], false, &caller->calls[i]);
        atomic_store(&caller->started, i + 1);
        if (i >= CALLS_EACH / 2 && !atomic_load(&drained))
            check_sleep(1); /* Leaves calls for the time during drain and after it. */
    }
    return NULL;
}

/* The calls that started before drain must be answered when it returns. */
static void drain_and_look(struct check_run *run, struct fixture *fixture, struct caller *callers)
{
    size_t before[CALLERS];
    for (size_t i = 0; i < CALLERS; i++)
        before[i] = atomic_load(&callers[i].started);
    session_drain(&fixture->session, fixture->instance);
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t k = 0; k < before[i]; k++)
            if (!perform_is_answered(&callers[i].calls[k]))
                check_fail(run, "drain returned before %s, which was under way, was answered",
                           callers[i].calls[k].planned->label);
    atomic_store(&drained, true);
}

/* False if a call was not answered. */
static bool collect(struct fixture *fixture, struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    for (size_t i = 0; i < CALLS_EACH; i++) {
        if (!perform_wait(&fixture->session, &caller->calls[i]))
            return false;
        perform_finish(&caller->calls[i]);
    }
    free(caller->calls);
    return true;
}

void check_drain_waits(struct check_run *run)
{
    struct fixture fixture;
    struct caller callers[CALLERS];
    check_cure(run,
               "count the calls under way, and return from drain when the last one is completed");
    if (!fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.fixture = &fixture,
                                     .calls = calloc(CALLS_EACH, sizeof *callers[i].calls)};
        if (callers[i].calls == NULL ||
            pthread_create(&callers[i].thread, NULL, call_on, &callers[i]) != 0) {
            check_skip(run, "the tool is out of threads or memory");
            return;
        }
    }
    check_sleep(HEAD_START_MILLISECONDS);
    drain_and_look(run, &fixture, callers);
    if (check_ended(run))
        return;
    for (size_t i = 0; i < CALLERS; i++)
        if (!collect(&fixture, &callers[i]))
            return;
    fixture_end(&fixture);
    if (session_misuses[GQL_MISUSE_STALE_REPLY] > 0 && check_passed(run, "completes-once"))
        check_fail(run, "a call was completed twice while the instance was drained");
}
