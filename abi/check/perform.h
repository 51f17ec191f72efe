// SPDX-License-Identifier: MIT
/* One call of the plugin, and what it came to. */
#ifndef GQL_CHECK_PERFORM_H
#define GQL_CHECK_PERFORM_H

#include <pthread.h>

#include "abi/check/plan.h"

struct lent;

struct performed {
    const struct plan_call *planned;
    struct lent *lent;
    size_t sealed_size;
    pthread_mutex_t mutex; /* For `answered`. */
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
 * Calls. With `seal` the inputs can only be read, and from the completion on not even that: a
 * plugin that touches them is ended by SIGSEGV. `performed` must stay where it is until
 * perform_finish.
 */
void perform_start(struct session *session, gql_instance *instance, const struct plan_call *planned,
                   bool seal, struct performed *performed);

bool perform_is_answered(struct performed *performed);

/* Waits for the answer. False after check_fail: there was none within the timeout. */
bool perform_wait(struct session *session, struct performed *performed);

void perform_finish(struct performed *performed);

/* Frees what was lent to calls that are finished. No instance may live. */
void perform_forget(void);

/*
 * Makes all the calls of a plan, one after the other. `judge`, which may be NULL, is told of each.
 * False after check_fail or check_skip.
 */
bool perform_all(struct session *session, gql_instance *instance, const struct plan *plan,
                 bool seal, void (*judge)(struct session *session, struct performed *performed));

#endif
