// SPDX-License-Identifier: MIT
/* Makes the calls of a plan, and keeps what came of each. */
#ifndef GQL_CHECK_PERFORM_H
#define GQL_CHECK_PERFORM_H

#include <pthread.h>

#include "abi/check/harness/plan.h"

struct lent;

struct performed {
    const struct plan_call *planned;
    struct lent *lent;
    size_t sealed_size;
    pthread_mutex_t mutex; /* Guards `answered`. */
    pthread_cond_t condition;
    bool answered;
    int32_t returned; /* By the resolver. */
    int32_t code;     /* By gql_runtime_call. */
    uint64_t call_ns; /* How long the resolver took to return. */
    bool resolved;
    char *json;
    size_t json_size;
    char *error_code;
    char *message;
    size_t message_size;
    char *extensions;
};

/*
 * Starts a call. With `seal` the inputs are read-only, and inaccessible from the completion on: a
 * plugin that violates this is killed by SIGSEGV. `performed` must stay where it is until
 * perform_finish.
 */
void perform_start(struct session *session, gql_instance *instance, const struct plan_call *planned,
                   bool seal, struct performed *performed);

bool perform_is_answered(struct performed *performed);

/* Waits for the answer. False after check_fail: none came within the timeout. */
bool perform_wait(struct session *session, struct performed *performed);

void perform_finish(struct performed *performed);

/* Frees the inputs of finished calls. Call it only when no instance is alive. */
void perform_forget(void);

/*
 * Makes all calls of a plan one after the other, and passes each to `judge` (may be NULL). False
 * after check_fail or check_skip.
 */
bool perform_all(struct session *session, gql_instance *instance, const struct plan *plan,
                 bool seal, void (*judge)(struct session *session, struct performed *performed));

#endif
