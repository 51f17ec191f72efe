// SPDX-License-Identifier: MIT
/*
 * gql_plugin_kit.h - what every plugin in C writes again, as inline functions: refusing a broken
 * contract, the gate that drain closes, who may do what, arguments, selections, errors and values.
 * It is no part of the contract: a plugin may use all of it, some of it or nothing, and keeps
 * working whatever later versions of this header do, since nothing of it is linked.
 *
 * Needs jansson, pthreads and POSIX's clocks (in C, -std=gnu11 or _POSIX_C_SOURCE 200809L). Works in
 * C11 and C++17. It does not cover shaped values (GQL_CALL_SHAPED): do not set GQL_RESOLVER_SHAPES.
 *
 * Functions may be called on any thread unless they say otherwise, and block no longer than a
 * mutex. What they return is borrowed from their arguments unless they say otherwise.
 *
 *     static int32_t greet(gql_instance *self, const gql_call *call, gql_reply *reply)
 *     {
 *         if (!gql_kit_call_fits(self, call, reply))
 *             return GQL_E_MISUSE;
 *         if (!gql_kit_enter(&self->gate))
 *             return gql_kit_reject_drained(self->host, reply);
 *         const int32_t code = …;
 *         gql_kit_leave(&self->gate);
 *         return code;
 *     }
 */
#ifndef GQL_PLUGIN_KIT_H
#define GQL_PLUGIN_KIT_H

#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gql_plugin.h"

#ifndef CLOCK_MONOTONIC
#error "gql_plugin_kit.h needs POSIX: compile with -std=gnu11, or -D_POSIX_C_SOURCE=200809L"
#endif

/* ---- The contract ---- */

/* Whether init and create may use the host. If not: GQL_E_VERSION in init, GQL_E_MISUSE in create. */
static inline int gql_kit_host_fits(const gql_host *host)
{
    return host != NULL && GQL_FITS(host, GQL_HOST_SIZE_0_2) && host->reserved == 0;
}

static inline int gql_kit_request_fits(const gql_request *request)
{
    if (request == NULL)
        return 1;
    if (!GQL_FITS(request, GQL_REQUEST_SIZE_0_2) || request->reserved != 0)
        return 0;
    for (uint32_t i = 0; i < request->grant_count; i++)
        if (request->grants[i] == NULL || !GQL_FITS(request->grants[i], GQL_GRANT_SIZE_0_2))
            return 0;
    return 1;
}

static inline int gql_kit_selection_fits(const gql_selection *selection)
{
    for (; selection != NULL; selection = selection->next)
        if (!GQL_FITS(selection, GQL_SELECTION_SIZE_0_2) ||
            !gql_kit_selection_fits(selection->children))
            return 0;
    return 1;
}

/* Whether a resolver or loader may use what it got. If not: GQL_E_MISUSE. */
static inline int gql_kit_call_fits(const gql_instance *instance, const gql_call *call,
                                    const gql_reply *reply)
{
    return instance != NULL && call != NULL && reply != NULL && GQL_FITS(call, GQL_CALL_SIZE_0_2) &&
           GQL_FITS(reply, GQL_REPLY_SIZE_0_2) && call->flags >> 16 == 0 && reply->reserved == 0 &&
           call->arguments != NULL && gql_kit_request_fits(call->request) &&
           gql_kit_selection_fits(call->selection);
}

/* ---- The gate: counts calls under way, so that drain can wait for them ---- */

/*
 * In the instance. Every call that enters holds a mutex twice, for a few instructions: enough for
 * hundreds of thousands of calls per second.
 */
typedef struct gql_kit_gate {
    pthread_mutex_t mutex;
    pthread_cond_t empty;
    uint64_t inside;
    int drained;
} gql_kit_gate;

/* In create. 0 if the system has no room for it: GQL_E_NO_MEMORY. */
static inline int gql_kit_gate_init(gql_kit_gate *gate)
{
    gate->inside = 0;
    gate->drained = 0;
    if (pthread_mutex_init(&gate->mutex, NULL) != 0)
        return 0;
    if (pthread_cond_init(&gate->empty, NULL) == 0)
        return 1;
    pthread_mutex_destroy(&gate->mutex);
    return 0;
}

/* In destroy, after drain. */
static inline void gql_kit_gate_finish(gql_kit_gate *gate)
{
    pthread_cond_destroy(&gate->empty);
    pthread_mutex_destroy(&gate->mutex);
}

/* At the beginning of a call. 0: the instance is drained, and the call must be rejected. */
static inline int gql_kit_enter(gql_kit_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    const int open = !gate->drained;
    gate->inside += open ? 1 : 0;
    pthread_mutex_unlock(&gate->mutex);
    return open;
}

/* After the completion, on the thread that completed the reply or on any other. */
static inline void gql_kit_leave(gql_kit_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    if (--gate->inside == 0)
        pthread_cond_broadcast(&gate->empty);
    pthread_mutex_unlock(&gate->mutex);
}

/* In drain: closes the gate, and waits until every call has left. May be called again. */
static inline void gql_kit_drain(gql_kit_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->drained = 1;
    while (gate->inside > 0)
        pthread_cond_wait(&gate->empty, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

/* ---- Failures, errors and values ---- */

/* Cuts a character in two at the end of the text off. */
static inline void gql_kit_trim(char *text)
{
    size_t size = strlen(text), start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0u) == 0x80u)
        start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xC0u)
        return;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t whole = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : 2;
    if (size - (start - 1) < whole)
        text[start - 1] = '\0';
}

/* For the operator, in init and create. `failure` may be NULL or too small. Returns `code`. */
__attribute__((format(printf, 3, 4))) static inline int32_t gql_kit_fail(gql_failure *failure,
                                                                         int32_t code,
                                                                         const char *format, ...)
{
    if (failure == NULL || !GQL_FITS(failure, GQL_FAILURE_SIZE_0_2))
        return code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    gql_kit_trim(failure->message);
    failure->code = code;
    return code;
}

/* Completes the reply with an error; both texts are for the client. For `return gql_kit_reject`. */
static inline int32_t gql_kit_reject(const gql_host *host, const gql_reply *reply, const char *code,
                                     const char *message)
{
    gql_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    error.code = code;
    error.message = message;
    error.message_size = strlen(message);
    return host->reply_reject(host, reply->handle, &error);
}

static inline int32_t gql_kit_reject_drained(const gql_host *host, const gql_reply *reply)
{
    return gql_kit_reject(host, reply, GQL_CODE_SERVICE_UNAVAILABLE,
                          "The plugin is shutting down.");
}

/*
 * Completes the reply with a value and drops it. NULL stands for an allocation that failed:
 * GQL_E_NO_MEMORY, and the reply is not completed. A value beyond the host's limit is rejected.
 */
static inline int32_t gql_kit_resolve(const gql_host *host, gql_reply *reply, json_t *value)
{
    const size_t size = json_dumpb(value, NULL, 0, JSON_ENCODE_ANY | JSON_COMPACT);
    int32_t code = size == 0 ? GQL_E_NO_MEMORY : host->reply_grow(host, reply->handle, size);
    if (code == GQL_E_LIMIT) {
        code = gql_kit_reject(host, reply, GQL_CODE_VALIDATION_ERROR,
                              "The answer would be too long: ask for less.");
    } else if (code == GQL_OK) { /* What the reply holds already is the host's. */
        reply->size += json_dumpb(value, reply->data + reply->size, size,
                                  JSON_ENCODE_ANY | JSON_COMPACT);
        code = host->reply_resolve(host, reply->handle);
    }
    json_decref(value);
    return code;
}

/* ---- Who calls ---- */

static inline uint64_t gql_kit_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Rejects a call by nobody, one that is cancelled, and one past its deadline, in this order. True
 * if it did: *ret_code is then what the resolver returns.
 */
static inline int gql_kit_reject_unwanted(const gql_host *host, const gql_call *call,
                                          const gql_reply *reply, int32_t *ret_code)
{
    const gql_request *request = call->request;
    if (request == NULL || request->actor_id == NULL)
        *ret_code = gql_kit_reject(host, reply, GQL_CODE_UNAUTHORIZED,
                                   "Authentication is required.");
    else if (request->cancelled != NULL &&
             __atomic_load_n(request->cancelled, __ATOMIC_RELAXED) != 0)
        *ret_code = gql_kit_reject(host, reply, GQL_CODE_CANCELLED, "The request was cancelled.");
    else if (request->deadline != 0 && gql_kit_now() > request->deadline)
        *ret_code = gql_kit_reject(host, reply, GQL_CODE_DEADLINE_EXCEEDED,
                                   "The deadline of the request has passed.");
    else
        return 0;
    return 1;
}

/*
 * Whether the grants allow all of `actions` in the organization. Grants add up, and an organization
 * that the request is about narrows them. `request` may be NULL: nothing is allowed.
 */
static inline int gql_kit_may(const gql_request *request, uint32_t actions,
                              const char *organization, size_t size)
{
    uint32_t allowed = 0;
    if (request == NULL || request->actor_id == NULL || organization == NULL)
        return 0;
    if (request->organization_id != NULL &&
        (request->organization_id_size != size ||
         memcmp(request->organization_id, organization, size) != 0))
        return 0;
    for (uint32_t i = 0; i < request->grant_count; i++) {
        const gql_grant *grant = request->grants[i];
        if (grant->organization_id == NULL ||
            (grant->organization_id_size == size &&
             memcmp(grant->organization_id, organization, size) == 0))
            allowed |= grant->actions;
    }
    return (allowed & actions) == actions;
}

/* ---- Arguments and selections ---- */

/*
 * The arguments, or a parent. The caller drops it. NULL: memory ran out, or a client sent what
 * jansson does not take, such as "\ud800": reject with VALIDATION_ERROR.
 */
static inline json_t *gql_kit_json(const char *text, uint64_t size)
{
    return json_loadb(text, (size_t)size, JSON_ALLOW_NUL, NULL);
}

/* The string, which may have U+0000 inside if `ret_size` takes its size. NULL: there is none. */
static inline const char *gql_kit_string(const json_t *object, const char *name, size_t *ret_size)
{
    const json_t *member = json_object_get(object, name);
    const char *text = json_string_value(member);
    if (text == NULL || (ret_size == NULL && strlen(text) != json_string_length(member)))
        return NULL;
    if (ret_size != NULL)
        *ret_size = json_string_length(member);
    return text;
}

/* The field below the selection, for what is selected below that. NULL: not selected, or a leaf's. */
static inline const gql_selection *gql_kit_below(const gql_selection *selection, const char *name)
{
    const size_t size = strlen(name);
    if (selection == NULL)
        return NULL;
    for (const gql_selection *field = selection->children; field != NULL; field = field->next)
        if (field->name_size == size && memcmp(field->name, name, size) == 0)
            return field;
    return NULL;
}

/* Whether the field below is wanted: also if the selection is not known (NULL). */
static inline int gql_kit_selects(const gql_selection *selection, const char *name)
{
    return selection == NULL || gql_kit_below(selection, name) != NULL;
}

/*
 * Adds a member to an object if it is selected, and drops the value either way. 0: memory ran out,
 * as with a value that is NULL.
 */
static inline int gql_kit_add(json_t *object, const gql_selection *selection, const char *name,
                              json_t *value)
{
    if (gql_kit_selects(selection, name))
        return json_object_set_new(object, name, value) == 0;
    json_decref(value);
    return 1;
}

#endif
