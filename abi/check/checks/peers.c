// SPDX-License-Identifier: MIT
/* Hosts of later versions. */
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"

static bool resolves; /* Whether the same call of a usual host is resolved. */

static void keep_outcome(struct session *session, struct performed *performed)
{
    (void)session;
    resolves = performed->resolved;
}

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
    perform_fill_behind(node->behind, node->behind + sizeof node->behind);
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
        perform_fill_behind(grant->behind, grant->behind + sizeof grant->behind);
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
    perform_fill_behind(inputs->behind_call, inputs->behind_call + PERFORM_BEHIND);
    perform_fill_behind(inputs->behind_request, inputs->behind_request + PERFORM_BEHIND);
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
    perform_fill_behind(host.behind, host.behind + PERFORM_BEHIND);
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
