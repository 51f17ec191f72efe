// SPDX-License-Identifier: MIT
/* The runtime under many threads; also run with the thread sanitizer. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "tests/abi/host/runtime_fixture.h"

TestSuite(runtime_threads, .init = runtime_set_up, .fini = runtime_tear_down);

enum { CALLERS = 8, CALLS = 2000, RACES = 3000 };

static _Atomic int answered;

/* ---- A plugin with one worker that completes later ---- */

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    gql_reply *replies[CALLERS * CALLS];
    uint64_t handles[CALLERS * CALLS];
    size_t count;
    size_t taken;
};
static struct queue queue = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                             .filled = PTHREAD_COND_INITIALIZER};

static int32_t enqueue(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    pthread_mutex_lock(&queue.mutex);
    queue.handles[queue.count] = reply->handle;
    queue.replies[queue.count++] = reply;
    pthread_cond_broadcast(&queue.filled);
    pthread_mutex_unlock(&queue.mutex);
    return GQL_PENDING;
}

static size_t take(void)
{
    pthread_mutex_lock(&queue.mutex);
    while (queue.taken == queue.count && queue.taken < CALLERS * CALLS)
        pthread_cond_wait(&queue.filled, &queue.mutex);
    const size_t index = queue.taken;
    queue.taken += index < CALLERS * CALLS;
    if (queue.taken == CALLERS * CALLS)
        pthread_cond_broadcast(&queue.filled);
    pthread_mutex_unlock(&queue.mutex);
    return index;
}

static void *work(void *unused)
{
    (void)unused;
    const gql_host *host = gql_runtime_host(runtime);
    for (size_t index = take(); index < CALLERS * CALLS; index = take()) {
        pthread_mutex_lock(&queue.mutex);
        gql_reply *reply = queue.replies[index];
        pthread_mutex_unlock(&queue.mutex);
        memcpy(reply->data, "\"later\"", 7);
        reply->size = 7;
        if (host->reply_resolve(host, reply->handle) == GQL_OK)
            /* The second time: dropped and counted. */
            host->reply_resolve(host, queue.handles[index]);
    }
    return NULL;
}

static void count_answer(gql_answer *answer)
{
    if (answer->resolved && answer->json_size == 7 && memcmp(answer->json, "\"later\"", 7) == 0)
        atomic_fetch_add(&answered, 1);
    gql_answer_release(answer);
}

static void *call_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < CALLS; i++)
        cr_assert_geq(gql_runtime_call(runtime, NULL, enqueue, &empty_call, count_answer, NULL),
                      GQL_OK);
    return NULL;
}

Test(runtime_threads, answers_each_call_once, .timeout = 120)
{
    pthread_t callers[CALLERS];
    pthread_t workers[4];
    for (size_t i = 0; i < 4; i++)
        pthread_create(&workers[i], NULL, work, NULL);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_create(&callers[i], NULL, call_many, NULL);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    for (size_t i = 0; i < 4; i++)
        pthread_join(workers[i], NULL);
    cr_expect_eq(answered, CALLERS * CALLS, "%d answers to %d calls", answered, CALLERS * CALLS);
    cr_expect_eq(gql_runtime_pending(runtime), 0);
    expect_misuses((struct expected){.stale = CALLERS * CALLS});
}

/* ---- Two threads complete one reply ---- */

static _Atomic uint64_t racing;
static pthread_barrier_t barrier;

static int32_t share(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    memcpy(reply->data, "\"later\"", 7);
    reply->size = 7;
    atomic_store(&racing, reply->handle);
    return GQL_PENDING;
}

static void *race(void *unused)
{
    (void)unused;
    const gql_host *host = gql_runtime_host(runtime);
    for (int i = 0; i < RACES; i++) {
        pthread_barrier_wait(&barrier);
        host->reply_resolve(host, atomic_load(&racing));
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

Test(runtime_threads, lets_one_of_two_complete, .timeout = 120)
{
    pthread_t racers[2];
    pthread_barrier_init(&barrier, NULL, 3);
    for (size_t i = 0; i < 2; i++)
        pthread_create(&racers[i], NULL, race, NULL);
    for (int i = 0; i < RACES; i++) {
        cr_assert_eq(gql_runtime_call(runtime, NULL, share, &empty_call, count_answer, NULL),
                     GQL_PENDING);
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    }
    for (size_t i = 0; i < 2; i++)
        pthread_join(racers[i], NULL);
    pthread_barrier_destroy(&barrier);
    cr_expect_eq(answered, RACES, "%d of %d", answered, RACES);
    expect_misuses((struct expected){.stale = RACES});
}

/* ---- Returning GQL_OK while another thread completes ---- */

static int32_t share_and_claim(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    share(instance, call, reply);
    pthread_barrier_wait(&barrier);
    return GQL_OK;
}

static void count_any(gql_answer *answer)
{
    atomic_fetch_add(&answered, 1);
    gql_answer_release(answer);
}

Test(runtime_threads, answers_once_when_the_plugin_claims_too_early, .timeout = 120)
{
    pthread_t racer;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&racer, NULL, race, NULL);
    for (int i = 0; i < RACES; i++) {
        cr_assert_geq(gql_runtime_call(runtime, NULL, share_and_claim, &empty_call, count_any,
                                       NULL),
                      GQL_OK);
        pthread_barrier_wait(&barrier);
    }
    pthread_join(racer, NULL);
    pthread_barrier_destroy(&barrier);
    cr_expect_eq(answered, RACES, "%d of %d", answered, RACES);
    cr_expect_eq(counted_misuses[GQL_MISUSE_NOT_COMPLETED],
                 counted_misuses[GQL_MISUSE_STALE_REPLY]);
}
