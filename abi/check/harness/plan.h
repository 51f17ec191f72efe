// SPDX-License-Identifier: MIT
/* A list of calls to make. */
#ifndef GQL_CHECK_PLAN_H
#define GQL_CHECK_PLAN_H

#include "abi/check/harness/session.h"

enum { PLAN_GRANTS = 16 };

/* plan_call.expect: the call is to be resolved. */
#define PLAN_RESOLVED "resolved"

/* In --calls: any outcome will do. */
#define PLAN_ANY "any"

/* Who calls, and under which conditions. */
struct plan_request {
    const char *actor; /* NULL: nobody is authenticated. */
    gql_grant grants[PLAN_GRANTS];
    uint32_t grant_count;
    bool cancelled;
    bool late; /* The deadline has passed. */
};

/* What is called: a resolver or a loader. */
struct plan_target {
    const gql_resolver *resolver;
    const gql_loader *loader;
    const char *type; /* Of the value, as in SDL. */
};

struct plan_call {
    char label[CHECK_STEP_TEXT]; /* `Query.hello {"name": "x"}` */
    const gql_resolver *resolver;
    const gql_loader *loader;
    gql_resolve_fn resolve;
    uint32_t flags;
    char *type;               /* Of the value, as in SDL. */
    char *arguments;          /* JSON. */
    char *parent;             /* JSON, or NULL. */
    char *selection_text;     /* NULL: unknown. */
    gql_selection *selection; /* The same, parsed. */
    size_t list_size;         /* Loaders: the length of the list. Resolvers: SIZE_MAX. */
    struct plan_request request;
    /* PLAN_RESOLVED, or the code of an error; NULL: any answer will do. Owned by the options. */
    const char *expect;
    bool usual; /* Neither cancelled nor late, and by somebody. */
};

struct plan {
    struct plan_call *calls;
    size_t count;
    size_t room;
    size_t given;                  /* How many are of --calls; variants of them follow. */
    char uncalled[CHECK_TEXT / 2]; /* What the plan does not call, as a list. */
};

/*
 * Adds a call without a selection, by the actor of the options, or by one who may do everything.
 * NULL after check_skip.
 */
struct plan_call *plan_add(struct session *session, struct plan *plan,
                           const struct plan_target *target, const json_t *arguments);

/* Sets the selection from text. False after check_skip. */
bool plan_select(struct session *session, struct plan_call *call, const char *text);

/*
 * Adds the call at `index` again: by nobody, cancelled, and past its deadline. False after
 * check_skip.
 */
bool plan_add_variants(struct session *session, struct plan *plan, size_t index);

/* Adds to the list of what the plan does not call. `field` may be NULL. */
void plan_note_uncalled(struct plan *plan, const char *type, const char *field);

void plan_finish(struct plan *plan);

#endif
