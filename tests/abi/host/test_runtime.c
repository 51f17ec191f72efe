// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/host/runtime_fixture.h"

TestSuite(runtime, .init = runtime_set_up, .fini = runtime_tear_down);

static int32_t never_called(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    abort();
}

Test(runtime, refuses_null)
{
    gql_runtime *none = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(gql_runtime_create(NULL, &none, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_runtime_create(&(gql_runtime_options){.name = "x"}, &none, &failure),
                 GQL_E_MISUSE);
    cr_expect_neq(failure.message[0], '\0');
    cr_expect_null(none);
    cr_expect_eq(gql_runtime_call(NULL, NULL, never_called, &empty_call, keep_answer, NULL),
                 GQL_E_MISUSE);
    cr_expect_eq(gql_runtime_call(runtime, NULL, NULL, &empty_call, keep_answer, NULL),
                 GQL_E_MISUSE);
    cr_expect_eq(gql_runtime_call(runtime, NULL, never_called, NULL, keep_answer, NULL),
                 GQL_E_MISUSE);
    cr_expect_eq(gql_runtime_call(runtime, NULL, never_called, &empty_call, NULL, NULL),
                 GQL_E_MISUSE);
    gql_answer_release(NULL);
    gql_runtime_destroy(NULL);
    gql_runtime_destroy(&none);
}

Test(runtime, names_every_misuse)
{
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        for (int k = 0; k < i; k++)
            cr_expect_str_neq(gql_misuse_name((gql_misuse)i), gql_misuse_name((gql_misuse)k));
    cr_expect_str_eq(gql_misuse_name((gql_misuse)GQL_MISUSE_COUNT), "unknown");
    cr_expect_eq(gql_runtime_misuses(runtime, (gql_misuse)GQL_MISUSE_COUNT), 0);
}

Test(runtime, delivers_a_value)
{
    struct kept kept = {0};
    const struct script script = {.text = "{\"a\":1}"};
    cr_assert_eq(call_script(&script, &kept), GQL_OK);
    cr_expect(kept.resolved);
    cr_expect_str_eq(kept.json, "{\"a\":1}");
    cr_expect_eq(kept.count, 1, "%d", kept.count);
    cr_expect_eq(gql_runtime_pending(runtime), 0);
    expect_misuses((struct expected){0});
}

Test(runtime, delivers_an_error)
{
    struct kept kept = {0};
    const gql_error error = {.struct_size = sizeof error,
                             .code = "NOT_FOUND",
                             .message = "no such thing",
                             .message_size = 13,
                             .extensions = "{\"x\":2}",
                             .extensions_size = 7};
    cr_assert_eq(call_script(&(struct script){.text = "dropped", .error = &error}, &kept), GQL_OK);
    cr_expect_not(kept.resolved);
    cr_expect_str_eq(kept.code, "NOT_FOUND");
    cr_expect_str_eq(kept.message, "no such thing");
    cr_expect_str_eq(kept.extensions, "{\"x\":2}");
    const gql_error plain = {.struct_size = sizeof plain,
                             .code = "A",
                             .message = "m",
                             .message_size = 1};
    cr_assert_eq(call_script(&(struct script){.error = &plain}, &kept), GQL_OK);
    cr_expect_str_eq(kept.extensions, "{}");
    expect_misuses((struct expected){0});
}

Test(runtime, answers_for_a_plugin_that_breaks_the_contract)
{
    static const gql_error no_code = {.struct_size = sizeof no_code,
                                      .message = "m",
                                      .message_size = 1};
    static const gql_error no_message = {.struct_size = sizeof no_message, .code = "A"};
    static const gql_error too_small = {.struct_size = GQL_ERROR_SIZE_0_2 - 1,
                                        .code = "A",
                                        .message = "m",
                                        .message_size = 1};
    static const gql_error newer = {
        .struct_size = sizeof newer, .reserved = 1, .code = "A", .message = "m", .message_size = 1};
    static const struct {
        const char *label;
        struct script script;
        bool resolved;
        struct expected expected;
    } cases[] = {
        {"returns GQL_OK, completes nothing", {.leave = true}, false, {.not_completed = 1}},
        {"negative, completes nothing", {.leave = true, .code = GQL_E_NO_MEMORY}, false, {0}},
        {"negative code of a newer ABI", {.leave = true, .code = -99}, false, {0}},
        {"unknown positive code", {.leave = true, .code = 7}, false, {.return_code = 1}},
        {"negative although completed",
         {.text = "1", .code = GQL_E_MISUSE},
         true,
         {.return_code = 1}},
        {"pending although completed inline",
         {.text = "1", .code = GQL_PENDING},
         true,
         {.return_code = 1}},
        {"completes twice", {.text = "1", .times = 2}, true, {.stale = 1}},
        {"completes thrice", {.text = "1", .times = 3}, true, {.stale = 2}},
        {"no error", {.no_error = true}, false, {.bad_error = 1}},
        {"error without code", {.error = &no_code}, false, {.bad_error = 1}},
        {"error without message", {.error = &no_message}, false, {.bad_error = 1}},
        {"error below the baseline", {.error = &too_small}, false, {.bad_error = 1}},
        {"error that must be understood", {.error = &newer}, false, {.bad_error = 1}},
        {"one byte beyond the capacity", {.text = "1", .overrun = 1}, false, {.overrun = 1}},
        {"sixty bytes beyond the capacity", {.text = "1", .overrun = 60}, false, {.overrun = 1}},
        {"size beyond the capacity", {.text = "1", .wild_size = true}, false, {.overrun = 1}},
        {"moved data", {.text = "1", .wild_data = true}, false, {.overrun = 1}},
        {"grow after an overrun", {.text = "1", .overrun = 1, .grow = 1}, false, {.overrun = 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kept kept = {0};
        forget_misuses();
        cr_expect_eq(call_script(&cases[i].script, &kept), GQL_OK, "%s", cases[i].label);
        cr_expect_eq(kept.count, 1, "%s: answered %d times", cases[i].label, kept.count);
        cr_expect_eq(kept.resolved, cases[i].resolved, "%s: %s", cases[i].label, kept.message);
        if (!kept.resolved)
            cr_expect_str_eq(kept.code, "INTERNAL_ERROR", "%s: %s", cases[i].label, kept.code);
        cr_log_info("%s", cases[i].label);
        expect_misuses(cases[i].expected);
        cr_expect_eq(gql_runtime_pending(runtime), 0, "%s", cases[i].label);
    }
}

Test(runtime, drops_handles_that_never_were)
{
    const gql_host *host = gql_runtime_host(runtime);
    static const uint64_t handles[] = {
        0, 1, 63, 64, UINT64_C(1) << 20, UINT64_MAX, UINT64_C(1) << 63, 0x123456789abcdef};
    uint64_t stale = 0;
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        cr_expect_eq(host->reply_resolve(host, handles[i]), GQL_E_STALE_REPLY, "%zu", i);
        cr_expect_eq(host->reply_reject(host, handles[i], NULL), GQL_E_STALE_REPLY, "%zu", i);
        cr_expect_eq(host->reply_grow(host, handles[i], 1), GQL_E_STALE_REPLY, "%zu", i);
        stale += 3;
    }
    expect_misuses((struct expected){.stale = stale});
}

/* A slot is reused at once; the old handle must not reach the new call. */
Test(runtime, keeps_a_late_completion_from_the_next_call)
{
    const gql_host *host = gql_runtime_host(runtime);
    struct kept first = {0};
    struct kept second = {0};
    const struct script script = {.leave = true, .code = GQL_PENDING};
    cr_assert_eq(call_script(&script, &first), GQL_PENDING);
    const uint64_t late = last_reply.handle;
    cr_assert_eq(host->reply_resolve(host, late), GQL_OK);
    cr_assert_eq(call_script(&script, &second), GQL_PENDING);
    cr_expect_neq(last_reply.handle, late);
    cr_expect_eq(gql_runtime_pending(runtime), 1);
    cr_expect_eq(host->reply_resolve(host, late), GQL_E_STALE_REPLY);
    cr_expect_eq(host->reply_grow(host, late, 100), GQL_E_STALE_REPLY);
    cr_expect_eq(second.count, 0, "%d", second.count);
    cr_expect_eq(host->reply_resolve(host, last_reply.handle), GQL_OK);
    cr_expect_eq(first.count + second.count, 2);
    expect_misuses((struct expected){.stale = 2});
}

static int32_t fill(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance;
    const gql_host *host = gql_runtime_host(runtime);
    const uint64_t wanted = call->arguments_size;
    while (reply->size < wanted) {
        const int32_t code = reply->size == reply->capacity
                                 ? host->reply_grow(host, reply->handle, 1)
                                 : GQL_OK;
        if (code != GQL_OK)
            return code;
        reply->data[reply->size] = (char)('a' + reply->size % 26);
        reply->size++;
    }
    return host->reply_resolve(host, reply->handle);
}

Test(runtime, grows_up_to_the_limit)
{
    static const struct {
        uint64_t size;
        bool resolved;
    } cases[] = {{0, true},    {1, true},           {2048, true},
                 {2049, true}, {REPLY_LIMIT, true}, {REPLY_LIMIT + 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gql_call call = {.struct_size = sizeof call, .arguments_size = cases[i].size};
        struct kept kept = {0};
        cr_assert_eq(gql_runtime_call(runtime, NULL, fill, &call, keep_answer, &kept), GQL_OK);
        cr_expect_eq(kept.resolved, cases[i].resolved, "%zu", (size_t)cases[i].size);
        if (!kept.resolved)
            continue;
        cr_assert_eq(kept.json_size, cases[i].size, "%zu, not %zu", kept.json_size,
                     (size_t)cases[i].size);
        for (size_t k = 0; k < kept.json_size && k < sizeof kept.json - 1; k++)
            cr_assert_eq(kept.json[k], (char)('a' + k % 26), "byte %zu", k);
    }
    expect_misuses((struct expected){0});
}

static int32_t grow_wildly(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    const gql_host *host = gql_runtime_host(runtime);
    const uint64_t capacity = reply->capacity;
    cr_expect_eq(host->reply_grow(host, reply->handle, UINT64_MAX), GQL_E_LIMIT);
    cr_expect_eq(host->reply_grow(host, reply->handle, REPLY_LIMIT + 1), GQL_E_LIMIT);
    cr_expect_eq(host->reply_grow(host, reply->handle, 0), GQL_OK);
    cr_expect_eq(host->reply_grow(host, reply->handle, capacity), GQL_OK);
    cr_expect_eq(reply->capacity, capacity);
    return host->reply_resolve(host, reply->handle);
}

Test(runtime, refuses_wild_growth)
{
    struct kept kept = {0};
    cr_assert_eq(gql_runtime_call(runtime, NULL, grow_wildly, &empty_call, keep_answer, &kept),
                 GQL_OK);
    cr_expect(kept.resolved);
}

Test(runtime, hands_out_structs_of_its_version)
{
    const gql_host *host = gql_runtime_host(runtime);
    struct kept kept = {0};
    cr_expect_eq(host->struct_size, sizeof *host);
    cr_expect_eq(host->abi_major, GQL_ABI_MAJOR);
    cr_expect_eq(host->abi_minor, GQL_ABI_MINOR);
    cr_expect_eq(host->reserved, 0);
    cr_expect_str_eq(host->name, "test");
    cr_expect_str_eq(host->version, "1");
    cr_assert_eq(call_script(&(struct script){.text = "1"}, &kept), GQL_OK);
    cr_expect_eq(last_reply.struct_size, sizeof last_reply);
    cr_expect_eq(last_reply.reserved, 0);
    cr_expect_eq(last_reply.size, 0);
}

/* ---- Errors beside a value ---- */

static gql_error make_error(const char *path)
{
    return (gql_error){.struct_size = sizeof(gql_error),
                       .code = GQL_CODE_NOT_FOUND,
                       .message = "gone",
                       .message_size = 4,
                       .path = path,
                       .path_size = path == NULL ? 0 : strlen(path)};
}

static int32_t add_two_errors(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    const gql_host *host = gql_runtime_host(runtime);
    const uint64_t handle = reply->handle;
    const gql_error first = make_error("[\"nodes\",0]");
    const gql_error second = make_error(NULL);
    cr_expect_eq(host->reply_error(host, handle, &first), GQL_OK);
    cr_expect_eq(host->reply_error(host, handle, &second), GQL_OK);
    memcpy(reply->data, "{}", 2);
    reply->size = 2;
    const int32_t code = host->reply_resolve(host, handle);
    cr_expect_eq(host->reply_error(host, handle, &first), GQL_E_STALE_REPLY);
    return code;
}

Test(runtime, delivers_errors_beside_a_value)
{
    struct kept kept = {0};
    cr_assert_eq(gql_runtime_call(runtime, NULL, add_two_errors, &empty_call, keep_answer, &kept),
                 GQL_OK);
    cr_expect(kept.resolved);
    cr_expect_str_eq(kept.json, "{}");
    cr_expect_str_eq(
        kept.errors,
        "[{\"message\":\"gone\",\"path\":[\"nodes\",0],\"extensions\":{\"code\":\"NOT_FOUND\"}},"
        "{\"message\":\"gone\",\"path\":[],\"extensions\":{\"code\":\"NOT_FOUND\"}}]");
    expect_misuses((struct expected){.stale = 1});
    /* The slot is used again: it must not keep the errors of the call before. */
    cr_assert_eq(call_script(&(struct script){.text = "1"}, &kept), GQL_OK);
    cr_expect_str_eq(kept.errors, "[]");
}

static int32_t add_wrong_errors(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    const gql_host *host = gql_runtime_host(runtime);
    gql_error wrong[] = {make_error("{}"), make_error("[]"), make_error("[]"), make_error("[]"),
                         make_error("[]")};
    wrong[1].struct_size = GQL_ERROR_SIZE_0_2 - 1;
    wrong[2].reserved = 1;
    wrong[3].code = NULL;
    wrong[4].message = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(host->reply_error(host, reply->handle, &wrong[i]), GQL_E_MISUSE, "%zu", i);
    cr_expect_eq(host->reply_error(host, reply->handle, NULL), GQL_E_MISUSE);
    return host->reply_resolve(host, reply->handle);
}

Test(runtime, refuses_wrong_errors_beside_a_value)
{
    struct kept kept = {0};
    cr_assert_eq(gql_runtime_call(runtime, NULL, add_wrong_errors, &empty_call, keep_answer, &kept),
                 GQL_OK);
    cr_expect(kept.resolved);
    cr_expect_str_eq(kept.errors, "[]");
    expect_misuses((struct expected){.bad_error = 6});
}

static int32_t add_errors_up_to_the_limit(gql_instance *instance, const gql_call *call,
                                          gql_reply *reply)
{
    (void)instance, (void)call;
    const gql_host *host = gql_runtime_host(runtime);
    const gql_error error = make_error("[1]");
    int32_t code = GQL_OK;
    int count = 0;
    for (; code == GQL_OK && count < REPLY_LIMIT; count++)
        code = host->reply_error(host, reply->handle, &error);
    cr_expect_eq(code, GQL_E_LIMIT, "%d after %d", code, count);
    return host->reply_reject(host, reply->handle, &error);
}

/* A rejected call has one error, and those beside the value that it does not have are dropped. */
Test(runtime, limits_errors_and_drops_them_with_the_value)
{
    struct kept kept = {0};
    cr_assert_eq(gql_runtime_call(runtime, NULL, add_errors_up_to_the_limit, &empty_call,
                                  keep_answer, &kept),
                 GQL_OK);
    cr_expect_not(kept.resolved);
    cr_expect_str_eq(kept.code, "NOT_FOUND");
    cr_assert_eq(call_script(&(struct script){.text = "1"}, &kept), GQL_OK);
    cr_expect_str_eq(kept.errors, "[]");
    expect_misuses((struct expected){0});
}

Test(runtime, keeps_the_code_of_an_error_that_is_too_large)
{
    static char large[REPLY_LIMIT + 1];
    char long_code[256] = "";
    struct kept kept = {0};
    gql_error error = make_error("[1]");
    error.message = large;
    error.message_size = sizeof large;
    cr_assert_eq(call_script(&(struct script){.error = &error}, &kept), GQL_OK);
    cr_expect_str_eq(kept.code, "NOT_FOUND");
    cr_expect_not_null(strstr(kept.message, "larger than the host allows"), "%s", kept.message);
    error.code = memset(long_code, 'A', sizeof long_code - 1);
    cr_assert_eq(call_script(&(struct script){.error = &error}, &kept), GQL_OK);
    cr_expect_str_eq(kept.code, "INTERNAL_ERROR", "a code of 255 characters can't be kept");
}

/* ---- Replies that hold something when their call begins ---- */

enum { APPENDS, GROWS, OVERWRITES, SHORTENS }; /* What a call does, by the size of its arguments. */

static gql_runtime *prefixing;

static int32_t write_after_prefix(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance;
    const gql_host *host = gql_runtime_host(prefixing);
    cr_assert_eq(reply->size, 8);
    cr_assert_eq(memcmp(reply->data, "{\"data\":", 8), 0);
    const uint64_t more = call->arguments_size == GROWS ? reply->capacity : 1;
    cr_assert_eq(host->reply_grow(host, reply->handle, more), GQL_OK);
    memset(reply->data + reply->size, '7', more);
    reply->size += more;
    if (call->arguments_size == OVERWRITES)
        reply->data[0] = '7';
    if (call->arguments_size == SHORTENS)
        reply->size = 7;
    return host->reply_resolve(host, reply->handle);
}

Test(runtime, leaves_the_prefix_out_of_answers)
{
    static const struct {
        uint64_t action;
        bool resolved;
        const char *start;
        uint64_t overruns;
    } cases[] = {{APPENDS, true, "7", 0},
                 {GROWS, true, "7777777777777777", 0},
                 {OVERWRITES, false, "", 1},
                 {SHORTENS, false, "", 1},
                 {APPENDS, true, "7", 0}};
    char prefix[] = "{\"data\":";
    const gql_runtime_options options = {.name = "n", .version = "v", .reply_prefix = prefix};
    cr_assert_eq(gql_runtime_create(&options, &prefixing, NULL), GQL_OK);
    memset(prefix, 'x', sizeof prefix); /* It was copied. */
    uint64_t overruns = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kept kept = {0};
        const gql_call call = {.struct_size = sizeof call, .arguments_size = cases[i].action};
        cr_assert_eq(gql_runtime_call(prefixing, NULL, write_after_prefix, &call, keep_answer,
                                      &kept),
                     GQL_OK);
        cr_expect_eq(kept.resolved, cases[i].resolved, "%zu: %s", i, kept.message);
        cr_expect_eq(strncmp(kept.json, cases[i].start, strlen(cases[i].start)), 0, "%zu: %s", i,
                     kept.json);
        cr_expect(!kept.resolved || kept.json[0] == '7', "%zu: %s", i, kept.json);
        overruns += cases[i].overruns;
        cr_expect_eq(gql_runtime_misuses(prefixing, GQL_MISUSE_OVERRUN), overruns, "%zu", i);
    }
    gql_runtime_destroy(&prefixing);
}

Test(runtime, finds_a_write_after_the_completion)
{
    struct kept kept = {0};
    cr_assert_eq(call_script(&(struct script){.leave = true}, &kept), GQL_OK);
    forget_misuses();
    last_reply_pointer->data[0] = '!'; /* The host has answered in the plugin's place. */
    gql_runtime_destroy(&runtime);
    cr_expect_eq(counted_misuses[GQL_MISUSE_LATE_WRITE], 1);
}

Test(runtime, offers_only_what_the_host_has)
{
    const gql_host *host = gql_runtime_host(runtime);
    cr_expect_null(host->extension(host, NULL));
    cr_expect_null(host->extension(host, "log/2"));
    cr_expect_null(host->extension(host, GQL_EXT_CLOCK));
    const gql_log *log = host->extension(host, GQL_EXT_LOG);
    cr_assert_not_null(log);
    cr_expect_eq(log->level, GQL_LOG_INFO);
    log->write(host, GQL_LOG_WARNING, "kept", 4, NULL);
    log->write(host, GQL_LOG_DEBUG, "too detailed", 12, NULL);
    cr_expect_str_eq(logged, "kept", "%s", logged);
}

static int64_t noon(void *user)
{
    (void)user;
    return 43200000;
}

Test(runtime, offers_a_clock)
{
    gql_runtime *other = NULL;
    cr_assert_eq(gql_runtime_create(
                     &(gql_runtime_options){.name = "n", .version = "v", .unix_milliseconds = noon},
                     &other, NULL),
                 GQL_OK);
    const gql_host *host = gql_runtime_host(other);
    const gql_clock *clock = host->extension(host, GQL_EXT_CLOCK);
    cr_assert_not_null(clock);
    cr_expect_eq(clock->unix_milliseconds(host), 43200000);
    cr_expect_null(host->extension(host, GQL_EXT_LOG));
    gql_runtime_destroy(&other);
}
