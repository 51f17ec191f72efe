// SPDX-License-Identifier: MIT
/*
 * Events of two organizations, in memory, for one consumer; a write adds one to the first. The
 * faults are what a reader or a consumer would get wrong.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/plugins/plugin.h"

enum { LIMIT_DEFAULT = 50, TEXT_SIZE = 64 };

static const char *const names[TRAILS] = {"acme", "globex"};

/* Some are there from the start. */
static int64_t length_of(const gql_instance *self, int trail)
{
    return self->trails[trail].added + 5 - 4 * trail;
}

/* ---- Signals; the caller holds the mutex ---- */

static void signal_more(gql_instance *self)
{
    if (self->more != NULL && FAULT != FAULT_EVENTS_SILENT)
        self->more(self->more_user);
}

static void watch(gql_instance *self, gql_events_more_fn more, void *user)
{
    pthread_mutex_lock(&self->mutex);
    if (more != NULL || FAULT != FAULT_EVENTS_SIGNAL_ON) {
        self->more = more;
        self->more_user = user;
    }
    signal_more(self);
    pthread_mutex_unlock(&self->mutex);
}

void events_append(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    self->trails[0].added++;
    signal_more(self);
    pthread_mutex_unlock(&self->mutex);
}

/* ---- Answers ---- */

static int32_t reject(gql_instance *self, const gql_reply *reply, const char *code)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = code,
                             .message = "No.",
                             .message_size = 3};
    self->host->reply_reject(self->host, reply->handle, &error);
    life_leave(self);
    return GQL_OK;
}

/* Takes the value's reference. */
static int32_t resolve(gql_instance *self, gql_reply *reply, json_t *value)
{
    char *text = json_dumps(value, 0);
    json_decref(value);
    if (text == NULL || self->host->reply_grow(self->host, reply->handle, strlen(text)) != GQL_OK) {
        free(text);
        return reject(self, reply, GQL_CODE_INTERNAL_ERROR);
    }
    memcpy(reply->data + reply->size, text, strlen(text));
    reply->size += strlen(text);
    free(text);
    self->host->reply_resolve(self->host, reply->handle);
    life_leave(self);
    return GQL_OK;
}

/* ---- Events ---- */

static void write_position(int trail, int64_t sequence, char text[TEXT_SIZE])
{
    snprintf(text, TEXT_SIZE, "%s-%" PRId64, names[trail], sequence);
}

/* Sets *ret_sequence if there is a position. False if it is none of the trail's. */
static bool read_position(int trail, const json_t *arguments, const char *name,
                          int64_t *ret_sequence)
{
    char same[TEXT_SIZE];
    const char *text = json_string_value(json_object_get(arguments, name));
    if (text == NULL || FAULT == FAULT_EVENTS_ANY_POSITION)
        return true;
    const char *dash = strrchr(text, '-');
    *ret_sequence = dash == NULL ? 0 : atoll(dash + 1);
    write_position(trail, *ret_sequence, same);
    return strcmp(same, text) == 0;
}

static json_t *event_of(int trail, int64_t sequence)
{
    char position[TEXT_SIZE];
    write_position(trail, sequence, position);
    return json_pack("{s:s, s:I, s:s, s:s, s:s}", "position", position, "sequence",
                     (json_int_t)(FAULT == FAULT_EVENTS_GAP && sequence > 1 ? sequence + 1
                                                                            : sequence),
                     "organizationId", names[trail], "time", "2030-01-02T03:04:05Z", "eventType",
                     "CREATED");
}

static int64_t limit_of(const json_t *arguments)
{
    const json_t *limit = json_object_get(arguments, "limit");
    return limit == NULL ? LIMIT_DEFAULT : json_integer_value(limit);
}

static int trail_named(const json_t *name)
{
    int trail = 0;
    while (trail < TRAILS && (name == NULL || strcmp(names[trail], json_string_value(name)) != 0))
        trail++;
    return trail;
}

/* ---- Who may ---- */

/* `organization` NULL: in all. */
static bool may_read(const gql_request *request, const char *organization)
{
    bool may = FAULT == FAULT_EVENTS_FOR_ANYBODY && request->actor_id != NULL;
    for (uint32_t i = 0; i < request->grant_count; i++) {
        const gql_grant *grant = request->grants[i];
        const bool covers = grant->organization_id == NULL ||
                            (organization != NULL &&
                             strcmp(organization, grant->organization_id) == 0);
        may = may || (covers && (grant->actions & GQL_ACTION_READ) != 0);
    }
    return may && request->actor_id != NULL;
}

static bool is_cancelled(const gql_request *request)
{
    return request->cancelled != NULL && __atomic_load_n(request->cancelled, __ATOMIC_ACQUIRE) != 0;
}

/* ---- Reading ---- */

static json_t *page_of(gql_instance *self, int trail, const json_t *arguments, int64_t after,
                       int64_t before)
{
    char position[TEXT_SIZE] = "";
    json_t *list = json_array();
    const bool backward = json_is_true(json_object_get(arguments, "backward"));
    int64_t low = FAULT == FAULT_EVENTS_INCLUSIVE && after > 0 ? after : after + 1;
    int64_t high = before > 0 && before <= length_of(self, trail) ? before - 1
                                                                  : length_of(self, trail);
    for (int64_t left = limit_of(arguments); left > 0 && low <= high; left--) {
        const int64_t sequence = backward && FAULT != FAULT_EVENTS_FORWARD_ONLY ? high-- : low++;
        json_array_append_new(list, event_of(trail, sequence));
        write_position(trail, sequence, position);
    }
    return json_pack("{s:o, s:b, s:s}", "events", list, "hasMore", low <= high, "position",
                     position);
}

static int32_t read_in(gql_instance *self, const gql_call *call, gql_reply *reply,
                       const json_t *arguments)
{
    const json_t *name = json_object_get(arguments, "organizationId");
    const int trail = trail_named(name);
    int64_t after = 0, before = 0;
    if (!json_is_string(name))
        return reject(self, reply, "VALIDATION_ERROR");
    if (!may_read(call->request, json_string_value(name)))
        return reject(self, reply, "PERMISSION_DENIED");
    if (trail == TRAILS)
        return resolve(self, reply, json_pack("{s:[], s:b}", "events", "hasMore", 0));
    if (!read_position(trail, arguments, "after", &after) ||
        !read_position(trail, arguments, "before", &before))
        return reject(self, reply, "VALIDATION_ERROR");
    pthread_mutex_lock(&self->mutex);
    json_t *page = page_of(self, trail, arguments, after, before);
    pthread_mutex_unlock(&self->mutex);
    return resolve(self, reply, page);
}

/* ---- Delivering ---- */

static int64_t draw_lease(void)
{
    static atomic_llong last;
    return atomic_fetch_add(&last, 1) + 1;
}

/* The caller holds the mutex. TRAILS: there is nothing. */
static int lease_one(gql_instance *self)
{
    int trail = 0;
    while (trail < TRAILS &&
           (self->trails[trail].position >= length_of(self, trail) ||
            (self->trails[trail].lease != 0 && FAULT != FAULT_EVENTS_LEASED_TWICE)))
        trail++;
    if (trail < TRAILS)
        self->trails[trail].lease = draw_lease();
    return trail;
}

static json_t *batch_of(const gql_instance *self, int trail, const json_t *arguments)
{
    char lease[TEXT_SIZE], position[TEXT_SIZE];
    json_t *list = json_array();
    int64_t sequence = self->trails[trail].position;
    for (int64_t left = limit_of(arguments); left > 0 && sequence < length_of(self, trail); left--)
        json_array_append_new(list, event_of(trail, ++sequence));
    snprintf(lease, sizeof lease, "lease-%" PRId64, self->trails[trail].lease);
    write_position(trail, sequence, position);
    return json_pack("{s:{s:s, s:s, s:o, s:s}, s:b}", "batch", "organizationId", names[trail],
                     "lease", lease, "events", list, "position", position, "hasMore", 1);
}

static int32_t claim_in(gql_instance *self, const gql_call *call, gql_reply *reply,
                        const json_t *arguments)
{
    if (!may_read(call->request, NULL))
        return reject(self, reply, "PERMISSION_DENIED");
    if (!json_is_string(json_object_get(arguments, "consumer")))
        return reject(self, reply, "VALIDATION_ERROR");
    const bool cancelled = is_cancelled(call->request);
    if (cancelled && FAULT != FAULT_EVENTS_CANCELLED_LEASES)
        return reject(self, reply, GQL_CODE_SERVICE_UNAVAILABLE);
    pthread_mutex_lock(&self->mutex);
    const int trail = lease_one(self);
    json_t *value = trail == TRAILS ? json_pack("{s:n, s:b}", "batch", "hasMore", 0)
                                    : batch_of(self, trail, arguments);
    pthread_mutex_unlock(&self->mutex);
    if (!cancelled)
        return resolve(self, reply, value);
    json_decref(value);
    return reject(self, reply, GQL_CODE_SERVICE_UNAVAILABLE);
}

/* The caller holds the mutex. Whether the lease is the trail's. */
static bool end_lease(gql_instance *self, int trail, const json_t *arguments, int64_t position)
{
    char lease[TEXT_SIZE];
    const char *given = json_string_value(json_object_get(arguments, "lease"));
    snprintf(lease, sizeof lease, "lease-%" PRId64, self->trails[trail].lease);
    if (given == NULL || (strcmp(given, lease) != 0 && FAULT != FAULT_EVENTS_ANY_LEASE))
        return false;
    if (position > self->trails[trail].position && FAULT != FAULT_EVENTS_AGAIN)
        self->trails[trail].position = position;
    self->trails[trail].lease = 0;
    return true;
}

static int32_t acknowledge_in(gql_instance *self, const gql_call *call, gql_reply *reply,
                              const json_t *arguments)
{
    const int trail = trail_named(json_object_get(arguments, "organizationId"));
    int64_t position = 0;
    if (!may_read(call->request, NULL))
        return reject(self, reply, "PERMISSION_DENIED");
    if (trail == TRAILS || !read_position(trail, arguments, "position", &position))
        return reject(self, reply, "VALIDATION_ERROR");
    pthread_mutex_lock(&self->mutex);
    const bool ended = end_lease(self, trail, arguments, position);
    pthread_mutex_unlock(&self->mutex);
    return ended ? resolve(self, reply, json_object()) : reject(self, reply, GQL_CODE_CONFLICT);
}

/* ---- The extension ---- */

typedef int32_t serve_fn(gql_instance *self, const gql_call *call, gql_reply *reply,
                         const json_t *arguments);

static int32_t serve(serve_fn *in, gql_instance *self, const gql_call *call, gql_reply *reply)
{
    if (!life_enter(self))
        return self->host->reply_reject(self->host, reply->handle,
                                        &(gql_error){.struct_size = sizeof(gql_error),
                                                     .code = GQL_CODE_SERVICE_UNAVAILABLE,
                                                     .message = "No.",
                                                     .message_size = 3});
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    const int32_t code = in(self, call, reply, arguments);
    json_decref(arguments);
    return code;
}

static int32_t read_events(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(read_in, self, call, reply);
}

static int32_t claim(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(claim_in, self, call, reply);
}

static int32_t acknowledge(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(acknowledge_in, self, call, reply);
}

const gql_events events_extension = {
    .struct_size = sizeof events_extension,
    .read = read_events,
    .claim = claim,
    .acknowledge = acknowledge,
    .watch = FAULT == FAULT_EVENTS_NOT_WHOLE ? NULL : watch,
};
