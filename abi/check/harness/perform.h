// SPDX-License-Identifier: MIT
/* Makes the calls of a plan, and keeps what came of each. */
#ifndef GQL_CHECK_PERFORM_H
#define GQL_CHECK_PERFORM_H

#include <pthread.h>

#include "abi/check/harness/plan.h"

/* Room behind each struct, for calls as hosts of later versions make them. */
enum { PERFORM_BEHIND = 32 };

struct perform_grant {
    gql_grant grant;
    unsigned char behind[PERFORM_BEHIND];
};

/* What a call lends to the plugin. */
struct perform_inputs {
    gql_call call;
    unsigned char behind_call[PERFORM_BEHIND];
    gql_request request;
    unsigned char behind_request[PERFORM_BEHIND];
    struct perform_grant grants[PLAN_GRANTS];
    const gql_grant *grant_pointers[PLAN_GRANTS];
    uint32_t cancelled;
};

enum { PERFORM_INSTANCE = 1, PERFORM_CALL = 2, PERFORM_REPLY = 4 };

/* How a call differs from a usual one; all members may be 0 or NULL. */
struct perform_style {
    /*
     * The inputs are read-only, and inaccessible from the completion on: a plugin that violates
     * this is killed by SIGSEGV.
     */
    bool seal;
    /* Changes the inputs before the call. */
    void (*alter)(const struct plan_call *planned, struct perform_inputs *inputs);
    /* Changes a copy of the reply, which the plugin gets in its place. */
    void (*alter_reply)(gql_reply *reply);
    /* A set of PERFORM_INSTANCE, …: the plugin gets NULL in their place. */
    unsigned omit;
    bool timed; /* performed.call_ns is wanted. */
};

struct lent;

struct performed {
    const struct plan_call *planned;
    const struct perform_style *style;
    struct lent *lent;
    gql_reply changed; /* What the plugin gets if the style alters the reply. */
    size_t sealed_size;
    pthread_mutex_t mutex; /* Guards `answered`. */
    pthread_cond_t condition;
    bool answered;
    int32_t returned; /* By the resolver. */
    int32_t code;     /* By gql_runtime_call. */
    /*
     * style.timed: how long the resolver took to return, without the time in which threads of this
     * process waited for a processor: a busy machine is not the plugin's fault.
     */
    uint64_t call_ns;
    bool resolved;
    char *json;
    size_t json_size;
    char *errors; /* Those added to a value, as a JSON array. */
    char *error_code;
    char *message;
    size_t message_size;
    char *extensions;
};

/*
 * What stands behind the end of a struct: words of value 1. As pointers they lead nowhere, and as
 * deadlines they have passed; reserved members in their upper halves are 0, so that only the size
 * is wrong.
 */
void perform_fill_behind(void *start, const void *end);

/*
 * Starts a call. `style` may be NULL; it and `performed` must stay where they are until
 * perform_finish.
 */
void perform_start(struct session *session, gql_instance *instance, const struct plan_call *planned,
                   const struct perform_style *style, struct performed *performed);

bool perform_is_answered(struct performed *performed);

/* Waits for the answer. If none comes within the timeout, the check fails and is finished. */
void perform_wait(struct session *session, struct performed *performed);

void perform_finish(struct performed *performed);

/* Frees the inputs of finished calls. Call it only when no instance is alive. */
void perform_forget(void);

/*
 * Makes all calls of a plan one after the other, waits for each, and passes it to `judge` (may be
 * NULL). False after check_skip: the tool is out of memory.
 */
bool perform_all(struct session *session, gql_instance *instance, const struct plan *plan,
                 const struct perform_style *style,
                 void (*judge)(struct session *session, struct performed *performed));

#endif
