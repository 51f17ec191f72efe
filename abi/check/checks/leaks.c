// SPDX-License-Identifier: MIT
/*
 * Creates, calls, drains and destroys in rounds: what grows from round to round is leaked. The
 * rounds are the same for all checks here.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/perform.h"
#include "abi/check/harness/planner.h"
#include "abi/check/inspect/meter.h"
#include "abi/host/reply_table.h"

enum {
    /* Rounds before the first sample, for what is allocated once: caches, arenas, kept stacks. */
    WARM_UP = 4,
    LEAST_BYTES = 16,   /* Growth per round; less is not reported. */
    ERROR_BYTES = 8192, /* Larger than errors of plugins. */
};

struct rounds {
    struct session session;
    struct plan plan;
    uint64_t threads; /* Before the first round. */
    bool lived;       /* Whether the last round worked. */
};

static bool live_once(struct rounds *rounds)
{
    gql_instance *instance = NULL;
    if (!session_create(&rounds->session, 0, &instance) ||
        !perform_all(&rounds->session, instance, &rounds->plan, NULL, NULL))
        return false;
    session_destroy(&rounds->session, &instance);
    perform_forget();
    return true;
}

static void *live_in_thread(void *user)
{
    struct rounds *rounds = user;
    rounds->lived = live_once(rounds);
    return NULL;
}

/*
 * Runs a round on a new thread: when it ends, malloc reclaims the thread's cache, so that only
 * memory in use is measured.
 */
static bool live_apart(struct rounds *rounds)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, live_in_thread, rounds) != 0) {
        check_skip(rounds->session.run, "the tool can't start a thread");
        return false;
    }
    pthread_join(thread, NULL);
    return rounds->lived;
}

static const gql_host *warming;

static int32_t reject_at_length(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    static char message[ERROR_BYTES];
    const gql_error error = {.struct_size = sizeof error,
                             .code = "WARM_UP",
                             .message = message,
                             .message_size = sizeof message};
    (void)instance, (void)call;
    return warming->reply_reject(warming, reply->handle, &error);
}

static void *call_nothing(void *user)
{
    static const gql_call call = {.struct_size = sizeof call,
                                  .arguments = "{}",
                                  .arguments_size = 2};
    gql_runtime_call(user, NULL, reject_at_length, &call, gql_answer_release, NULL);
    return NULL;
}

/*
 * The runtime caches replies per group of threads. Fills all caches with buffers of full size
 * before anything is measured.
 */
static void warm_runtime_up(gql_runtime *runtime)
{
    warming = gql_runtime_host(runtime);
    for (unsigned i = 0; i < REPLY_SHARDS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, call_nothing, runtime) == 0)
            pthread_join(thread, NULL);
    }
}

static bool open_rounds(struct check_run *run, struct rounds *rounds)
{
    *rounds = (struct rounds){.threads = meter_threads()};
    if (!session_open(run, 0, &rounds->session) || !session_configure(&rounds->session))
        return false;
    warm_runtime_up(rounds->session.runtime);
    return !check_passed(run, "answers") || plan_make(&rounds->session, &rounds->plan);
}

/* Adds a sample of each kind: the first one, or that after a round. */
static void sample(struct check_rounds *measured, bool first)
{
    uint64_t now[CHECK_KINDS] = {[CHECK_THREADS] = meter_threads(),
                                 [CHECK_DESCRIPTORS] = meter_descriptors(),
                                 [CHECK_MAPPINGS] = meter_mappings()};
    measured->memory_unknown = !meter_memory(&now[CHECK_MEMORY]);
    for (unsigned i = 0; i < CHECK_KINDS; i++) {
        struct check_growth *growth = &measured->growth[i];
        growth->first = first ? now[i] : growth->first;
        growth->rounds += !first;
        growth->grew += !first && now[i] > growth->last;
        growth->last = now[i];
    }
}

/* Of threads, only the first and the last sample count. */
static void take_first_sample(const struct rounds *rounds, struct check_rounds *measured)
{
    session_settle(rounds->threads);
    sample(measured, true);
}

/* False after check_fail or check_skip. */
static bool measure(struct check_run *run, struct check_rounds *measured)
{
    static struct meter_descriptors before;
    struct rounds rounds;
    char target[METER_TEXT] = "";
    *measured = (struct check_rounds){0};
    meter_remember_descriptors(&before);
    bool lived = open_rounds(run, &rounds);
    for (unsigned i = 0; lived && i < WARM_UP + run->options->rounds; i++) {
        if (i == WARM_UP)
            take_first_sample(&rounds, measured);
        lived = live_apart(&rounds);
        if (i + 1 == WARM_UP + run->options->rounds)
            session_settle(measured->growth[CHECK_THREADS].first);
        if (i >= WARM_UP)
            sample(measured, false);
    }
    if (!lived || check_ended(run))
        return false;
    meter_find_new_descriptor(&before, target);
    snprintf(measured->descriptor, sizeof measured->descriptor, "%s", target);
    plan_finish(&rounds.plan);
    session_close(&rounds.session, false);
    measured->known = 1;
    return true;
}

/*
 * The growth of a kind, which the first check that needs it measures for all: the rounds take long.
 * False after check_fail or check_skip.
 */
static bool find_growth(struct check_run *run, enum check_kind kind, struct check_growth *growth)
{
    if (run->rounds.known == 0 && measure(run, &run->rounds))
        run->shared->rounds = run->rounds;
    *growth = run->rounds.growth[kind];
    return run->rounds.known != 0;
}

/* ---- Counts: any growth is a leak ---- */

void check_threads(struct check_run *run)
{
    struct check_growth growth;
    check_cure(run, "end and join every thread of an instance before destroy returns");
    if (find_growth(run, CHECK_THREADS, &growth) && growth.last > growth.first)
        check_fail(run, "%" PRIu64 " threads before, %" PRIu64 " after %u rounds", growth.first,
                   growth.last, growth.rounds);
}

void check_descriptors(struct check_run *run)
{
    struct check_growth growth;
    check_cure(run, "close in destroy what create and calls have opened");
    if (find_growth(run, CHECK_DESCRIPTORS, &growth) && growth.last > growth.first)
        check_fail(run,
                   "%" PRIu64 " file descriptors before, %" PRIu64
                   " after %u rounds; one refers to %s",
                   growth.first, growth.last, growth.rounds, run->rounds.descriptor);
}

/* ---- Memory: allocators cache it, so only steady growth is a leak ---- */

/* Bytes per round; 0 unless three rounds in four grew. */
static uint64_t steady_growth(const struct check_growth *growth)
{
    return growth->grew * 4 < growth->rounds * 3 || growth->last < growth->first
               ? 0
               : (growth->last - growth->first) / growth->rounds;
}

static void check_steady(struct check_run *run, enum check_kind kind, const char *what)
{
    struct check_growth growth;
    if (!find_growth(run, kind, &growth))
        return;
    const uint64_t bytes = steady_growth(&growth);
    if (bytes >= LEAST_BYTES)
        check_fail(run,
                   "%s: %" PRIu64 " bytes before, %" PRIu64 " after %u rounds: %" PRIu64
                   " more per round",
                   what, growth.first, growth.last, growth.rounds, bytes);
}

/* True after check_skip: one of the named checks has failed. */
static bool skip_after(struct check_run *run, const char *const *names)
{
    for (; *names != NULL; names++)
        if (check_came_to(run, *names, CHECK_NOT_OK))
            check_skip(run, "needs the check %s to pass", *names);
    return check_ended(run);
}

void check_memory(struct check_run *run)
{
    /* After a misuse found by these the host quarantines replies, which would look like a leak. */
    static const char *const names[] = {"completes-once", "return-codes", "overrun", "one-thread",
                                        NULL};
    check_cure(run, "free in destroy what create and calls have allocated; AddressSanitizer and "
                    "Valgrind show where");
    if (!skip_after(run, names))
        check_steady(run, CHECK_MEMORY, "memory from malloc");
    if (!check_ended(run) && run->rounds.memory_unknown != 0)
        check_skip(run, "the C library does not report memory in use");
}

void check_mappings(struct check_run *run)
{
    /* malloc maps large blocks, so a leak of memory would be reported twice. */
    static const char *const names[] = {"memory", NULL};
    check_cure(run, "unmap in destroy what create and calls have mapped");
    if (!skip_after(run, names))
        check_steady(run, CHECK_MAPPINGS, "mapped memory");
}
