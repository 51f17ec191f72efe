// SPDX-License-Identifier: MIT
/* Calls; the faults are wrong answers and misuse of the contract. */
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/abi/plugins/plugin.h"

static const gql_selection *find(const gql_selection *selection, const char *name)
{
    const gql_selection *each = selection == NULL ? NULL : selection->children;
    while (each != NULL &&
           !(each->name_size == strlen(name) && memcmp(each->name, name, each->name_size) == 0))
        each = each->next;
    return each;
}

static bool wants(const gql_selection *selection, const char *name)
{
    return selection == NULL || find(selection, name) != NULL;
}

/* Takes ownership of the value. NULL if out of memory. */
static char *text_of(json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    json_decref(value);
    return FAULT == FAULT_BROKEN_JSON ? strcpy(text, "{") : text;
}

static json_t *make_tag(const char *id, const gql_selection *selection)
{
    json_t *tag = json_pack("{s:s}", "__typename", "Tag");
    if (wants(selection, "id"))
        json_object_set_new(tag, "id", json_string(id));
    if (wants(selection, "label"))
        json_object_set_new(tag, "label", json_string("A tag"));
    return tag;
}

static json_t *make_thing(const char *id, const gql_selection *selection)
{
    json_t *thing = json_object();
    if (wants(selection, "id"))
        json_object_set_new(thing, "id", json_string(id));
    if (wants(selection, "title"))
        json_object_set_new(thing, "title",
                            FAULT == FAULT_OTHER_TYPE ? json_integer(7) : json_string("A thing"));
    if (wants(selection, "owner"))
        json_object_set_new(thing, "owner",
                            json_pack("{s:s, s:s}", "__typename", "Organization", "id", "acme"));
    if (wants(selection, "target"))
        json_object_set_new(thing, "target", make_tag(TAG_PREFIX "1", find(selection, "target")));
    return thing;
}

/* ---- Completing ---- */

static int32_t reject(gql_instance *self, uint64_t handle, const char *code)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = code,
                             .message = "No.",
                             .message_size = 3};
    return self->host->reply_reject(self->host, handle, &error);
}

static int32_t reject_unknown_actor(gql_instance *self, uint64_t handle)
{
    const gql_error error = {.struct_size = FAULT == FAULT_SMALL_ERROR ? offsetof(gql_error, path)
                                                                       : sizeof error,
                             .code = FAULT == FAULT_LOWER_CASE ? "unauthorized" : "UNAUTHORIZED",
                             .message = "Who is it?",
                             .message_size = 10,
                             .extensions = FAULT == FAULT_BROKEN_EXTENSIONS ? "[1]" : NULL,
                             .extensions_size = 3};
    return self->host->reply_reject(self->host, handle,
                                    FAULT == FAULT_REJECTS_WITH_NOTHING ? NULL : &error);
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

#if FAULT == FAULT_TWO_THREADS || FAULT == FAULT_TWO_THREADS_AT_TIMES
enum { TURNS = 20 };

struct greedy {
    gql_instance *self;
    uint64_t handle;
    atomic_uint turns;
    pthread_barrier_t together;
};

static void grow_once(struct greedy *greedy)
{
    greedy->self->host->reply_grow(greedy->self->host, greedy->handle, 1);
}

static void *grow_in_turns(void *user)
{
    struct greedy *greedy = user;
    for (unsigned i = 0; i < TURNS; i++) {
        if (FAULT == FAULT_TWO_THREADS_AT_TIMES)
            pthread_barrier_wait(&greedy->together);
        grow_once(greedy);
        atomic_fetch_add(&greedy->turns, 1);
    }
    return NULL;
}

/*
 * Of two threads, the first is in reply_grow nearly always until the other has been there often
 * enough; or they enter it once a turn and leave it at once, so that they hardly ever meet unless
 * the host lets them.
 */
static void grow_on_two_threads(gql_instance *self, uint64_t handle)
{
    struct greedy greedy = {.self = self, .handle = handle};
    pthread_t other;
    pthread_barrier_init(&greedy.together, NULL, 2);
    if (pthread_create(&other, NULL, grow_in_turns, &greedy) == 0) {
        if (FAULT == FAULT_TWO_THREADS_AT_TIMES)
            grow_in_turns(&greedy);
        while (FAULT == FAULT_TWO_THREADS && atomic_load(&greedy.turns) < TURNS)
            grow_once(&greedy);
        pthread_join(other, NULL);
    }
    pthread_barrier_destroy(&greedy.together);
}
#endif

static void spoil(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)self, (void)call;
    if (FAULT == FAULT_OVERRUNS)
        reply->data[reply->capacity] = '!';
    if (FAULT == FAULT_MOVES_REPLY)
        reply->capacity--;
    if (FAULT == FAULT_WRITES_INPUTS)
        *(char *)(uintptr_t)call->arguments = '{';
#if FAULT == FAULT_TWO_THREADS || FAULT == FAULT_TWO_THREADS_AT_TIMES
    if (call->selection == NULL &&
        memmem(call->arguments, call->arguments_size, "\"id\"", 4) != NULL)
        grow_on_two_threads(self, reply->handle); /* Only in Query.thing, since it is slow. */
#endif
}

/* Misuse after the completion. */
static void touch(gql_instance *self, const gql_call *call, gql_reply *reply, uint64_t handle)
{
    if (FAULT == FAULT_TWICE)
        self->host->reply_resolve(self->host, handle);
    if (FAULT == FAULT_WRITES_AFTERWARDS)
        reply->size = 0;
    if (FAULT == FAULT_WRITES_AFTERWARDS)
        reply->data[0] = '!';
    if (FAULT == FAULT_READS_AFTERWARDS && call->arguments[0] != '{')
        abort();
}

#if FAULT == FAULT_MIXES_ANSWERS
/* Passes the text through a buffer that all threads share. */
static void mix(char *text, size_t size)
{
    static char shared[4096];
    memcpy(shared, text, size);
    usleep(50);
    memcpy(text, shared, size);
}
#endif

static void complete_ungrown(gql_instance *self, uint64_t handle)
{
    const bool on_worker = pthread_equal(pthread_self(), self->worker) != 0;
    if (FAULT == FAULT_RESOLVES_UNGROWN)
        self->host->reply_resolve(self->host, handle);
    else if (FAULT != (on_worker ? FAULT_STRANDS_UNGROWN : FAULT_LEAVES_UNGROWN))
        reject(self, handle, GQL_CODE_INTERNAL_ERROR);
}

/* Takes ownership of the text. */
static void complete(gql_instance *self, const gql_call *call, gql_reply *reply, char *text)
{
    const uint64_t handle = reply->handle;
    const size_t size = text == NULL ? 0 : strlen(text);
    if (size == 0 || self->host->reply_grow(self->host, handle, size) != GQL_OK) {
        complete_ungrown(self, handle);
    } else {
#if FAULT == FAULT_MIXES_ANSWERS
        mix(text, size);
#endif
        const uint64_t before = FAULT == FAULT_OVERWRITES_PREFIX ? 0 : reply->size;
        memcpy(reply->data + before, text, size);
        reply->size = before + size;
        spoil(self, call, reply);
        self->host->reply_resolve(self->host, handle);
        touch(self, call, reply, handle);
    }
    free(text);
}

static void answer_later(gql_instance *self, const struct job *job)
{
    char *data = job->reply->data;
    complete(self, job->call, job->reply,
             text_of(FAULT == FAULT_LATER_THAN_INLINE ? json_null() : json_string("later")));
    if (FAULT == FAULT_WRITES_LATER) {
        usleep(5000);
        data[0] = '!';
    }
}

/* ---- Resolvers ---- */

static int32_t hand_over(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    const struct job job = {.complete = answer_later, .call = call, .reply = reply};
    if (life_enqueue(self, &job))
        return GQL_PENDING;
    reject(self, reply->handle, "SERVICE_UNAVAILABLE");
    life_leave(self);
    return GQL_OK;
}

static int32_t return_wrongly(gql_instance *self)
{
    if (FAULT == FAULT_CRASHES)
        raise(SIGSEGV);
    if (FAULT != FAULT_NEVER)
        life_leave(self);
    return FAULT == FAULT_NEVER ? GQL_PENDING : FAULT == FAULT_NEGATIVE ? GQL_E_MISUSE : GQL_OK;
}

static bool returns_wrongly(void)
{
    return FAULT == FAULT_NEVER || FAULT == FAULT_OK_WHEN_NOT_DONE || FAULT == FAULT_NEGATIVE ||
           FAULT == FAULT_CRASHES;
}

static bool is_newer(const gql_call *call, const gql_reply *reply)
{
    const uint32_t unknown = call->flags & ~GQL_CALL_SHAPED;
    return (FAULT == FAULT_EXACT_SIZE && call->struct_size != sizeof *call) ||
           (FAULT == FAULT_KNOWN_FLAGS_ONLY && unknown != 0) ||
           (FAULT != FAULT_ANY_CALL_FLAG && unknown >> 16 != 0) ||
           (FAULT != FAULT_ANY_RESERVED && (reply->reserved != 0 || call->request->reserved != 0));
}

static bool are_grants_whole(const gql_request *request)
{
    bool whole = true;
    for (uint32_t i = 0; i < request->grant_count; i++)
        whole = whole && GQL_FITS(request->grants[i], GQL_GRANT_SIZE_0_2);
    if (FAULT == FAULT_ANY_GRANT_SIZE && !whole)
        return request->grants[0]->organization_id[0] != '\0'; /* It is no text. */
    return whole;
}

static bool is_selection_whole(const gql_selection *selection)
{
    for (; selection != NULL; selection = selection->next)
        if (FAULT != FAULT_ANY_SELECTION_SIZE && (!GQL_FITS(selection, GQL_SELECTION_SIZE_0_2) ||
                                                  !is_selection_whole(selection->children)))
            return false;
    return true;
}

static bool is_shape_whole(const gql_shape *shape)
{
    for (; shape != NULL; shape = shape->next)
        if (FAULT != FAULT_ANY_SHAPE_SIZE &&
            (!GQL_FITS(shape, GQL_SHAPE_SIZE_0_2) || !is_shape_whole(shape->children)))
            return false;
    return true;
}

static bool is_there(const gql_instance *self, const gql_call *call, const gql_reply *reply)
{
    return (self != NULL || FAULT == FAULT_NULL_INSTANCE) &&
           (call != NULL || FAULT == FAULT_NULL_CALL) &&
           (reply != NULL || FAULT == FAULT_NULL_REPLY);
}

/* Whether the call meets the contract, so that it may be read. */
static bool is_understood(const gql_call *call, const gql_reply *reply)
{
    return (GQL_FITS(call, GQL_CALL_SIZE_0_2) || FAULT == FAULT_ANY_CALL_SIZE) &&
           (GQL_FITS(reply, GQL_REPLY_SIZE_0_2) || FAULT == FAULT_ANY_REPLY_SIZE) &&
           (GQL_FITS(call->request, GQL_REQUEST_SIZE_0_2) || FAULT == FAULT_ANY_REQUEST_SIZE) &&
           !is_newer(call, reply) && are_grants_whole(call->request) &&
           is_selection_whole(call->selection) && is_shape_whole(call->shape) &&
           (call->arguments != NULL || FAULT == FAULT_NULL_ARGUMENTS);
}

static bool is_cancelled(const gql_request *request)
{
    return request->cancelled != NULL && __atomic_load_n(request->cancelled, __ATOMIC_ACQUIRE) != 0;
}

static bool is_late(const gql_request *request)
{
    return request->deadline != 0 && request->deadline < now();
}

static bool forgets(const gql_request *request)
{
    return (FAULT == FAULT_FORGETS_CANCELLED && is_cancelled(request)) ||
           (FAULT == FAULT_FORGETS_LATE && is_late(request)) ||
           (FAULT == FAULT_FORGETS_NOBODY && request->actor_id == NULL);
}

static bool is_permitted(const gql_request *request)
{
    uint32_t actions = 0;
    for (uint32_t i = 0; i < request->grant_count; i++)
        actions |=
            (FAULT == FAULT_STRIDES_GRANTS ? &request->grants[0][i] : request->grants[i])->actions;
    return FAULT != FAULT_STRIDES_GRANTS || actions == 15;
}

#if FAULT == FAULT_ONE_AT_A_TIME
/* Crashes as a runtime that does not know of threads. */
static void use_alone(void)
{
    static atomic_int users;
    if (atomic_fetch_add(&users, 1) > 0)
        raise(SIGSEGV);
    usleep(200);
    atomic_fetch_sub(&users, 1);
}
#endif

/* False if the call is answered already or never will be, with *ret_code to return. */
static bool begin(gql_instance *self, const gql_call *call, gql_reply *reply, int32_t *ret_code)
{
    *ret_code = GQL_OK;
    if (!is_there(self, call, reply) || !is_understood(call, reply)) {
        *ret_code = GQL_E_MISUSE;
        return false;
    }
#if FAULT == FAULT_ONE_AT_A_TIME
    use_alone();
#endif
    if (!life_enter(self)) {
        if (FAULT == FAULT_SERVES_WHEN_DRAINED)
            complete(self, call, reply, text_of(json_null()));
        else
            reject(self, reply->handle,
                   FAULT == FAULT_OTHER_REJECTION ? "NOT_FOUND" : GQL_CODE_SERVICE_UNAVAILABLE);
        return false;
    }
    if (forgets(call->request))
        *ret_code = GQL_PENDING;
    else if (call->request->actor_id == NULL)
        reject_unknown_actor(self, reply->handle);
    else if (is_cancelled(call->request))
        reject(self, reply->handle, GQL_CODE_CANCELLED);
    else if (is_late(call->request))
        reject(self, reply->handle, GQL_CODE_DEADLINE_EXCEEDED);
    else if (!is_permitted(call->request))
        reject(self, reply->handle, GQL_CODE_PERMISSION_DENIED);
    else
        return true;
    life_leave(self);
    return false;
}

/* The loaders find an object for each ID that is theirs. */
static bool is_tag(const char *id)
{
    return strncmp(id, TAG_PREFIX, sizeof TAG_PREFIX - 1) == 0;
}

static json_t *thing_of(const gql_call *call, const char *id)
{
    if (id[0] == '\0' || is_tag(id))
        return json_null();
    return (call->flags & GQL_CALL_SHAPED) != 0 ? shape_thing(id, call->shape)
                                                : make_thing(id, call->selection);
}

static json_t *tag_of(const gql_call *call, const char *id)
{
    if (!is_tag(id))
        return json_null();
    return (call->flags & GQL_CALL_SHAPED) != 0 ? shape_tag(id, call->shape)
                                                : make_tag(id, call->selection);
}

int32_t resolve_thing(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    int32_t code;
    if (!begin(self, call, reply, &code))
        return code;
    if (returns_wrongly())
        return return_wrongly(self);
    if (FAULT == FAULT_LATER_THAN_INLINE)
        return hand_over(self, call, reply);
    if (FAULT == FAULT_BLOCKS && call->selection == NULL)
        usleep(200000);
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    json_t *thing = thing_of(call, json_string_value(json_object_get(arguments, "id")));
    complete(self, call, reply, text_of(thing));
    json_decref(arguments);
    life_leave(self);
    return FAULT == FAULT_PENDING_WHEN_DONE ? GQL_PENDING : GQL_OK;
}

int32_t resolve_later(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    int32_t code;
    return begin(self, call, reply, &code) ? hand_over(self, call, reply) : code;
}

static void answer_slowly(gql_instance *self, const struct job *job)
{
    usleep(150000);
    answer_later(self, job);
}

int32_t resolve_write(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    const struct job job = {.complete = FAULT == FAULT_SLOW_WRITES ? answer_slowly : answer_later,
                            .call = call,
                            .reply = reply};
    int32_t code;
    if (!begin(self, call, reply, &code))
        return code;
    events_append(self);
    if (life_enqueue(self, &job))
        return GQL_PENDING;
    reject(self, reply->handle, GQL_CODE_SERVICE_UNAVAILABLE);
    life_leave(self);
    return GQL_OK;
}

/* Thing.shout: requires the title. */
int32_t resolve_shout(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    int32_t code;
    if (!begin(self, call, reply, &code))
        return code;
    if (call->parent == NULL && FAULT != FAULT_NULL_PARENT) {
        life_leave(self);
        return GQL_E_MISUSE;
    }
    json_t *parent = json_loadb(call->parent, call->parent_size, 0, NULL);
    const char *title = json_string_value(json_object_get(parent, "title"));
    const char *id = json_string_value(json_object_get(parent, "id"));
    if (FAULT == FAULT_READS_UNREQUIRED && id[0] == '\0')
        title = NULL;
    if (title == NULL || (FAULT == FAULT_FAILS_UNREQUIRED && id == NULL))
        reject(self, reply->handle, GQL_CODE_INTERNAL_ERROR);
    else
        complete(self, call, reply, text_of(json_sprintf("%s!", title)));
    json_decref(parent);
    life_leave(self);
    return GQL_OK;
}

/* ---- Loaders ---- */

/* Explains the null at an index of the list. */
static void add_missing(gql_instance *self, uint64_t handle, size_t index)
{
    char *path = NULL;
    json_t *place = json_pack("[I]", (json_int_t)index);
    if (FAULT == FAULT_PATH_TO_VALUE)
        json_array_set_new(place, 0, json_integer(0));
    if (FAULT == FAULT_PATH_BEYOND)
        json_array_set_new(place, 0, json_integer(99));
    path = json_dumps(place, 0);
    const gql_error error = {.struct_size = sizeof error,
                             .code = GQL_CODE_NOT_FOUND,
                             .message = "There is none.",
                             .message_size = 14,
                             .path = FAULT == FAULT_MALFORMED_PATH ? "{}" : path,
                             .path_size = FAULT == FAULT_MALFORMED_PATH ? 2 : strlen(path)};
    self->host->reply_error(self->host, handle, &error);
    free(path);
    json_decref(place);
}

static json_t *load_each(gql_instance *self, const gql_call *call, uint64_t handle,
                         json_t *(*make)(const gql_call *call, const char *id))
{
    size_t index;
    json_t *id;
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    json_t *list = json_array();
    json_array_foreach(json_object_get(arguments, "ids"), index, id) {
        json_t *object = make(call, json_string_value(id));
        if (json_is_null(object))
            add_missing(self, handle, index);
        if (FAULT == FAULT_REVERSES)
            json_array_insert_new(list, 0, object);
        else
            json_array_append_new(list, object);
    }
    json_decref(arguments);
    return list;
}

static int32_t load(gql_instance *self, const gql_call *call, gql_reply *reply,
                    json_t *(*make)(const gql_call *call, const char *id))
{
    int32_t code;
    if (!begin(self, call, reply, &code))
        return code;
    json_t *list = load_each(self, call, reply->handle, make);
    if (FAULT == FAULT_SHORT_LIST)
        json_array_remove(list, 0);
    complete(self, call, reply, text_of(list));
    life_leave(self);
    return GQL_OK;
}

int32_t load_things(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return load(self, call, reply, thing_of);
}

int32_t load_tags(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return load(self, call, reply, tag_of);
}
