// SPDX-License-Identifier: MIT
/* Values in the shape of the response, from resolvers with GQL_RESOLVER_SHAPES. */
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/shape.h"

static struct shape shape;
static unsigned objects;

static void ask_for_shape(const struct plan_call *planned, struct perform_inputs *inputs)
{
    (void)planned;
    inputs->call.flags |= GQL_CALL_SHAPED;
    inputs->call.selection = NULL;
    inputs->call.shape = &shape.nodes[0];
}

static void judge(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    char detail[SHAPE_TEXT] = "not JSON";
    if (!performed->resolved) {
        if (performed->returned < 0)
            check_fail(session->run, "%s, shaped: returned %d", planned->label,
                       (int)performed->returned);
        return;
    }
    json_t *value = json_loadb(performed->json, performed->json_size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    if (value == NULL || !shape_check(&shape, planned->type, value, &objects, detail))
        check_fail(session->run, "%s, shaped: %s; the value: %.400s", planned->label, detail,
                   performed->json);
    json_decref(value);
}

/* False after check_fail. */
static bool call_shaped(struct fixture *fixture, const struct plan_call *call)
{
    static const struct perform_style shaped = {.alter = ask_for_shape};
    struct session *session = &fixture->session;
    struct plan_call copy = *call;
    const struct plan one = {.calls = &copy, .count = 1};
    shape_make(&shape, session->document, session->plugin->schema,
               call->resolver == NULL ? call->loader->type : call->resolver->field, call->type);
    return perform_all(session, fixture->instance, &one, &shaped, judge);
}

void check_shapes(struct check_run *run)
{
    struct fixture fixture;
    unsigned shaping = 0;
    check_cure(run,
               "with GQL_CALL_SHAPED write the members of the shape that apply to the object's "
               "type, all of them, in the order of the shape, under their response names; or "
               "remove the flag GQL_RESOLVER_SHAPES");
    if (!fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++) {
        const struct plan_call *call = &fixture.plan.calls[i];
        if (!call->usual || (call->flags & GQL_RESOLVER_SHAPES) == 0)
            continue;
        shaping++;
        if (!call_shaped(&fixture, call))
            return;
    }
    if (shaping == 0)
        check_skip(run, "no resolver that was called has the flag GQL_RESOLVER_SHAPES");
    else if (objects == 0)
        check_skip(run, "no object was returned, so none was compared with its shape");
    fixture_end(&fixture);
}
