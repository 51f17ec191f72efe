// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "gql_plugin_kit.h"

/* ---- A host that keeps what it gets ---- */

static struct {
    gql_reply reply;
    char buffer[128];
    int32_t grown; /* What reply_grow returns. */
    unsigned resolved;
    char code[32];
} seen;

static int32_t grow(const gql_host *host, uint64_t reply, uint64_t more)
{
    (void)host;
    cr_expect_eq(reply, 7);
    cr_assert(seen.grown != GQL_OK || seen.reply.size + more <= sizeof seen.buffer);
    return seen.grown;
}

static int32_t resolve(const gql_host *host, uint64_t reply)
{
    (void)host;
    cr_expect_eq(reply, 7);
    seen.resolved++;
    return GQL_OK;
}

static int32_t reject(const gql_host *host, uint64_t reply, const gql_error *error)
{
    (void)host;
    cr_expect_eq(reply, 7);
    cr_expect(GQL_FITS(error, GQL_ERROR_SIZE_0_2) && error->reserved == 0);
    cr_expect_eq(error->message_size, strlen(error->message));
    snprintf(seen.code, sizeof seen.code, "%s", error->code);
    return GQL_OK;
}

static const gql_host host = {.struct_size = sizeof host,
                              .abi_minor = 2,
                              .reply_grow = grow,
                              .reply_resolve = resolve,
                              .reply_reject = reject};

static gql_reply *begin_reply(const char *prefix)
{
    memset(&seen, 0, sizeof seen);
    strcpy(seen.buffer, prefix);
    seen.reply = (gql_reply){.struct_size = sizeof seen.reply,
                             .handle = 7,
                             .data = seen.buffer,
                             .size = strlen(prefix),
                             .capacity = sizeof seen.buffer};
    return &seen.reply;
}

/* ---- The contract ---- */

static gql_instance *some_instance(void)
{
    static char memory;
    return (gql_instance *)&memory;
}

Test(plugin_kit, a_call_that_breaks_the_contract_does_not_fit)
{
    gql_grant grant = {.struct_size = sizeof grant, .actions = GQL_ACTION_READ};
    const gql_grant *grants[] = {&grant};
    gql_request request = {.struct_size = sizeof request, .grants = grants, .grant_count = 1};
    gql_selection leaf = {.struct_size = sizeof leaf, .name = "b", .name_size = 1};
    gql_selection beside = {.struct_size = sizeof beside, .name = "a", .name_size = 1};
    gql_selection root = {.struct_size = sizeof root, .children = &beside};
    gql_call call = {.struct_size = sizeof call,
                     .flags = 0xFFFF,
                     .arguments = "{}",
                     .arguments_size = 2,
                     .selection = &root,
                     .request = &request};
    gql_reply *reply = begin_reply("");
    beside.next = &leaf;
    cr_expect(gql_kit_call_fits(some_instance(), &call, reply));
    cr_expect_not(gql_kit_call_fits(NULL, &call, reply));
    cr_expect_not(gql_kit_call_fits(some_instance(), NULL, reply));
    cr_expect_not(gql_kit_call_fits(some_instance(), &call, NULL));
    struct {
        uint32_t *member;
        uint32_t wrong;
    } defects[] = {
        {&call.struct_size, GQL_CALL_SIZE_0_2 - 1},
        {&call.flags, 1u << 16},
        {&request.struct_size, GQL_REQUEST_SIZE_0_2 - 1},
        {&request.reserved, 1},
        {&grant.struct_size, GQL_GRANT_SIZE_0_2 - 1},
        {&root.struct_size, GQL_SELECTION_SIZE_0_2 - 1},
        {&leaf.struct_size, GQL_SELECTION_SIZE_0_2 - 1},
        {&reply->struct_size, GQL_REPLY_SIZE_0_2 - 1},
        {&reply->reserved, 1},
    };
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        const uint32_t right = *defects[i].member;
        *defects[i].member = defects[i].wrong;
        cr_expect_not(gql_kit_call_fits(some_instance(), &call, reply), "defect %zu", i);
        *defects[i].member = right;
    }
    grants[0] = NULL;
    cr_expect_not(gql_kit_call_fits(some_instance(), &call, reply));
    call.request = NULL;
    call.selection = NULL;
    cr_expect(gql_kit_call_fits(some_instance(), &call, reply));
    call.arguments = NULL;
    cr_expect_not(gql_kit_call_fits(some_instance(), &call, reply));
}

Test(plugin_kit, a_host_that_breaks_the_contract_does_not_fit)
{
    gql_host other = host;
    cr_expect(gql_kit_host_fits(&other));
    cr_expect_not(gql_kit_host_fits(NULL));
    other.reserved = 1;
    cr_expect_not(gql_kit_host_fits(&other));
    other = host;
    other.struct_size = GQL_HOST_SIZE_0_2 - 1;
    cr_expect_not(gql_kit_host_fits(&other));
}

/* ---- The gate ---- */

struct late_call {
    gql_kit_gate gate;
    int left;
};

static void *leave_later(void *user)
{
    struct late_call *call = user;
    for (int closed = 0; !closed;) { /* Until drain waits for this call. */
        pthread_mutex_lock(&call->gate.mutex);
        closed = call->gate.drained;
        pthread_mutex_unlock(&call->gate.mutex);
        usleep(100);
    }
    call->left = 1;
    gql_kit_leave(&call->gate);
    return NULL;
}

Test(plugin_kit, drain_waits_for_calls_and_lets_no_more_in)
{
    struct late_call call = {.left = 0};
    pthread_t thread;
    cr_assert(gql_kit_gate_init(&call.gate));
    cr_assert(gql_kit_enter(&call.gate) && gql_kit_enter(&call.gate));
    gql_kit_leave(&call.gate);
    cr_assert_eq(pthread_create(&thread, NULL, leave_later, &call), 0);
    gql_kit_drain(&call.gate);
    cr_expect_eq(call.left, 1);
    cr_expect_not(gql_kit_enter(&call.gate));
    gql_kit_drain(&call.gate);
    pthread_join(thread, NULL);
    gql_kit_gate_finish(&call.gate);
}

/* ---- Failures, errors and values ---- */

Test(plugin_kit, failures_are_cut_between_characters)
{
    gql_failure failure = {.struct_size = sizeof failure};
    char long_text[2 * sizeof failure.message];
    cr_expect_eq(gql_kit_fail(NULL, GQL_E_CONFIG, "x"), GQL_E_CONFIG);
    cr_expect_eq(gql_kit_fail(&failure, GQL_E_CONFIG, "%s: %d", "é", 1), GQL_E_CONFIG);
    cr_expect_str_eq(failure.message, "é: 1");
    cr_expect_eq(failure.code, GQL_E_CONFIG);
    static const char *const characters[] = {"é", "€", "😀"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t before = 0; before < 4; before++) {
            memset(long_text, 'x', before);
            long_text[before] = '\0';
            while (strlen(long_text) < sizeof failure.message + 8)
                strcat(long_text, characters[i]);
            gql_kit_fail(&failure, GQL_E_CONFIG, "%s", long_text);
            const size_t size = strlen(failure.message);
            cr_expect_eq((size - before) % strlen(characters[i]), 0, "%zu %zu", i, before);
            cr_expect_gt(size, sizeof failure.message - 6);
            cr_expect_eq(strncmp(failure.message, long_text, size), 0);
        }
    }
    gql_kit_fail(&failure, GQL_E_CONFIG, "%s", "\x80\x80");
    cr_expect_str_eq(failure.message, "\x80\x80");
    failure.struct_size = 8;
    gql_kit_fail(&failure, GQL_E_MISUSE, "not written");
    cr_expect_str_neq(failure.message, "not written");
}

Test(plugin_kit, values_are_appended_and_rejected_beyond_the_limit)
{
    gql_reply *reply = begin_reply("{\"x\":");
    cr_expect_eq(gql_kit_resolve(&host, reply, json_pack("{s:[b]}", "a", 1)), GQL_OK);
    cr_expect_eq(reply->size, strlen("{\"x\":{\"a\":[true]}"));
    cr_expect_eq(memcmp(seen.buffer, "{\"x\":{\"a\":[true]}", reply->size), 0);
    cr_expect_eq(seen.resolved, 1);
    reply = begin_reply("");
    cr_expect_eq(gql_kit_resolve(&host, reply, json_string("")), GQL_OK);
    cr_expect_eq(reply->size, 2);
    reply = begin_reply("");
    seen.grown = GQL_E_LIMIT;
    cr_expect_eq(gql_kit_resolve(&host, reply, json_true()), GQL_OK);
    cr_expect_str_eq(seen.code, GQL_CODE_VALIDATION_ERROR);
    cr_expect(seen.resolved == 0 && reply->size == 0);
    for (int i = 0; i < 2; i++) {
        reply = begin_reply("");
        seen.grown = i == 0 ? GQL_OK : GQL_E_NO_MEMORY;
        cr_expect_eq(gql_kit_resolve(&host, reply, i == 0 ? NULL : json_true()), GQL_E_NO_MEMORY);
        cr_expect(seen.resolved == 0 && seen.code[0] == '\0');
    }
}

/* ---- Who calls ---- */

Test(plugin_kit, unwanted_calls_are_rejected_in_the_order_of_the_contract)
{
    uint32_t cancelled = 1;
    gql_request request = {.struct_size = sizeof request, .cancelled = &cancelled, .deadline = 1};
    gql_call call = {.struct_size = sizeof call};
    int32_t code = 1;
    cr_expect(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    cr_expect_str_eq(seen.code, GQL_CODE_UNAUTHORIZED);
    cr_expect_eq(code, GQL_OK);
    call.request = &request;
    cr_expect(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    cr_expect_str_eq(seen.code, GQL_CODE_UNAUTHORIZED);
    request.actor_id = "";
    cr_expect(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    cr_expect_str_eq(seen.code, GQL_CODE_CANCELLED);
    cancelled = 0;
    cr_expect(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    cr_expect_str_eq(seen.code, GQL_CODE_DEADLINE_EXCEEDED);
    request.deadline = UINT64_MAX;
    cr_expect_not(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    request.deadline = 0;
    request.cancelled = NULL;
    cr_expect_not(gql_kit_reject_unwanted(&host, &call, begin_reply(""), &code));
    cr_expect_eq(seen.code[0], '\0');
}

Test(plugin_kit, grants_add_up_and_are_narrowed)
{
    const gql_grant reads = {.struct_size = sizeof reads, .actions = GQL_ACTION_READ};
    const gql_grant writes = {.struct_size = sizeof writes,
                              .actions = GQL_ACTION_CREATE | GQL_ACTION_UPDATE,
                              .organization_id = "acme and more",
                              .organization_id_size = 4};
    gql_request request = {.struct_size = sizeof request,
                           .actor_id = "ada",
                           .grants = (const gql_grant *const[]){&reads, &writes},
                           .grant_count = 2};
    cr_expect(gql_kit_may(&request, GQL_ACTION_READ, "globex", 6));
    cr_expect(gql_kit_may(&request, GQL_ACTION_READ | GQL_ACTION_UPDATE, "acme", 4));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_UPDATE, "globex", 6));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_UPDATE | GQL_ACTION_DELETE, "acme", 4));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_UPDATE, "acm", 3));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_UPDATE, "acme2", 5));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_UPDATE, "acme and", 8));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_READ, NULL, 0));
    cr_expect_not(gql_kit_may(NULL, GQL_ACTION_READ, "acme", 4));
    request.organization_id = "acme";
    request.organization_id_size = 4;
    cr_expect(gql_kit_may(&request, GQL_ACTION_READ, "acme", 4));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_READ, "globex", 6));
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_READ, "acm", 3));
    request.actor_id = NULL;
    cr_expect_not(gql_kit_may(&request, GQL_ACTION_READ, "acme", 4));
}

/* ---- Arguments and selections ---- */

Test(plugin_kit, strings_are_taken_from_arguments)
{
    static const char text[] = "{\"a\": \"é\", \"b\": \"x\\u0000y\", \"c\": 1}";
    size_t size = 0;
    json_t *arguments = gql_kit_json(text, sizeof text - 1);
    cr_expect_str_eq(gql_kit_string(arguments, "a", NULL), "é");
    cr_expect_null(gql_kit_string(arguments, "b", NULL));
    cr_expect_not_null(gql_kit_string(arguments, "b", &size));
    cr_expect_eq(size, 3);
    cr_expect_null(gql_kit_string(arguments, "c", NULL));
    cr_expect_null(gql_kit_string(arguments, "d", &size));
    cr_expect_null(gql_kit_string(NULL, "a", NULL));
    json_decref(arguments);
    cr_expect_null(gql_kit_json("\"\\ud800\"", 8));
}

Test(plugin_kit, only_what_is_selected_is_added)
{
    const gql_selection name = {.struct_size = sizeof name, .name = "name", .name_size = 4};
    const gql_selection owner = {.struct_size = sizeof owner,
                                 .name = "ownerX",
                                 .name_size = 5,
                                 .children = &name};
    const gql_selection root = {.struct_size = sizeof root, .children = &owner};
    cr_expect(gql_kit_selects(&root, "owner") && gql_kit_selects(NULL, "owner"));
    cr_expect_not(gql_kit_selects(&root, "ownerX") || gql_kit_selects(&root, "own") ||
                  gql_kit_selects(&root, "name"));
    cr_expect_eq(gql_kit_below(&root, "owner"), &owner);
    cr_expect(gql_kit_selects(gql_kit_below(&root, "owner"), "name"));
    cr_expect_null(gql_kit_below(NULL, "owner"));
    json_t *object = json_object();
    cr_expect(gql_kit_add(object, &root, "owner", json_true()));
    cr_expect(gql_kit_add(object, &root, "title", json_string("dropped")));
    cr_expect_not(gql_kit_add(object, &root, "owner", NULL));
    cr_expect(json_object_size(object) == 1 && json_object_get(object, "owner") == json_true());
    json_decref(object);
}
