// SPDX-License-Identifier: MIT
/* The calls that the checks make: those of --calls, or else made of the schema. */
#ifndef GQL_CHECK_PLAN_H
#define GQL_CHECK_PLAN_H

#include "abi/check/session.h"

enum { PLAN_GRANTS = 16 };

/* On whose behalf, and under which conditions. */
struct plan_request {
    const char *actor; /* NULL: nobody. */
    gql_grant grants[PLAN_GRANTS];
    uint32_t grant_count;
    bool cancelled;
    bool late; /* Its deadline has passed. */
};

struct plan_call {
    char label[CHECK_STEP_TEXT]; /* `Query.hello {"name": "x"}` */
    gql_resolve_fn resolve;
    uint32_t flags;
    char *type;               /* Of the value, as in SDL. */
    char *arguments;          /* JSON. */
    char *parent;             /* JSON, or NULL. */
    gql_selection *selection; /* NULL: unknown. */
    size_t list_size;         /* Of a loader's list; SIZE_MAX for resolvers. */
    struct plan_request request;
};

struct plan {
    struct plan_call *calls;
    size_t count;
    size_t room;
};

/*
 * False after check_skip (nothing to call, or nothing that binds) or check_fail (--calls names what
 * the plugin has not).
 */
bool plan_make(struct session *session, struct plan *plan);
void plan_finish(struct plan *plan);

/*
 * Whether --calls is a list of calls. Whether they fit the plugin is seen later. `fault` says what
 * is wrong.
 */
bool plan_check(json_t *calls, char *fault, size_t fault_size);

#endif
