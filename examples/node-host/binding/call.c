// SPDX-License-Identifier: MIT
#include <time.h>

#include "examples/node-host/binding/answer.h"
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/pending.h"
#include "examples/node-host/binding/values.h"

/*
 * The positions of the arguments of `call`. They are positional, and nothing is allocated for a
 * request alone, so that a call costs little more than the plugin's work.
 */
enum call_argument {
    TARGET,
    KEY,
    KIND,
    INDEX,
    ARGUMENTS,
    PARENT,
    SELECTION,
    ACTOR,
    REQUEST,
    REMAINING,
    SOURCE,
    SOURCE_TYPE,
    TRACE_ID,
    LOCALE,
    OCCURRENCE,
    ORGANIZATION_ID,
    CLIENT_ADDRESS,
    USER_AGENT,
    IDEMPOTENCY_KEY,
    RESPONSE_NAME,
    CALL_ARGUMENT_COUNT
};

/* The number of every request that has been cancelled. Others count from 1. */
enum { CANCELLED_REQUEST = 0 };

static bool take_values(napi_env env, const napi_value *arguments, struct pending *pending)
{
    bool failed = false;
    size_t size = 0, parent_size = 0;
    pending->arguments = take_string(env, arguments[ARGUMENTS], "arguments", &size);
    if (pending->arguments == NULL)
        return false;
    pending->parent = take_optional_string(env, arguments[PARENT], "parent", &parent_size, &failed);
    pending->call = (gql_call){
        .struct_size = sizeof(gql_call),
        .arguments = pending->arguments,
        .arguments_size = size,
        .parent = pending->parent,
        .parent_size = parent_size,
        .request = &pending->request,
    };
    return !failed;
}

static bool take_selection(napi_env env, napi_value value, struct pending *pending)
{
    if (is_nothing(env, value))
        return true;
    struct selection *selection = take_handle(env, value, HANDLE_SELECTION, "selection");
    if (selection == NULL)
        return false;
    selection->references++;
    pending->selection = selection;
    pending->call.selection = selection->selection;
    return true;
}

static bool take_actor(napi_env env, napi_value value, struct pending *pending)
{
    struct actor *actor = take_handle(env, value, HANDLE_ACTOR, "actor");
    if (actor != NULL)
        actor->references++;
    pending->actor = actor;
    return actor != NULL;
}

static uint64_t deadline_in(double milliseconds)
{
    struct timespec now;
    if (!(milliseconds > 0) || milliseconds > 1e12)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec +
           (uint64_t)(milliseconds * 1e6);
}

/* The texts that describe the request, and the name of the call in it. */
static bool take_texts(napi_env env, const napi_value *arguments, struct pending *pending)
{
    gql_request *request = &pending->request;
    struct request_texts *texts = &pending->texts;
    return take_short_string(env, arguments[TRACE_ID], "traceId", texts->trace_id,
                             sizeof texts->trace_id, &request->trace_id, NULL) &&
           take_short_string(env, arguments[LOCALE], "locale", texts->locale, sizeof texts->locale,
                             &request->locale, NULL) &&
           take_short_string(env, arguments[OCCURRENCE], "occurrence", texts->occurrence,
                             sizeof texts->occurrence, &request->occurrence, NULL) &&
           take_short_string(env, arguments[ORGANIZATION_ID], "organizationId",
                             texts->organization_id, sizeof texts->organization_id,
                             &request->organization_id, &request->organization_id_size) &&
           take_short_string(env, arguments[CLIENT_ADDRESS], "clientAddress", texts->client_address,
                             sizeof texts->client_address, &request->client_address, NULL) &&
           take_short_string(env, arguments[USER_AGENT], "userAgent", texts->user_agent,
                             sizeof texts->user_agent, &request->user_agent,
                             &request->user_agent_size) &&
           take_short_string(env, arguments[IDEMPOTENCY_KEY], "idempotencyKey",
                             texts->idempotency_key, sizeof texts->idempotency_key,
                             &request->idempotency_key, &request->idempotency_key_size) &&
           take_short_string(env, arguments[RESPONSE_NAME], "responseName", texts->response_name,
                             sizeof texts->response_name, &pending->call.response_name,
                             &pending->call.response_name_size);
}

static bool take_request(napi_env env, const napi_value *arguments, struct pending *pending)
{
    double source = 0, source_type = 0, remaining = 0;
    if (!take_integer(env, arguments[REQUEST], "request", &pending->request_number) ||
        !take_number(env, arguments[REMAINING], "remaining", &remaining) ||
        !take_number(env, arguments[SOURCE], "source", &source) ||
        !take_number(env, arguments[SOURCE_TYPE], "sourceType", &source_type))
        return false;
    pending->cancelled = pending->request_number == CANCELLED_REQUEST;
    pending->request = (gql_request){
        .struct_size = sizeof(gql_request),
        .source = (uint32_t)source,
        .source_type = (uint32_t)source_type,
        .actor_id = pending->actor->id,
        .actor_id_size = pending->actor->id_size,
        .actor_kind = pending->actor->actor_kind,
        .grants = pending->actor->grant_list,
        .grant_count = pending->actor->grant_count,
        .deadline = deadline_in(remaining),
        .cancelled = &pending->cancelled,
    };
    return take_texts(env, arguments, pending);
}

static bool take_call(napi_env env, const napi_value *arguments, struct pending *pending)
{
    return take_values(env, arguments, pending) &&
           take_selection(env, arguments[SELECTION], pending) &&
           take_actor(env, arguments[ACTOR], pending) && take_request(env, arguments, pending);
}

/* What is called; `index` is of the plugin's table. */
enum call_kind { CALL_RESOLVER, CALL_LOADER, CALL_EVENTS };

static gql_resolve_fn event_function(const struct library *library, uint32_t index)
{
    const gql_events *events = gql_library_events(library->library);
    if (events == NULL || index > 2)
        return NULL;
    return index == 0 ? events->read : index == 1 ? events->claim : events->acknowledge;
}

/* NULL with an exception if there is no such function. */
static gql_resolve_fn find_function(napi_env env, const struct library *library, napi_value kind,
                                    napi_value index)
{
    const gql_schema *schema = gql_library_plugin(library->library)->schema;
    uint32_t place = 0, chosen = 0;
    gql_resolve_fn function = NULL;
    if (napi_get_value_uint32(env, kind, &chosen) == napi_ok &&
        napi_get_value_uint32(env, index, &place) == napi_ok) {
        if (chosen == CALL_LOADER && place < schema->loader_count)
            function = schema->loaders[place]->load;
        else if (chosen == CALL_RESOLVER && place < schema->resolver_count)
            function = schema->resolvers[place]->resolve;
        else if (chosen == CALL_EVENTS)
            function = event_function(library, place);
    }
    if (function == NULL)
        throw_type(env, "index", "the index of a resolver, a loader or a function of events");
    return function;
}

/* Destroys `pending` unless the call waits for its answer. */
static napi_value perform(napi_env env, const struct target *target, gql_resolve_fn function,
                          struct pending *pending)
{
    napi_value result;
    const int32_t code = pending_call(pending, target, function);
    if (code == GQL_PENDING)
        return pending_promise(pending, env);
    if (code == GQL_OK)
        result = answer_value(env, pending->answer);
    else if (code == GQL_E_MISUSE)
        result = throw_type(env, "key", "a string of 1 to 1,024 bytes");
    else
        result = rejection_value(env, GQL_CODE_SERVICE_UNAVAILABLE,
                                 "Too many calls are under way, or memory ran out");
    pending_destroy(pending);
    return result;
}

static napi_value call_target(napi_env env, const struct target *target,
                              const napi_value *arguments)
{
    const gql_resolve_fn function = find_function(env, target->library, arguments[KIND],
                                                  arguments[INDEX]);
    if (function == NULL)
        return NULL;
    struct pending *pending = pending_create(target->library->runtime->addon);
    if (pending == NULL)
        return throw_no_memory(env);
    if (take_call(env, arguments, pending))
        return perform(env, target, function, pending);
    pending_destroy(pending);
    return NULL;
}

static bool take_target(napi_env env, napi_value value, struct target *ret_target)
{
    if (is_handle(env, value, HANDLE_POOL)) {
        const struct pool *pool = take_handle(env, value, HANDLE_POOL, "pool");
        *ret_target = (struct target){.library = pool->library, .pool = pool->pool};
        return true;
    }
    const struct instance *instance = take_handle(env, value, HANDLE_INSTANCE, "instance");
    if (instance != NULL)
        *ret_target = (struct target){.library = instance->library, .instance = instance->instance};
    return instance != NULL;
}

/*
 * call(instance or pool, key, kind, index, argumentsJson, parentJson or null, selection or
 * null, actor, request, remaining, source, sourceType, then texts or null: traceId, locale,
 * occurrence, organizationId, clientAddress, userAgent, idempotencyKey, responseName) → an answer
 * (answer.h), or a promise of one. `key` is of a pool; an instance has none. `kind` is 0 for
 * a resolver, 1 for a loader, 2 for events: read, claim, acknowledge. `request` is the
 * number by which `cancel` finds the call; 0: the request has been cancelled. `remaining` is the
 * time until the deadline in milliseconds; 0: no deadline.
 */
napi_value call(napi_env env, napi_callback_info info)
{
    napi_value arguments[CALL_ARGUMENT_COUNT];
    struct target target;
    if (!take_arguments(env, info, arguments) || !take_target(env, arguments[TARGET], &target))
        return NULL;
    if (target.instance == NULL && target.pool == NULL)
        return rejection_value(env, GQL_CODE_SERVICE_UNAVAILABLE, "The plugin is closed");
    text_auto_t key = target.pool == NULL
                          ? NULL
                          : take_string(env, arguments[KEY], "key", &target.key_size);
    if (target.pool != NULL && key == NULL)
        return NULL;
    target.key = key;
    return call_target(env, &target, arguments);
}

/* cancel(request): nobody waits for the answers of the request's calls any more. */
napi_value cancel(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    int64_t request_number = 0;
    if (take_arguments(env, info, arguments) &&
        take_integer(env, arguments[0], "request", &request_number))
        pending_cancel(addon_of(env), request_number);
    return NULL;
}
