// SPDX-License-Identifier: MIT
/* One instance, called on many threads at the same time. */
#include <pthread.h>
#include <stdatomic.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"

enum {
    THREADS = 8,
    MOST_ROUNDS = 10,
    ENOUGH_MILLISECONDS = 300, /* For plugins whose calls take long. */
};

struct caller {
    struct fixture *fixture;
    pthread_barrier_t *together;
    size_t first; /* The index of its first call: no two threads go through the plan in step. */
    pthread_t thread;
    atomic_bool done;
};

/* Makes all calls of the plan, beginning with another one than other threads do. */
static bool call_plan(struct fixture *fixture, size_t first)
{
    const struct plan *plan = &fixture->plan;
    bool done = true;
    for (size_t i = 0; done && i < plan->count; i++) {
        const struct plan one = {.calls = &plan->calls[(first + i) % plan->count], .count = 1};
        done = perform_all(&fixture->session, fixture->instance, &one, NULL, judge_value);
    }
    return done;
}

static void *call_all(void *user)
{
    struct caller *caller = user;
    struct fixture *fixture = caller->fixture;
    pthread_barrier_wait(caller->together);
    const uint64_t end = check_now() + (uint64_t)ENOUGH_MILLISECONDS * 1000000u;
    for (unsigned i = 0; i < MOST_ROUNDS && (i == 0 || check_now() < end); i++)
        if (!call_plan(fixture, caller->first))
            return NULL;
    atomic_store(&caller->done, true);
    return NULL;
}

static void wait_for(struct check_run *run, struct caller *callers)
{
    for (unsigned i = 0; i < THREADS; i++) {
        while (!check_ended(run) && !atomic_load(&callers[i].done))
            check_sleep(1);
        if (check_ended(run))
            check_finish(run); /* The other threads may still wait for answers. */
        pthread_join(callers[i].thread, NULL);
    }
}

static void call_together(struct check_run *run, struct fixture *fixture)
{
    pthread_barrier_t together;
    struct caller callers[THREADS];
    pthread_barrier_init(&together, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.fixture = fixture,
                                     .together = &together,
                                     .first = i * fixture->plan.count / THREADS};
        if (pthread_create(&callers[i].thread, NULL, call_all, &callers[i]) != 0) {
            check_skip(run, "the tool can't start a thread");
            check_finish(run);
        }
    }
    wait_for(run, callers);
    pthread_barrier_destroy(&together);
}

void check_concurrent(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "guard what the calls of one instance share: hosts call resolvers on any thread, "
               "any number at the same time; a language whose runtime must be prepared for "
               "threads that it has not started needs that too");
    if (!fixture_begin(run, &fixture))
        return;
    call_together(run, &fixture);
    fixture_end(&fixture);
}
