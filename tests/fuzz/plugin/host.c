// SPDX-License-Identifier: MIT
#include "tests/fuzz/plugin/host.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/plugin/inline_executors.h"

enum { PREFIX_BYTE = 'P', HANDLE = 4711 };

/* The call under way. */
static struct {
    gql_reply *reply;
    char *data; /* As the host has set it; the plugin must not change reply->data. */
    uint64_t capacity;
    const struct fuzz_call *call;
    gql_selection *selection;
    struct fuzz_answer answer;
    bool completed;
} state;

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    EXPECT(memory != NULL);
    return memory;
}

static void check_reply(uint64_t handle)
{
    const gql_reply *reply = state.reply;
    EXPECT(handle == HANDLE && !state.completed);
    EXPECT(reply->data == state.data && reply->capacity == state.capacity);
    EXPECT(reply->handle == HANDLE && reply->struct_size == sizeof *reply && reply->reserved == 0);
    EXPECT(reply->size >= state.call->reply.prefix && reply->size <= reply->capacity);
    for (size_t i = 0; i < state.call->reply.prefix; i++)
        EXPECT(reply->data[i] == PREFIX_BYTE);
}

static void set_capacity(size_t capacity)
{
    gql_reply *reply = state.reply;
    char *data = allocate(capacity);
    if (reply->size > 0)
        memcpy(data, reply->data, reply->size);
    free(reply->data);
    reply->data = state.data = data;
    reply->capacity = state.capacity = capacity;
}

static int32_t reply_grow(const gql_host *host, uint64_t handle, uint64_t more)
{
    const struct fuzz_reply *kind = &state.call->reply;
    EXPECT(host == fuzz_host());
    check_reply(handle);
    if (kind->limit > 0 && state.reply->size - kind->prefix + more > kind->limit)
        return GQL_E_LIMIT;
    set_capacity(state.reply->size + more + kind->slack);
    return GQL_OK;
}

/* ---- Completion ---- */

static void end_loans(void)
{
    free(state.reply->data);
    free(state.reply);
    free(state.call->arguments);
    gql_selection_destroy(&state.selection);
    state.completed = true;
}

static void keep(const char *text, size_t size)
{
    state.answer.text = allocate(size);
    state.answer.size = size;
    if (size > 0)
        memcpy(state.answer.text, text, size);
}

static int32_t reply_resolve(const gql_host *host, uint64_t handle)
{
    const size_t prefix = state.call->reply.prefix;
    EXPECT(host == fuzz_host());
    check_reply(handle);
    state.answer.resolved = true;
    keep(state.reply->data + prefix, state.reply->size - prefix);
    end_loans();
    return GQL_OK;
}

static void check_error(const gql_error *error)
{
    EXPECT(error->struct_size >= GQL_ERROR_SIZE_0_2 && error->reserved == 0);
    EXPECT(strspn(error->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(error->code), "%s",
           error->code);
    EXPECT(error->message_size > 0 && fuzz_is_utf8(error->message, error->message_size));
}

static int32_t reply_reject(const gql_host *host, uint64_t handle, const gql_error *error)
{
    EXPECT(host == fuzz_host());
    check_reply(handle);
    check_error(error);
    strncpy(state.answer.code, error->code, sizeof state.answer.code - 1);
    keep(error->extensions, error->extensions_size);
    end_loans();
    return GQL_OK;
}

static int32_t reply_error(const gql_host *host, uint64_t handle, const gql_error *error)
{
    EXPECT(host == fuzz_host());
    check_reply(handle);
    check_error(error);
    return GQL_OK;
}

/* ---- Extensions ---- */

static void write_log(const gql_host *host, uint32_t level, const char *message, uint64_t size,
                      const char *trace_id)
{
    EXPECT(host == fuzz_host() && level >= GQL_LOG_ERROR && level <= GQL_LOG_DEBUG);
    EXPECT(size > 0 && memchr(message, '\n', size) == NULL && fuzz_is_utf8(message, size), "%.*s",
           (int)size, message);
    EXPECT(trace_id == NULL || strlen(trace_id) == 32);
}

static int64_t now(const gql_host *host)
{
    EXPECT(host == fuzz_host());
    return FUZZ_NOW;
}

static const void *extension(const gql_host *host, const char *id)
{
    static const gql_log log = {.struct_size = sizeof log,
                                .level = GQL_LOG_DEBUG,
                                .write = write_log};
    static const gql_clock clock = {.struct_size = sizeof clock, .unix_milliseconds = now};
    EXPECT(host == fuzz_host());
    if (strcmp(id, GQL_EXT_LOG) == 0)
        return &log;
    return strcmp(id, GQL_EXT_CLOCK) == 0 ? &clock : NULL;
}

const gql_host *fuzz_host(void)
{
    static const gql_host host = {
        .struct_size = sizeof host,
        .abi_major = 0,
        .abi_minor = 2,
        .name = "fuzz",
        .version = "1.0.0",
        .reply_grow = reply_grow,
        .reply_resolve = reply_resolve,
        .reply_reject = reply_reject,
        .reply_error = reply_error,
        .extension = extension,
    };
    return &host;
}

/* ---- Calls ---- */

static gql_reply *make_reply(const struct fuzz_reply *kind)
{
    gql_reply *reply = allocate(sizeof *reply);
    *reply = (gql_reply){.struct_size = sizeof *reply, .handle = HANDLE};
    state.reply = reply;
    if (kind->prefix + kind->capacity == 0) {
        state.data = NULL;
        state.capacity = 0;
        return reply;
    }
    set_capacity(kind->prefix + kind->capacity);
    memset(reply->data, PREFIX_BYTE, kind->prefix);
    reply->size = kind->prefix;
    return reply;
}

static void check_answer(const struct fuzz_answer *answer)
{
    json_error_t error;
    json_t *value = json_loadb(answer->text, answer->size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    EXPECT(value != NULL, "%s: %.*s", error.text, (int)answer->size, answer->text);
    if (!answer->resolved)
        EXPECT(strcmp(json_string_value(json_object_get(value, "code")), answer->code) == 0, "%s",
               answer->code);
    json_decref(value);
}

gql_selection *fuzz_selection_of(const struct fuzz_call *call)
{
    gql_selection *selection = NULL;
    if (call->selection != NULL)
        gql_selection_parse(call->selection, call->selection_size, &selection, NULL);
    return selection;
}

struct fuzz_answer fuzz_call(gql_instance *instance, const struct fuzz_call *call)
{
    memset(&state, 0, sizeof state);
    state.call = call;
    state.selection = fuzz_selection_of(call);
    const gql_call lent = {.struct_size = sizeof lent,
                           .arguments = call->arguments,
                           .arguments_size = call->arguments_size,
                           .selection = state.selection,
                           .request = &call->request};
    const int32_t code = call->resolve(instance, &lent, make_reply(&call->reply));
    inline_executors_run();
    EXPECT(code == GQL_OK || code == GQL_PENDING, "%d", (int)code);
    EXPECT(state.completed);
    check_answer(&state.answer);
    return state.answer;
}
