// SPDX-License-Identifier: MIT
#include "tests/abi/host/pool/pool_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

gql_pool *pool;
struct pooled_control control = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                 .changed = PTHREAD_COND_INITIALIZER};
int64_t clock_time;
const char *config_failure;
int configured;
char last_log[512];
char answers[MAX_ANSWERS][64];

static gql_runtime *runtime;
static gql_library *library;
static int answer_count; /* Guarded by control.mutex, like `answers`. */

/* A generous bound for events; no test waits for it unless it fails. */
enum { PATIENCE_SECONDS = 60 };

static void keep_log(void *user, uint32_t level, const char *message, size_t size,
                     const char *trace_id)
{
    (void)user, (void)level, (void)trace_id;
    snprintf(last_log, sizeof last_log, "%.*s", (int)size, message);
}

static int64_t read_clock(void *user)
{
    (void)user;
    return clock_time;
}

static int32_t give_config(void *user, const char *key, size_t key_size, char **ret_config,
                           size_t *ret_config_size, gql_failure *failure)
{
    (void)user, (void)key, (void)key_size;
    if (config_failure != NULL) {
        snprintf(failure->message, sizeof failure->message, "%s", config_failure);
        return GQL_E_CONFIG;
    }
    configured++;
    const int size = asprintf(ret_config, "%zu", (size_t)&control);
    *ret_config_size = (size_t)size;
    return size < 0 ? GQL_E_NO_MEMORY : GQL_OK;
}

void pool_set_up(gql_pool_options options)
{
    options.config = give_config;
    options.milliseconds = read_clock;
    cr_assert_eq(
        gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1", .log = keep_log},
                           &runtime, NULL),
        GQL_OK);
    cr_assert_eq(gql_library_open(runtime, POOLED_PATH, &library, NULL), GQL_OK);
    cr_assert_eq(gql_pool_create(library, &options, &pool, NULL), GQL_OK);
}

void pool_tear_down(void)
{
    gql_pool_destroy(&pool);
    cr_expect_eq(control.created, control.destroyed, "%d of %d instances are destroyed",
                 control.destroyed, control.created);
    cr_expect_not(control.destroyed_under_call);
    cr_expect_eq(gql_runtime_pending(runtime), 0);
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        cr_expect_eq(gql_runtime_misuses(runtime, (gql_misuse)i), 0);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
}

/* ---- Calls ---- */

static void keep_answer(gql_answer *answer)
{
    const int call = (int)(intptr_t)answer->user;
    pthread_mutex_lock(&control.mutex);
    snprintf(answers[answer_count++], sizeof *answers, "%d:%s", call,
             answer->resolved ? answer->json : answer->code);
    pthread_cond_broadcast(&control.changed);
    pthread_mutex_unlock(&control.mutex);
    gql_answer_release(answer);
}

int32_t pool_call(const char *key, int call)
{
    static const gql_call empty = {.struct_size = sizeof empty,
                                   .arguments = "{}",
                                   .arguments_size = 2};
    return gql_pool_call(pool, key, strlen(key),
                         gql_library_plugin(library)->schema->resolvers[0]->resolve, &empty,
                         keep_answer, (void *)(intptr_t)call);
}

void complete_kept(void)
{
    pthread_mutex_lock(&control.mutex);
    for (size_t i = 0; i < control.kept_count; i++) {
        gql_reply *reply = control.kept[i].reply;
        const gql_host *host = control.kept[i].instance->host;
        control.kept[i].instance->calls--;
        pthread_mutex_unlock(&control.mutex); /* The answer comes inside. */
        host->reply_resolve(host, reply->handle);
        pthread_mutex_lock(&control.mutex);
    }
    control.kept_count = 0;
    pthread_mutex_unlock(&control.mutex);
}

void set_flag(bool *flag, bool value)
{
    pthread_mutex_lock(&control.mutex);
    *flag = value;
    pthread_cond_broadcast(&control.changed);
    pthread_mutex_unlock(&control.mutex);
}

/* ---- Waiting ---- */

static struct timespec end_of_patience(void)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_SECONDS;
    return end;
}

void await_count(const int *number, int value)
{
    const struct timespec end = end_of_patience();
    int error = 0;
    pthread_mutex_lock(&control.mutex);
    while (*number < value && error == 0)
        error = pthread_cond_timedwait(&control.changed, &control.mutex, &end);
    const int reached = *number;
    pthread_mutex_unlock(&control.mutex);
    cr_assert_geq(reached, value, "%d of %d events", reached, value);
}

void await_answers(int count)
{
    await_count(&answer_count, count);
    cr_assert_eq(answer_count, count, "%d answers instead of %d", answer_count, count);
}

void await_kept(size_t count)
{
    const struct timespec end = end_of_patience();
    int error = 0;
    pthread_mutex_lock(&control.mutex);
    while (control.kept_count < count && error == 0)
        error = pthread_cond_timedwait(&control.changed, &control.mutex, &end);
    pthread_mutex_unlock(&control.mutex);
    cr_assert_eq(control.kept_count, count);
}

static void write_list(char *text, size_t room)
{
    gql_pool_key *keys = NULL;
    size_t count = 0, size = 0;
    cr_assert_eq(gql_pool_list_keys(pool, &keys, &count), GQL_OK);
    text[0] = '\0';
    for (size_t i = 0; i < count && size < room; i++)
        size += (size_t)snprintf(text + size, room - size, "%s%s %s %d %d%s%s", i > 0 ? "; " : "",
                                 keys[i].key, gql_pool_state_name(keys[i].state),
                                 (int)keys[i].calls, (int)keys[i].waiting,
                                 keys[i].failure[0] == '\0' ? "" : " ", keys[i].failure);
    free(keys);
}

void await_list(const char *expected)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    char text[2048];
    for (int i = 0; i < PATIENCE_SECONDS * 1000; i++) {
        write_list(text, sizeof text);
        if (strcmp(text, expected) == 0)
            return;
        nanosleep(&pause, NULL);
    }
    cr_assert_str_eq(text, expected, "the list is: %s", text);
}
