// SPDX-License-Identifier: MIT
/* Hosts that break the contract in calls; misuse_start.c has those that break it before. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/misuse_start.h"
#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/shape.h"

enum part { CALL, REQUEST, REPLY, GRANT, SELECTION, SHAPE, ARGUMENTS, PARENT, INSTANCE };

/* One way to break it: a NULL, a struct that is too small, a flag, or a reserved member. */
struct defect {
    enum part part;
    unsigned omit; /* Not 0: as in perform_style. */
    uint32_t size; /* Not 0: ends the struct there. */
    uint32_t flag;
    bool reserved;
    bool sized; /* ARGUMENTS: the size stays although the text is NULL. */
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
    {.part = GRANT, .size = offsetof(gql_grant, organization_id)},
    {.part = SELECTION, .size = offsetof(gql_selection, children)},
    {.part = SHAPE, .size = offsetof(gql_shape, children)},
    {.part = SHAPE, .size = GQL_SHAPE_SIZE_0_2 - 1},
    {.part = ARGUMENTS},
    {.part = ARGUMENTS, .sized = true},
    {.part = PARENT},
    {.part = INSTANCE, .omit = PERFORM_INSTANCE},
    {.part = CALL, .omit = PERFORM_CALL},
    {.part = REPLY, .omit = PERFORM_REPLY},
};

static const struct defect *defect;
static struct shape shape;
static bool resolves; /* Whether the same call without the defect is resolved. */

static void shrink(void *object, size_t full, uint32_t size)
{
    memcpy(object, &size, sizeof size); /* struct_size is the first member. */
    perform_fill_behind((char *)object + size, (char *)object + full);
}

/* A shaped call, whose root is cut off. */
static void ask_for_small_shape(gql_call *call)
{
    static gql_shape small;
    small = shape.nodes[0];
    shrink(&small, sizeof small, defect->size);
    call->flags |= GQL_CALL_SHAPED;
    call->selection = NULL;
    call->shape = &small;
}

static void take_texts(gql_call *call)
{
    if (defect->part == ARGUMENTS) {
        call->arguments = NULL;
        call->arguments_size = defect->sized ? call->arguments_size : 0;
    }
    if (defect->part == PARENT) {
        call->parent = NULL;
        call->parent_size = 0;
    }
}

/* The root of the selection, cut off. */
static const gql_selection *cut_selection(const gql_selection *selection)
{
    static gql_selection small;
    if (selection == NULL)
        return NULL;
    small = *selection;
    shrink(&small, sizeof small, defect->size);
    return &small;
}

static void break_inputs(const struct plan_call *planned, struct perform_inputs *inputs)
{
    (void)planned;
    if (defect->part == CALL && defect->size > 0)
        shrink(&inputs->call, sizeof inputs->call, defect->size);
    if (defect->part == REQUEST && defect->size > 0)
        shrink(&inputs->request, sizeof inputs->request, defect->size);
    if (defect->part == GRANT && inputs->request.grant_count > 0)
        shrink(&inputs->grants[0].grant, sizeof inputs->grants[0].grant, defect->size);
    if (defect->part == SELECTION)
        inputs->call.selection = cut_selection(inputs->call.selection);
    if (defect->part == SHAPE)
        ask_for_small_shape(&inputs->call);
    take_texts(&inputs->call);
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
    static const char *const parts[] = {
        [CALL] = "gql_call",       [REQUEST] = "gql_request",     [REPLY] = "gql_reply",
        [GRANT] = "gql_grant",     [SELECTION] = "gql_selection", [SHAPE] = "gql_shape",
        [ARGUMENTS] = "arguments", [PARENT] = "parent",           [INSTANCE] = "instance"};
    const char *what = parts[defect->part];
    if (defect->part == ARGUMENTS)
        snprintf(name, size, "NULL in place of the arguments, %s size",
                 defect->sized ? "but a" : "and no");
    else if (defect->omit != 0 || defect->part == PARENT)
        snprintf(name, size, "NULL in place of the %s", what);
    else if (defect->size > 0)
        snprintf(name, size, "a %s of %u bytes", what, defect->size);
    else if (defect->flag != 0)
        snprintf(name, size, "the unknown flag 0x%x in %s", defect->flag, what);
    else
        snprintf(name, size, "`reserved` of %s not 0", what);
}

/* What a resolver may leave unread: it then answers as ever. */
static bool is_optional(enum part part)
{
    return part != CALL && part != REPLY && part != INSTANCE;
}

/* Whether the call has what the defect changes. */
static bool applies(const struct defect *each, const struct plan_call *call)
{
    return (each->part != SHAPE || (call->flags & GQL_RESOLVER_SHAPES) != 0) &&
           (each->part != PARENT || call->parent != NULL);
}

static void judge_rejection(struct session *session, struct performed *performed)
{
    if (performed->returned == GQL_E_MISUSE ||
        (is_optional(defect->part) && performed->resolved == resolves))
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
    struct perform_style broken = {.alter = break_inputs};
    struct plan_call copy = *call;
    const struct plan one = {.calls = &copy, .count = 1};
    struct session *session = &fixture->session;
    bool right = perform_all(session, fixture->instance, &one, NULL, keep_outcome);
    shape_make(&shape, session->document, session->plugin->schema,
               call->resolver == NULL ? call->loader->type : call->resolver->field, call->type);
    for (size_t i = 0; right && i < sizeof defects / sizeof defects[0]; i++) {
        defect = &defects[i];
        if (!applies(defect, call))
            continue;
        copy = named(call);
        broken.omit = defect->omit;
        /* A copy, whose memory does not grow with the reply's: only for a defect of the reply. */
        broken.alter_reply = defect->part == REPLY ? break_reply : NULL;
        right = perform_all(session, fixture->instance, &one, &broken, judge_rejection);
    }
    return right;
}

void check_misuse(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "before anything else, return GQL_E_MISUSE for a NULL, for a call, a request, a "
               "grant, a selection, a shape or a reply that is smaller than its baseline "
               "(GQL_FITS), has an unknown flag of 16 to 31, or has a `reserved` that is not 0; "
               "init and create refuse such a host (init with GQL_E_VERSION) and write nothing to "
               "a gql_failure that is NULL or too small");
    if (!fixture_begin(run, &fixture) || !misuse_start(&fixture.session))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++)
        if (fixture.plan.calls[i].usual && !try_defects(&fixture, &fixture.plan.calls[i]))
            return;
    fixture_end(&fixture);
}
