// SPDX-License-Identifier: MIT
/* Hosts that break the contract, and hosts of later versions. */
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"

/*
 * What stands behind the end of a struct: words of value 1. As pointers they lead nowhere, and as
 * deadlines they have passed; reserved members in their upper halves are 0, so that only the size
 * is wrong.
 */
static void fill_with_garbage(void *start, const void *end)
{
    static const uint64_t one = 1;
    const unsigned char *word = (const unsigned char *)&one;
    unsigned char *byte = start;
    for (size_t i = (uintptr_t)byte % sizeof one; byte < (const unsigned char *)end; i++)
        *byte++ = word[i % sizeof one];
}

/* ---- Calls that break the contract ---- */

enum part { CALL, REQUEST, REPLY };

/* One way to break it: a struct that is too small, a flag, or a reserved member. */
struct defect {
    enum part part;
    uint32_t size; /* Not 0: ends the struct there. */
    uint32_t flag;
    bool reserved;
};

static const struct defect defects[] = {
    {.part = CALL, .size = 8},
    {.part = CALL, .size = offsetof(gql_call, selection)},
    {.part = CALL, .size = GQL_CALL_SIZE_0_2 - 1},
    {.part = CALL, .flag = 1u << 31},
    {.part = REQUEST, .size = 8},
    {.part = REQUEST, .size = offsetof(gql_request, trace_id)},
    {.part = REQUEST, .size = offsetof(gql_request, source_type)},
    {.part = REQUEST, .reserved = true},
    {.part = REPLY, .size = 16},
    {.part = REPLY, .size = GQL_REPLY_SIZE_0_2 - 1},
    {.part = REPLY, .reserved = true},
};

static const struct defect *defect;
static bool resolves; /* Whether the same call without the defect is resolved. */

static void shrink(void *object, size_t full, uint32_t size)
{
    memcpy(object, &size, sizeof size); /* struct_size is the first member. */
    fill_with_garbage((char *)object + size, (char *)object + full);
}

static void break_inputs(const struct plan_call *planned, struct perform_inputs *inputs)
{
    (void)planned;
    if (defect->part == CALL && defect->size > 0)
        shrink(&inputs->call, sizeof inputs->call, defect->size);
    if (defect->part == REQUEST && defect->size > 0)
        shrink(&inputs->request, sizeof inputs->request, defect->size);
    inputs->call.flags |= defect->part == CALL ? defect->flag : 0;
    if (defect->part == REQUEST && defect->reserved)
        inputs->request.reserved = 1;
}

static void break_reply(gql_reply *reply)
{
    if (defect->part == REPLY && defect->size > 0) /* The rest stays: no write must go astray. */
        reply->struct_size = defect->size;
    if (defect->part == REPLY && defect->reserved)
        reply->reserved = 1;
}

static void name_defect(char *name, size_t size)
{
    static const char *const structs[] = {"gql_call", "gql_request", "gql_reply"};
    const char *what = structs[defect->part];
    if (defect->size > 0)
        snprintf(name, size, "a %s of %u bytes", what, defect->size);
    else if (defect->flag != 0)
        snprintf(name, size, "the unknown flag 0x%x in %s", defect->flag, what);
    else
        snprintf(name, size, "`reserved` of %s not 0", what);
}

/* A resolver that does not look at the request can't reject it, so it may answer as ever. */
static void judge_rejection(struct session *session, struct performed *performed)
{
    if (performed->returned == GQL_E_MISUSE ||
        (defect->part == REQUEST && performed->resolved == resolves))
        return;
    /* The label names the defect. */
    check_fail(session->run, "%.150s: returned %d and %s, instead of GQL_E_MISUSE (%d)",
               performed->planned->label, (int)performed->returned,
               performed->resolved ? "resolved the call" : "rejected the call", GQL_E_MISUSE);
}

static void keep_outcome(struct session *session, struct performed *performed)
{
    (void)session;
    resolves = performed->resolved;
}

/* The label of a call with the defect, for reports of a crash. */
static struct plan_call named(const struct plan_call *call)
{
    struct plan_call copy = *call;
    char name[64];
    name_defect(name, sizeof name);
    snprintf(copy.label, sizeof copy.label, "%.80s, with %s", call->label, name);
    return copy;
}

static bool try_defects(struct fixture *fixture, const struct plan_call *call)
{
    static const struct perform_style broken = {.alter = break_inputs, .alter_reply = break_reply};
    struct plan_call copy = *call;
    const struct plan one = {.calls = &copy, .count = 1};
    bool right = perform_all(&fixture->session, fixture->instance, &one, NULL, keep_outcome);
    for (size_t i = 0; right && i < sizeof defects / sizeof defects[0]; i++) {
        defect = &defects[i];
        copy = named(call);
        right = perform_all(&fixture->session, fixture->instance, &one, &broken, judge_rejection);
    }
    return right;
}

void check_misuse(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "before anything else, return GQL_E_MISUSE for a call, a request or a reply that "
               "is smaller than its baseline (GQL_FITS), has an unknown flag of 16 to 31, or "
               "has a `reserved` that is not 0");
    if (!fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++)
        if (fixture.plan.calls[i].usual && !try_defects(&fixture, &fixture.plan.calls[i]))
            return;
    fixture_end(&fixture);
}

/* ---- Calls of later versions ---- */

/* A node of a selection, with members behind those of gql_plugin.h. */
struct large_selection {
    gql_selection selection;
    unsigned char behind[PERFORM_BEHIND];
};

static struct large_selection nodes[1024];
static size_t node_count;

static const gql_selection *enlarge_selection(const gql_selection *selection)
{
    if (selection == NULL || node_count == sizeof nodes / sizeof nodes[0])
        return NULL;
    struct large_selection *node = &nodes[node_count++];
    node->selection = *selection;
    node->selection.struct_size = sizeof *node;
    fill_with_garbage(node->behind, node->behind + sizeof node->behind);
    node->selection.children = enlarge_selection(selection->children);
    node->selection.next = enlarge_selection(selection->next);
    return &node->selection;
}

/* Splits the first grant in two, since a plugin may step from one grant to the next wrongly. */
static void enlarge_grants(struct perform_inputs *inputs)
{
    gql_request *request = &inputs->request;
    if (request->grant_count > 0 && request->grant_count < PLAN_GRANTS) {
        gql_grant *first = &inputs->grants[0].grant;
        gql_grant *last = &inputs->grants[request->grant_count].grant;
        *last = *first;
        last->actions = first->actions & ~(GQL_ACTION_READ | GQL_ACTION_CREATE);
        first->actions &= GQL_ACTION_READ | GQL_ACTION_CREATE;
        inputs->grant_pointers[request->grant_count++] = last;
    }
    for (uint32_t i = 0; i < request->grant_count; i++) {
        struct perform_grant *grant = &inputs->grants[i];
        grant->grant.struct_size = sizeof *grant;
        fill_with_garbage(grant->behind, grant->behind + sizeof grant->behind);
    }
}

static void make_newer(const struct plan_call *planned, struct perform_inputs *inputs)
{
    enum { UNKNOWN = 99 };
    node_count = 0;
    enlarge_grants(inputs);
    inputs->call.selection = enlarge_selection(planned->selection);
    inputs->call.struct_size += PERFORM_BEHIND;
    inputs->call.flags |= 1u << 7; /* May be ignored. */
    inputs->request.struct_size += PERFORM_BEHIND;
    inputs->request.source = inputs->request.source_type = inputs->request.actor_kind = UNKNOWN;
    fill_with_garbage(inputs->behind_call, inputs->behind_call + PERFORM_BEHIND);
    fill_with_garbage(inputs->behind_request, inputs->behind_request + PERFORM_BEHIND);
}

static void judge_newer(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    const bool writes = (planned->flags & GQL_RESOLVER_WRITES) != 0;
    if (performed->returned < 0)
        check_fail(session->run, "%s returned %d to a host with larger structs", planned->label,
                   (int)performed->returned);
    else if (resolves && !performed->resolved && !writes)
        check_fail(session->run, "%s is rejected with %s if the host has larger structs",
                   planned->label, performed->error_code);
    else
        judge_value(session, performed);
}

/* init and create, with a host and a failure that are larger than the plugin knows. */
static void start_newer(struct session *session)
{
    static struct {
        gql_host host;
        unsigned char behind[PERFORM_BEHIND];
    } host;
    struct {
        gql_failure failure;
        unsigned char behind[PERFORM_BEHIND];
    } failure = {.failure = {.struct_size = sizeof failure}};
    static const unsigned char untouched[PERFORM_BEHIND];
    gql_instance *instance = NULL;
    host.host = *gql_runtime_host(session->runtime);
    host.host.struct_size = sizeof host;
    fill_with_garbage(host.behind, host.behind + PERFORM_BEHIND);
    check_step("init, by a host with larger structs");
    const int32_t code = session->plugin->init(&host.host, &failure.failure);
    check_step("create, by a host with larger structs");
    if (code != GQL_OK)
        check_fail(session->run, "init returned %d to a host with larger structs: %.300s",
                   (int)code, failure.failure.message);
    else if (session->plugin->create(&host.host, "[]", 2, &instance, &failure.failure) == GQL_OK)
        session->plugin->destroy(instance);
    if (memcmp(failure.behind, untouched, sizeof untouched) != 0)
        check_fail(session->run, "create wrote beyond gql_failure.message");
    if (code == GQL_OK)
        session->plugin->deinit();
    check_step_done();
}

void check_newer_host(struct check_run *run)
{
    static const struct perform_style newer = {.alter = make_newer};
    struct fixture fixture;
    check_cure(run, "accept structs that are larger than the plugin knows, ignore flags of 0 to 15 "
                    "that it does not know, take unknown values of source, source_type and "
                    "actor_kind as unknown, and step through arrays by their pointers");
    if (!fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++) {
        const struct plan one = {.calls = &fixture.plan.calls[i], .count = 1};
        if (!perform_all(&fixture.session, fixture.instance, &one, NULL, keep_outcome) ||
            !perform_all(&fixture.session, fixture.instance, &one, &newer, judge_newer))
            return;
    }
    start_newer(&fixture.session);
    fixture_end(&fixture);
}
