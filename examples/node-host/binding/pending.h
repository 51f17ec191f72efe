// SPDX-License-Identifier: MIT
/* One call of a resolver or a loader, until JavaScript has its answer. */
#ifndef BINDING_PENDING_H
#define BINDING_PENDING_H

#include "examples/node-host/binding/actor.h"
#include "examples/node-host/binding/addon.h"
#include "examples/node-host/binding/selection.h"

/*
 * The texts of a gql_request, and the name of a call. Each has room for its longest value, which
 * lib/ ensures.
 */
struct request_texts {
    char trace_id[40];
    char locale[52];
    char occurrence[256];
    char organization_id[260];
    char client_address[64];
    char user_agent[520];
    char idempotency_key[260];
    char response_name[260];
};

/* What a call goes to: an instance, or that of a key of a pool. */
struct target {
    const struct library *library;
    gql_instance *instance; /* NULL: none, or destroyed. */
    gql_pool *pool;         /* NULL likewise. */
    const char *key;
    size_t key_size;
};

struct pending {
    struct event event;
    struct addon *addon;
    /* Among the calls that wait for an answer; `link` is NULL for a call that does not wait. */
    struct pending **link;
    struct pending *next;

    /* What the plugin reads until it completes the call. */
    gql_call call;
    gql_request request;
    struct selection *selection; /* A reference; so is the actor. */
    struct actor *actor;
    char *arguments;
    char *parent;
    struct request_texts texts;
    uint32_t cancelled; /* The plugin loads it atomically on any thread. */

    int64_t request_number; /* The request that it is part of, for pending_cancel. */
    gql_answer *answer;
    bool calling; /* The environment's thread is inside the call. */
    /* NULL: no promise could be made because the environment ends. The answer is dropped. */
    napi_deferred deferred;
};

/* Returns NULL if memory runs out. */
struct pending *pending_create(struct addon *addon);

/* For a call that does not wait for an answer. NULL does nothing. */
void pending_destroy(struct pending *pending);

/*
 * Calls the plugin, and returns what gql_runtime_call or gql_pool_call returned. GQL_OK: `answer`
 * is set. GQL_PENDING: the call waits for its answer and is destroyed after the delivery; the
 * caller may use it until it returns to the event loop. Otherwise the plugin was not called.
 */
int32_t pending_call(struct pending *pending, const struct target *target, gql_resolve_fn function);

/* Returns a promise of the answer of a call that waits for it. */
napi_value pending_promise(struct pending *pending, napi_env env);

/* Tells the plugin that nobody waits for the answers of a request's calls any more. */
void pending_cancel(const struct addon *addon, int64_t request_number);

#endif
