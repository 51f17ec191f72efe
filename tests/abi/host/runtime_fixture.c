// SPDX-License-Identifier: MIT
#include "tests/abi/host/runtime_fixture.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

gql_runtime *runtime;
const gql_call empty_call = {.struct_size = sizeof empty_call,
                             .arguments = "{}",
                             .arguments_size = 2};
gql_reply last_reply;
gql_reply *last_reply_pointer;
_Atomic uint64_t counted_misuses[GQL_MISUSE_COUNT];
char logged[256];

static void count_misuse(void *user, gql_misuse misuse)
{
    (void)user;
    atomic_fetch_add(&counted_misuses[misuse], 1);
}

static void keep_log(void *user, uint32_t level, const char *message, size_t size,
                     const char *trace_id)
{
    (void)user, (void)level, (void)trace_id;
    snprintf(logged, sizeof logged, "%.*s", (int)size, message);
}

void runtime_set_up(void)
{
    const gql_runtime_options options = {.name = "test",
                                         .version = "1",
                                         .log = keep_log,
                                         .on_misuse = count_misuse,
                                         .reply_limit = REPLY_LIMIT};
    cr_assert_eq(gql_runtime_create(&options, &runtime, NULL), GQL_OK);
}

void runtime_tear_down(void)
{
    gql_runtime_destroy(&runtime);
}

static int32_t complete(const gql_host *host, const struct script *script, uint64_t handle)
{
    int32_t code = GQL_OK;
    for (int i = 0; i < (script->times == 0 ? 1 : script->times); i++)
        code = script->no_error || script->error != NULL
                   ? host->reply_reject(host, handle, script->error)
                   : host->reply_resolve(host, handle);
    return code;
}

static int32_t follow(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    const gql_host *host = gql_runtime_host(runtime);
    const struct script *script = (const struct script *)(const void *)instance;
    (void)call;
    last_reply = *reply;
    last_reply_pointer = reply;
    if (script->text != NULL) {
        memcpy(reply->data, script->text, strlen(script->text));
        reply->size = strlen(script->text);
    }
    for (int i = 0; i < script->overrun; i++)
        reply->data[reply->capacity + (uint64_t)i] = '!';
    if (script->wild_size)
        reply->size = reply->capacity + 1;
    if (script->wild_data)
        reply->data++;
    if (script->grow > 0)
        cr_expect_eq(host->reply_grow(host, reply->handle, script->grow), GQL_E_MISUSE);
    if (!script->leave)
        complete(host, script, last_reply.handle);
    return script->code;
}

int32_t call_script(const struct script *script, struct kept *kept)
{
    union {
        const struct script *script;
        gql_instance *instance;
    } disguise = {.script = script};
    return gql_runtime_call(runtime, disguise.instance, follow, &empty_call, keep_answer, kept);
}

void keep_answer(gql_answer *answer)
{
    struct kept *kept = answer->user;
    kept->count++;
    kept->resolved = answer->resolved;
    kept->json_size = answer->json_size;
    if (answer->resolved) {
        cr_expect_eq(answer->json[answer->json_size], '\0');
        cr_expect_eq(strlen(answer->errors), answer->errors_size);
        snprintf(kept->json, sizeof kept->json, "%s", answer->json);
        snprintf(kept->errors, sizeof kept->errors, "%s", answer->errors);
    } else {
        snprintf(kept->code, sizeof kept->code, "%s", answer->code);
        snprintf(kept->message, sizeof kept->message, "%.*s", (int)answer->message_size,
                 answer->message);
        snprintf(kept->extensions, sizeof kept->extensions, "%.*s", (int)answer->extensions_size,
                 answer->extensions);
    }
    gql_answer_release(answer);
}

void forget_misuses(void)
{
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        counted_misuses[i] = 0;
}

void expect_misuses(struct expected expected)
{
    const uint64_t wanted[GQL_MISUSE_COUNT] = {
        [GQL_MISUSE_STALE_REPLY] = expected.stale,
        [GQL_MISUSE_OVERRUN] = expected.overrun,
        [GQL_MISUSE_NOT_COMPLETED] = expected.not_completed,
        [GQL_MISUSE_RETURN_CODE] = expected.return_code,
        [GQL_MISUSE_BAD_ERROR] = expected.bad_error,
        [GQL_MISUSE_CONCURRENT] = expected.concurrent,
        [GQL_MISUSE_LATE_WRITE] = expected.late_write,
    };
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        cr_expect_eq(counted_misuses[i], wanted[i], "%s: counted %zu, expected %zu",
                     gql_misuse_name((gql_misuse)i), (size_t)counted_misuses[i], (size_t)wanted[i]);
}
