// SPDX-License-Identifier: MIT
/* Creates, calls, drains and destroys in rounds: what grows from round to round is leaked. */
#include <inttypes.h>
#include <pthread.h>
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
    SETTLE_MILLISECONDS = 20, /* A joined thread stays listed for a moment. */
    LEAST_BYTES = 16,         /* Growth per round; less is not reported. */
    ERROR_BYTES = 8192,       /* Larger than errors of plugins. */
};

struct rounds {
    struct session session;
    struct plan plan;
    uint64_t threads;  /* Before the first round. */
    uint64_t *samples; /* Before the first measured round, and after each. */
    unsigned count;
    bool lived; /* Whether the last round worked. */
};

static void settle(uint64_t threads)
{
    for (unsigned i = 0; i < SETTLE_MILLISECONDS && meter_threads() > threads; i++)
        check_sleep(1);
}

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
    settle(rounds->threads);
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
    *rounds = (struct rounds){.count = run->options->rounds, .threads = meter_threads()};
    rounds->samples = calloc(rounds->count + 1, sizeof *rounds->samples);
    if (rounds->samples == NULL)
        check_skip(run, "the tool is out of memory");
    if (check_ended(run) || !session_open(run, 0, &rounds->session) ||
        !session_configure(&rounds->session))
        return false;
    warm_runtime_up(rounds->session.runtime);
    return !check_passed(run, "answers") || plan_make(&rounds->session, &rounds->plan);
}

/*
 * Runs the rounds, and samples before the first measured round and after each. False after
 * check_fail or check_skip.
 */
static bool run_rounds(struct check_run *run, struct rounds *rounds,
                       bool (*sample)(uint64_t *ret_value))
{
    bool known = open_rounds(run, rounds);
    for (unsigned i = 0; known && i < WARM_UP; i++)
        known = live_apart(rounds);
    for (unsigned i = 0; known && i <= rounds->count; i++) {
        known = i == 0 || live_apart(rounds);
        if (known && !sample(&rounds->samples[i]))
            check_skip(run, "the C library does not report memory in use");
    }
    return known && !check_ended(run);
}

static void close_rounds(struct rounds *rounds)
{
    plan_finish(&rounds->plan);
    session_close(&rounds->session, false);
    free(rounds->samples);
}

/* ---- Counts: any growth is a leak ---- */

static bool sample_threads(uint64_t *ret_value)
{
    *ret_value = meter_threads();
    return true;
}

static bool sample_descriptors(uint64_t *ret_value)
{
    *ret_value = meter_descriptors();
    return true;
}

static bool has_more(const struct rounds *rounds)
{
    return rounds->samples[rounds->count] > rounds->samples[0];
}

void check_threads(struct check_run *run)
{
    struct rounds rounds;
    check_cure(run, "end and join every thread of an instance before destroy returns");
    if (!run_rounds(run, &rounds, sample_threads))
        return;
    if (has_more(&rounds))
        check_fail(run, "%" PRIu64 " threads before, %" PRIu64 " after %u rounds",
                   rounds.samples[0], rounds.samples[rounds.count], rounds.count);
    close_rounds(&rounds);
}

void check_descriptors(struct check_run *run)
{
    static struct meter_descriptors before;
    struct rounds rounds;
    char target[METER_TEXT] = "";
    check_cure(run, "close in destroy what create and calls have opened");
    meter_remember_descriptors(&before);
    if (!run_rounds(run, &rounds, sample_descriptors))
        return;
    meter_find_new_descriptor(&before, target);
    if (has_more(&rounds))
        check_fail(run,
                   "%" PRIu64 " file descriptors before, %" PRIu64
                   " after %u rounds; one refers to %s",
                   rounds.samples[0], rounds.samples[rounds.count], rounds.count, target);
    close_rounds(&rounds);
}

/* ---- Memory: allocators cache it, so only steady growth is a leak ---- */

static bool sample_mappings(uint64_t *ret_value)
{
    *ret_value = meter_mappings();
    return true;
}

/* Bytes per round; 0 unless three rounds in four grew. */
static uint64_t growth(const struct rounds *rounds)
{
    const uint64_t first = rounds->samples[0];
    const uint64_t last = rounds->samples[rounds->count];
    unsigned grew = 0;
    for (unsigned i = 0; i < rounds->count; i++)
        grew += rounds->samples[i + 1] > rounds->samples[i];
    return grew * 4 < rounds->count * 3 || last < first ? 0 : (last - first) / rounds->count;
}

static void check_growth(struct check_run *run, bool (*sample)(uint64_t *ret_value),
                         const char *what)
{
    struct rounds rounds;
    if (!run_rounds(run, &rounds, sample))
        return;
    const uint64_t bytes = growth(&rounds);
    if (bytes >= LEAST_BYTES)
        check_fail(run,
                   "%s: %" PRIu64 " bytes before, %" PRIu64 " after %u rounds: %" PRIu64
                   " more per round",
                   what, rounds.samples[0], rounds.samples[rounds.count], rounds.count, bytes);
    close_rounds(&rounds);
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
        check_growth(run, meter_memory, "memory from malloc");
}

void check_mappings(struct check_run *run)
{
    /* malloc maps large blocks, so a leak of memory would be reported twice. */
    static const char *const names[] = {"memory", NULL};
    check_cure(run, "unmap in destroy what create and calls have mapped");
    if (!skip_after(run, names))
        check_growth(run, sample_mappings, "mapped memory");
}
