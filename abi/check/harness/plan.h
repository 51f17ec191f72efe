// SPDX-License-Identifier: MIT
/* A list of calls to make. */
#ifndef GQL_CHECK_PLAN_H
#define GQL_CHECK_PLAN_H

#include "abi/check/harness/session.h"

enum { PLAN_GRANTS = 16 };

/* Who calls, and under which conditions. */
struct plan_request {
    const char *actor; /* NULL: nobody is authenticated. */
    gql_grant grants[PLAN_GRANTS];
    uint32_t grant_count;
    bool cancelled;
    bool late; /* The deadline has passed. */
};

/* A test actor that may do everything in every organization. */
extern const struct plan_request plan_all_granted;

/* What is called: a resolver or a loader. */
struct plan_target {
    const gql_resolver *resolver;
    const gql_loader *loader;
    const char *type; /* Of the value, as in SDL. */
};

struct plan_call {
    char label[CHECK_STEP_TEXT]; /* `Query.hello {"name": "x"}` */
    gql_resolve_fn resolve;
    uint32_t flags;
    char *type;               /* Of the value, as in SDL. */
    char *arguments;          /* JSON. */
    char *parent;             /* JSON, or NULL. */
    gql_selection *selection; /* NULL: unknown. */
    size_t list_size;         /* Loaders: the length of the list. Resolvers: SIZE_MAX. */
    struct plan_request request;
};

struct plan {
    struct plan_call *calls;
    size_t count;
    size_t room;
};

/* Adds a call by plan_all_granted, without a selection. NULL after check_skip. */
struct plan_call *plan_add(struct session *session, struct plan *plan,
                           const struct plan_target *target, const json_t *arguments);

void plan_finish(struct plan *plan);

#endif
