// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/pending.h"

#include "examples/node-host/binding/answer.h"
#include "examples/node-host/binding/values.h"

/* ---- The calls that wait ---- */

/*
 * The list has no lock: calls enter it when pending_call returns and leave it on delivery, both on
 * the environment's thread.
 */
static void start_waiting(struct pending *pending)
{
    struct pending **first = &pending->addon->pending;
    pending->next = *first;
    pending->link = first;
    if (pending->next != NULL)
        pending->next->link = &pending->next;
    *first = pending;
}

static void stop_waiting(struct pending *pending)
{
    *pending->link = pending->next;
    if (pending->next != NULL)
        pending->next->link = pending->link;
}

void pending_cancel(const struct addon *addon, int64_t request_number)
{
    for (struct pending *pending = addon->pending; pending != NULL; pending = pending->next)
        if (pending->request_number == request_number)
            __atomic_store_n(&pending->cancelled, 1, __ATOMIC_RELAXED);
}

/* ---- Answers ---- */

static void settle(napi_env env, const struct pending *pending)
{
    napi_value exception, value = answer_value(env, pending->answer);
    if (value != NULL)
        napi_resolve_deferred(env, pending->deferred, value);
    else if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
        napi_reject_deferred(env, pending->deferred, exception);
}

static void deliver(napi_env env, struct event *event)
{
    struct pending *pending = (struct pending *)event;
    stop_waiting(pending);
    if (env != NULL && pending->deferred != NULL) {
        napi_handle_scope scope;
        napi_open_handle_scope(env, &scope);
        settle(env, pending);
        napi_close_handle_scope(env, scope);
        addon_settled(pending->addon);
    }
    pending_destroy(pending);
}

/* Any thread. */
static void on_answer(gql_answer *answer)
{
    struct pending *pending = answer->user;
    pending->answer = answer;
    /* Only the environment's thread reads and writes `calling`. */
    if (pthread_equal(pthread_self(), pending->addon->thread) && pending->calling)
        return;
    addon_post(pending->addon, &pending->event);
}

/* ---- Calls ---- */

struct pending *pending_create(struct addon *addon)
{
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending != NULL) {
        pending->addon = addon;
        pending->event.deliver = deliver;
    }
    return pending;
}

void pending_destroy(struct pending *pending)
{
    if (pending == NULL)
        return;
    if (pending->answer != NULL)
        gql_answer_release(pending->answer);
    selection_release(pending->selection);
    actor_release(pending->actor);
    free(pending->arguments);
    free(pending->parent);
    free(pending);
}

static int32_t call_plugin(struct pending *pending, const struct target *target,
                           gql_resolve_fn function)
{
    if (target->pool != NULL)
        return gql_pool_call(target->pool, target->key, target->key_size, function, &pending->call,
                             on_answer, pending);
    return gql_runtime_call(target->library->runtime->runtime, target->instance, function,
                            &pending->call, on_answer, pending);
}

int32_t pending_call(struct pending *pending, const struct target *target, gql_resolve_fn function)
{
    pending->calling = true;
    const int32_t code = call_plugin(pending, target, function);
    pending->calling = false;
    if (code == GQL_PENDING)
        start_waiting(pending);
    return code;
}

napi_value pending_promise(struct pending *pending, napi_env env)
{
    napi_value promise = NULL;
    if (napi_create_promise(env, &pending->deferred, &promise) == napi_ok) {
        addon_await(pending->addon);
        return promise;
    }
    pending->deferred = NULL;
    return throw_error(env, "No promise can be made: the JavaScript environment is ending");
}
