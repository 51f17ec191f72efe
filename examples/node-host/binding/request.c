// SPDX-License-Identifier: MIT
#include "request.h"

#include <time.h>

#include "values.h"

/* ---- Selections ---- */

void selection_release(struct selection *selection)
{
    if (selection == NULL || --selection->references > 0)
        return;
    gql_selection_destroy(&selection->selection);
    free(selection);
}

static void drop_selection(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    selection_release(data);
}

/* makeSelection("id organization { id }") → selection, for any number of calls */
napi_value make_selection(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS], result = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t size = 0;
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    char *text = take_string(env, arguments[0], "selection", &size);
    struct selection *selection = text == NULL ? NULL : calloc(1, sizeof *selection);
    if (selection == NULL) {
        free(text);
        return NULL;
    }
    selection->kind = HANDLE_SELECTION;
    selection->references = 1;
    const int32_t code = gql_selection_parse(text, size, &selection->selection, &failure);
    free(text);
    if (code != GQL_OK || napi_create_external(env, selection, drop_selection, NULL, &result) != napi_ok) {
        selection_release(selection);
        return code == GQL_OK ? throw_no_memory(env) : throw_failure(env, &failure);
    }
    return result;
}

/* ---- Requests ---- */

struct grant {
    gql_grant grant;
    char *organization_id;
};

void request_release(struct request *request)
{
    if (request == NULL || --request->references > 0)
        return;
    for (uint32_t i = 0; i < request->request.grant_count; i++)
        free(request->grants[i].organization_id);
    for (size_t i = 0; i < sizeof request->texts / sizeof *request->texts; i++)
        free(request->texts[i]);
    free(request->grants);
    free((void *)request->grant_list);
    free(request);
}

static void drop_request(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    request_release(data);
}

static bool read_texts(napi_env env, napi_value object, struct request *request)
{
    static const char *const names[] = {"actorId", "traceId", "locale", "instance"};
    bool failed = false;
    size_t size = 0, actor_size = 0;
    for (size_t i = 0; i < 4 && !failed; i++) {
        request->texts[i] = take_optional_string(env, member(env, object, names[i]), names[i], &size, &failed);
        if (i == 0)
            actor_size = size;
    }
    request->request.actor_id = request->texts[0];
    request->request.actor_id_size = actor_size;
    request->request.trace_id = request->texts[1];
    request->request.locale = request->texts[2];
    request->request.instance = request->texts[3];
    return !failed;
}

static bool read_grant(napi_env env, napi_value entry, struct grant *grant)
{
    bool failed = false;
    size_t size = 0;
    double actions = 0;
    grant->organization_id = take_optional_string(env, member(env, entry, "organizationId"), "organizationId", &size, &failed);
    if (failed || !take_number(env, member(env, entry, "actions"), "actions", &actions))
        return false;
    grant->grant = (gql_grant){.struct_size = sizeof(gql_grant), .actions = (uint32_t)actions,
                               .organization_id = grant->organization_id, .organization_id_size = size};
    return true;
}

static bool read_grants(napi_env env, napi_value list, struct request *request)
{
    uint32_t count = 0;
    if (list == NULL || napi_get_array_length(env, list, &count) != napi_ok) {
        throw_type(env, "grants", "a list");
        return false;
    }
    request->grants = calloc(count + 1u, sizeof *request->grants);
    request->grant_list = calloc(count + 1u, sizeof *request->grant_list);
    if (request->grants == NULL || request->grant_list == NULL) {
        throw_no_memory(env);
        return false;
    }
    request->request.grants = request->grant_list;
    for (uint32_t i = 0; i < count; i++) {
        napi_value entry;
        request->request.grant_count = i + 1;
        if (napi_get_element(env, list, i, &entry) != napi_ok || !read_grant(env, entry, &request->grants[i]))
            return false;
        request->grant_list[i] = &request->grants[i].grant;
    }
    return true;
}

static uint64_t deadline_in(double milliseconds)
{
    struct timespec now;
    if (!(milliseconds > 0) || milliseconds > 1e12)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uint64_t)(milliseconds * 1e6);
}

static bool read_numbers(napi_env env, napi_value object, struct request *request)
{
    double source = 0, deadline = 0;
    if (!take_number(env, member(env, object, "source"), "source", &source) ||
        !take_number(env, member(env, object, "deadlineMilliseconds"), "deadlineMilliseconds", &deadline))
        return false;
    request->request.source = (uint32_t)source;
    request->request.deadline = deadline_in(deadline);
    return true;
}

/*
 * makeRequest({actorId, grants: [{organizationId, actions}], traceId, locale, instance, source, deadlineMilliseconds})
 * → request, for any number of calls. The deadline counts from now; 0 is none.
 */
napi_value make_request(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS], result = NULL;
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL)
        return throw_no_memory(env);
    request->kind = HANDLE_REQUEST;
    request->references = 1;
    request->request.struct_size = sizeof request->request;
    request->request.cancelled = &request->cancelled;
    if (read_texts(env, arguments[0], request) && read_grants(env, member(env, arguments[0], "grants"), request) &&
        read_numbers(env, arguments[0], request) &&
        napi_create_external(env, request, drop_request, NULL, &result) == napi_ok)
        return result;
    request_release(request);
    return NULL;
}

/* cancelRequest(request): nobody waits for its answers any more. */
napi_value cancel_request(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS];
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    struct request *request = take_handle(env, arguments[0], HANDLE_REQUEST, "request");
    if (request != NULL)
        __atomic_store_n(&request->cancelled, 1, __ATOMIC_RELAXED);
    return NULL;
}
