// SPDX-License-Identifier: MIT
#include <time.h>

#include "examples/node-host/binding/kept.h"
#include "examples/node-host/binding/values.h"

/* One call of a resolver or loader, until its answer is with JavaScript. */
struct pending {
    struct event event;
    struct addon *addon;
    struct selection *selection;
    struct actor *actor;
    struct cancellation *cancellation;
    char *arguments;
    char *parent;
    gql_call call;
    gql_request request;
    char trace_id[40];
    char locale[48];
    char instance[256];
    gql_answer *answer;
    bool calling; /* The environment's thread is inside gql_runtime_call. */
    /* NULL: there is no promise, since the thread is being terminated; the answer is dropped. */
    napi_deferred deferred;
};

static void finish(struct pending *pending)
{
    if (pending->answer != NULL)
        gql_answer_release(pending->answer);
    selection_release(pending->selection);
    actor_release(pending->actor);
    cancellation_release(pending->cancellation);
    free(pending->arguments);
    free(pending->parent);
    free(pending);
}

/* The JSON text of the value, or {code, message, extensions}. */
static napi_value answer_value(napi_env env, const gql_answer *answer)
{
    napi_value result;
    if (answer->resolved)
        return string_value(env, answer->json, answer->json_size);
    napi_create_object(env, &result);
    set_text(env, result, "code", answer->code);
    napi_set_named_property(env, result, "message",
                            string_value(env, answer->message, answer->message_size));
    napi_set_named_property(env, result, "extensions",
                            string_value(env, answer->extensions, answer->extensions_size));
    return result;
}

/* What never came to the plugin, as the plugin would answer. */
static napi_value unavailable(napi_env env, const char *message)
{
    return answer_value(env, &(gql_answer){.code = "SERVICE_UNAVAILABLE",
                                           .message = message,
                                           .message_size = strlen(message),
                                           .extensions = "{}",
                                           .extensions_size = 2});
}

static void deliver(napi_env env, struct event *event)
{
    struct pending *pending = (struct pending *)event;
    struct addon *addon = pending->addon;
    if (env != NULL && pending->deferred != NULL) {
        napi_handle_scope scope;
        napi_open_handle_scope(env, &scope);
        napi_resolve_deferred(env, pending->deferred, answer_value(env, pending->answer));
        napi_close_handle_scope(env, scope);
        addon_settled(addon);
    }
    finish(pending);
}

/* Any thread. */
static void on_answer(gql_answer *answer)
{
    struct pending *pending = answer->user;
    pending->answer = answer;
    /* `calling` is read on the thread that writes it only. */
    if (pthread_equal(pthread_self(), pending->addon->thread) && pending->calling)
        return;
    addon_post(pending->addon, &pending->event);
}

/* The places of call's arguments. */
enum {
    INSTANCE,
    IS_LOADER,
    INDEX,
    ARGUMENTS,
    PARENT,
    SELECTION,
    ACTOR,
    CANCELLATION,
    TRACE_ID,
    LOCALE,
    OCCURRENCE,
    SOURCE,
    REMAINING,
    CALL_ARGUMENTS
};

static bool take_values(napi_env env, const napi_value arguments[CALL_ARGUMENTS],
                        struct pending *pending)
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

/* Each is optional but the actor. */
static bool take_kept(napi_env env, const napi_value arguments[CALL_ARGUMENTS],
                      struct pending *pending)
{
    if (!is_nothing(env, arguments[SELECTION])) {
        struct selection *selection = take_handle(env, arguments[SELECTION], HANDLE_SELECTION,
                                                  "selection");
        if (selection == NULL)
            return false;
        selection->references++;
        pending->selection = selection;
        pending->call.selection = selection->selection;
    }
    if (!is_nothing(env, arguments[CANCELLATION])) {
        struct cancellation *cancellation = take_handle(env, arguments[CANCELLATION],
                                                        HANDLE_CANCELLATION, "cancellation");
        if (cancellation == NULL)
            return false;
        cancellation->references++;
        pending->cancellation = cancellation;
    }
    struct actor *actor = take_handle(env, arguments[ACTOR], HANDLE_ACTOR, "actor");
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

static bool take_request(napi_env env, const napi_value arguments[CALL_ARGUMENTS],
                         struct pending *pending)
{
    gql_request *request = &pending->request;
    double source = 0, remaining = 0;
    *request = (gql_request){
        .struct_size = sizeof *request,
        .actor_id = pending->actor->id,
        .actor_id_size = pending->actor->id_size,
        .grants = pending->actor->grant_list,
        .grant_count = pending->actor->grant_count,
        .cancelled = pending->cancellation == NULL ? NULL : &pending->cancellation->cancelled,
    };
    if (!take_number(env, arguments[SOURCE], "source", &source) ||
        !take_number(env, arguments[REMAINING], "remaining", &remaining))
        return false;
    request->source = (uint32_t)source;
    request->deadline = deadline_in(remaining);
    return take_short_string(env, arguments[TRACE_ID], "traceId", pending->trace_id,
                             sizeof pending->trace_id, &request->trace_id) &&
           take_short_string(env, arguments[LOCALE], "locale", pending->locale,
                             sizeof pending->locale, &request->locale) &&
           take_short_string(env, arguments[OCCURRENCE], "instance", pending->instance,
                             sizeof pending->instance, &request->instance);
}

/* NULL with an exception if there is no such resolver or loader. */
static gql_resolve_fn find_function(napi_env env, const struct library *library, napi_value kind,
                                    napi_value index)
{
    const gql_schema *schema = gql_library_plugin(library->library)->schema;
    uint32_t place = 0;
    bool is_loader = false;
    if (napi_get_value_bool(env, kind, &is_loader) == napi_ok &&
        napi_get_value_uint32(env, index, &place) == napi_ok) {
        if (is_loader && place < schema->loader_count)
            return schema->loaders[place]->load;
        if (!is_loader && place < schema->resolver_count)
            return schema->resolvers[place]->resolve;
    }
    throw_type(env, "index", "that of a resolver or a loader");
    return NULL;
}

static napi_value promise_of(napi_env env, struct pending *pending)
{
    napi_value promise = NULL;
    if (napi_create_promise(env, &pending->deferred, &promise) == napi_ok)
        addon_await(pending->addon);
    else
        pending->deferred = NULL;
    return promise;
}

static bool take_call(napi_env env, const napi_value arguments[CALL_ARGUMENTS],
                      struct pending *pending)
{
    return take_values(env, arguments, pending) && take_kept(env, arguments, pending) &&
           take_request(env, arguments, pending);
}

/*
 * call(instance, isLoader, index, argumentsJson, parentJson, selection, actor, cancellation,
 * traceId, locale, occurrence, source, remaining) → the JSON of the value, or {code, message,
 * extensions}, or a promise of either. The deadline is in `remaining` milliseconds; 0: there is
 * none. Everything by its place, and nothing made for one request only: a read costs little more
 * than its work.
 */
napi_value call(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS], result;
    if (!take_arguments(env, info, CALL_ARGUMENTS, arguments))
        return NULL;
    struct instance *instance = take_handle(env, arguments[INSTANCE], HANDLE_INSTANCE, "instance");
    if (instance == NULL)
        return NULL;
    if (instance->instance == NULL)
        return unavailable(env, "The plugin is closed");
    const struct runtime *runtime = instance->library->runtime;
    const gql_resolve_fn function = find_function(env, instance->library, arguments[IS_LOADER],
                                                  arguments[INDEX]);
    if (function == NULL)
        return NULL;
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL)
        return throw_no_memory(env);
    pending->addon = runtime->addon;
    pending->event.deliver = deliver;
    if (!take_call(env, arguments, pending)) {
        finish(pending);
        return NULL;
    }
    pending->calling = true;
    const int32_t code = gql_runtime_call(runtime->runtime, instance->instance, function,
                                          &pending->call, on_answer, pending);
    pending->calling = false;
    if (code == GQL_PENDING) {
        /*
         * Whatever happens on other threads, it is delivered on this one, later: `pending` is still
         * ours.
         */
        return promise_of(env, pending);
    }
    result = code == GQL_OK ? answer_value(env, pending->answer)
                            : unavailable(env, "Too many calls are under way, or memory ran out");
    finish(pending);
    return result;
}
