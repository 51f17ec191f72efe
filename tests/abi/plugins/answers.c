// SPDX-License-Identifier: MIT
/* Calls; the faults are wrong answers and misuse of the contract. */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/abi/plugins/plugin.h"

static bool wants(const gql_selection *selection, const char *name)
{
    const gql_selection *each = selection == NULL ? NULL : selection->children;
    while (each != NULL &&
           !(each->name_size == strlen(name) && memcmp(each->name, name, each->name_size) == 0))
        each = each->next;
    return selection == NULL || each != NULL;
}

/* Takes ownership of the value. NULL if out of memory. */
static char *text_of(json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    json_decref(value);
    return FAULT == FAULT_BROKEN_JSON ? strcpy(text, "{") : text;
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
    const gql_error error = {.struct_size = sizeof error,
                             .code = FAULT == FAULT_LOWER_CASE ? "unauthorized" : "UNAUTHORIZED",
                             .message = "Who is it?",
                             .message_size = 10,
                             .extensions = FAULT == FAULT_BROKEN_EXTENSIONS ? "[1]" : NULL,
                             .extensions_size = 3};
    return self->host->reply_reject(self->host, handle,
                                    FAULT == FAULT_REJECTS_WITH_NOTHING ? NULL : &error);
}

#if FAULT == FAULT_TWO_THREADS
enum { TOGETHER_NANOSECONDS = 50000000 };

struct greedy {
    gql_instance *self;
    uint64_t handle;
    pthread_barrier_t start;
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *grow_on(void *user)
{
    struct greedy *greedy = user;
    pthread_barrier_wait(&greedy->start);
    for (const uint64_t end = now() + TOGETHER_NANOSECONDS; now() < end;)
        for (unsigned i = 0; i < 1000; i++)
            greedy->self->host->reply_grow(greedy->self->host, greedy->handle, i);
    return NULL;
}

/* Long enough for the threads to meet on a busy machine too. */
static void grow_on_two_threads(gql_instance *self, uint64_t handle)
{
    struct greedy greedy = {.self = self, .handle = handle};
    pthread_t other;
    pthread_barrier_init(&greedy.start, NULL, 2);
    if (pthread_create(&other, NULL, grow_on, &greedy) == 0) {
        grow_on(&greedy);
        pthread_join(other, NULL);
    }
    pthread_barrier_destroy(&greedy.start);
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
#if FAULT == FAULT_TWO_THREADS
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

/* Takes ownership of the text. */
static void complete(gql_instance *self, const gql_call *call, gql_reply *reply, char *text)
{
    const uint64_t handle = reply->handle;
    const size_t size = text == NULL ? 0 : strlen(text);
    if (size == 0 || self->host->reply_grow(self->host, handle, size) != GQL_OK) {
        reject(self, handle, "INTERNAL_ERROR");
    } else {
        memcpy(reply->data, text, size);
        reply->size = size;
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

/* False if the call is answered already, with *ret_code to return. */
static bool begin(gql_instance *self, const gql_call *call, gql_reply *reply, int32_t *ret_code)
{
    *ret_code = GQL_OK;
    if (!life_enter(self)) {
        if (FAULT == FAULT_SERVES_WHEN_DRAINED)
            complete(self, call, reply, text_of(json_null()));
        else
            reject(self, reply->handle,
                   FAULT == FAULT_OTHER_REJECTION ? "NOT_FOUND" : "SERVICE_UNAVAILABLE");
        return false;
    }
    if (call->request->actor_id != NULL)
        return true;
    reject_unknown_actor(self, reply->handle);
    life_leave(self);
    return false;
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
        usleep(150000);
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    json_t *thing = make_thing(json_string_value(json_object_get(arguments, "id")),
                               call->selection);
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

int32_t load_things(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    int32_t code;
    size_t index;
    json_t *id;
    if (!begin(self, call, reply, &code))
        return code;
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    json_t *things = json_array();
    json_array_foreach(json_object_get(arguments, "ids"), index, id) {
        const char *text = json_string_value(id);
        json_array_append_new(things,
                              text[0] == '\0' ? json_null() : make_thing(text, call->selection));
    }
    if (FAULT == FAULT_SHORT_LIST)
        json_array_remove(things, 0);
    complete(self, call, reply, text_of(things));
    json_decref(arguments);
    life_leave(self);
    return GQL_OK;
}
