// SPDX-License-Identifier: MIT
/*
 * A plugin for tests of hosts: abstract results, references to another plugin's type, answers from
 * another thread, cancellation, log lines.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gql_plugin.h"
#include "tests/node-host/workshop_text.h"

struct gql_instance {
    const gql_host *host;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    int under_way; /* Calls that a thread has not yet answered. */
    int loads;
    bool closed;
};

/* ---- Answers ---- */

static int32_t answer(const gql_instance *self, gql_reply *reply, json_t *value)
{
    const size_t size = json_dumpb(value, NULL, 0, JSON_ENCODE_ANY);
    const int32_t code = self->host->reply_grow(self->host, reply->handle, size);
    if (code == GQL_OK)
        reply->size += json_dumpb(value, reply->data + reply->size, size, JSON_ENCODE_ANY);
    json_decref(value);
    return code == GQL_OK ? self->host->reply_resolve(self->host, reply->handle) : code;
}

static json_t *arguments_of(const gql_call *call)
{
    return json_loadb(call->arguments, call->arguments_size, 0, NULL);
}

/*
 * The maker of gadget "gadget:1" is integration "1". Its users are integration "1", null, and an
 * integration that does not exist. A plugin may write more than was selected.
 */
static json_t *gadget(const char *id, int call)
{
    return json_pack("{ss ss ss+ si s{ss ss} s[{ss ss} n {ss ss}]}", "__typename", "Gadget", "id",
                     id, "name", "gadget ", id, "call", call, "maker", "__typename", "Integration",
                     "id", id + strcspn(id, ":") + 1, "users", "__typename", "Integration", "id",
                     id + strcspn(id, ":") + 1, "__typename", "Integration", "id", "nobody");
}

/* ---- Resolvers ---- */

static int32_t resolve_gadget(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = arguments_of(call);
    json_t *value = gadget(json_string_value(json_object_get(arguments, "id")), 0);
    json_decref(arguments);
    return answer(self, reply, value);
}

static int32_t resolve_things(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    return answer(self, reply,
                  json_pack("[o {ss ss si}]", gadget("gadget:1", 0), "__typename", "Widget", "name",
                            "widget", "width", 3));
}

static int32_t resolve_shout(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = arguments_of(call);
    json_t *parent = json_loadb(call->parent, call->parent_size, 0, NULL);
    json_t *value = json_pack("s+", json_string_value(json_object_get(parent, "name")),
                              json_string_value(json_object_get(arguments, "mark")));
    json_decref(parent);
    json_decref(arguments);
    return answer(self, reply, value);
}

static int32_t resolve_say(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = arguments_of(call);
    const char *text = json_string_value(json_object_get(arguments, "text"));
    const gql_log *log = self->host->extension(self->host, GQL_EXT_LOG);
    log->write(self->host, GQL_LOG_WARNING, text, strlen(text), call->request->trace_id);
    json_decref(arguments);
    return answer(self, reply, json_true());
}

/* An answer that a thread gives after a while. */
struct delayed {
    gql_instance *self;
    gql_reply *reply;
    json_int_t milliseconds;
    const uint32_t *cancelled;
    json_t *(*wait)(const struct delayed *delayed); /* Returns the answer. */
};

static bool is_cancelled(const uint32_t *cancelled)
{
    return __atomic_load_n(cancelled, __ATOMIC_RELAXED) != 0;
}

static json_t *wait_all(const struct delayed *delayed)
{
    usleep((useconds_t)delayed->milliseconds * 1000);
    return json_true();
}

static json_t *wait_until_cancelled(const struct delayed *delayed)
{
    for (json_int_t i = 0; i < delayed->milliseconds && !is_cancelled(delayed->cancelled); i++)
        usleep(1000);
    return json_string(is_cancelled(delayed->cancelled) ? "during the call" : "never");
}

static void *answer_later(void *data)
{
    struct delayed *delayed = data;
    gql_instance *self = delayed->self;
    answer(self, delayed->reply, delayed->wait(delayed));
    free(delayed);
    pthread_mutex_lock(&self->lock);
    if (--self->under_way == 0)
        pthread_cond_broadcast(&self->idle);
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

static int32_t delay(gql_instance *self, const gql_call *call, gql_reply *reply,
                     json_t *(*wait)(const struct delayed *delayed))
{
    static const gql_error closed = {.struct_size = sizeof closed,
                                     .code = "SERVICE_UNAVAILABLE",
                                     .message = "closed",
                                     .message_size = 6};
    pthread_t thread;
    struct delayed *delayed = malloc(sizeof *delayed);
    json_t *arguments = arguments_of(call);
    *delayed = (struct delayed){self, reply,
                                json_integer_value(json_object_get(arguments, "milliseconds")),
                                call->request->cancelled, wait};
    json_decref(arguments);
    pthread_mutex_lock(&self->lock);
    const bool rejected = self->closed || pthread_create(&thread, NULL, answer_later, delayed) != 0;
    self->under_way += !rejected;
    pthread_mutex_unlock(&self->lock);
    if (rejected) {
        free(delayed);
        return self->host->reply_reject(self->host, reply->handle, &closed);
    }
    pthread_detach(thread);
    return GQL_PENDING;
}

static int32_t resolve_slow(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return delay(self, call, reply, wait_all);
}

static int32_t resolve_cancelled(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return is_cancelled(call->request->cancelled)
               ? answer(self, reply, json_string("before the call"))
               : delay(self, call, reply, wait_until_cancelled);
}

static int32_t load_gadgets(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = arguments_of(call), *list = json_array(), *id;
    size_t index;
    self->loads++;
    json_array_foreach(json_object_get(arguments, "ids"), index, id) {
        const bool own = strncmp(json_string_value(id), "gadget:", 7) == 0;
        json_array_append_new(list, own ? gadget(json_string_value(id), self->loads) : json_null());
    }
    json_decref(arguments);
    return answer(self, reply, list);
}

/* ---- Life ---- */

static int32_t create(const gql_host *host, const char *config, uint64_t size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    (void)config, (void)size;
    gql_instance *self = calloc(1, sizeof *self);
    if (self == NULL)
        return failure->code = GQL_E_NO_MEMORY;
    self->host = host;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->idle, NULL);
    *ret_instance = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    pthread_mutex_lock(&self->lock);
    self->closed = true;
    while (self->under_way > 0)
        pthread_cond_wait(&self->idle, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

static void destroy(gql_instance *self)
{
    free(self);
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return (void)host, (void)failure, GQL_OK;
}

static void deinit(void)
{
}

static const gql_schema_part part = {sizeof part, GQL_PART_OWN, "workshop", workshop_sdl,
                                     sizeof workshop_sdl - 1};
static const gql_schema_part node = {sizeof node, GQL_PART_COMMON, "Node",
                                     "interface Node { id: ID! }", 26};
static const gql_schema_part subgraph = {sizeof subgraph, GQL_PART_SUBGRAPH, "federation-2",
                                         subgraph_sdl, sizeof subgraph_sdl - 1};
static const gql_schema_part *const parts[] = {&part, &node, &subgraph};
static const gql_resolver resolvers[] = {
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Query", "gadget", resolve_gadget},
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Query", "things", resolve_things},
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Query", "named", resolve_things},
    {sizeof(gql_resolver), 0, "Query", "slow", resolve_slow},
    {sizeof(gql_resolver), 0, "Query", "cancelled", resolve_cancelled},
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Query", "say", resolve_say},
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Gadget", "shout", resolve_shout},
};
static const gql_resolver *const resolver_list[] = {&resolvers[0], &resolvers[1], &resolvers[2],
                                                    &resolvers[3], &resolvers[4], &resolvers[5],
                                                    &resolvers[6]};
static const gql_loader loader = {sizeof loader, GQL_RESOLVER_INLINE, "Gadget", load_gadgets};
static const gql_loader *const loaders[] = {&loader};
static const char *const references[] = {"Integration"};
static const gql_schema schema = {sizeof schema, 3,       7,         1, 1, 0, parts,
                                  resolver_list, loaders, references};
static const gql_plugin plugin = {sizeof plugin,
                                  0,
                                  1,
                                  0,
                                  "org.example.workshop",
                                  "Workshop",
                                  "1.0.0",
                                  "Makes things.",
                                  NULL,
                                  "MIT",
                                  &schema,
                                  "{\"type\":\"object\"}",
                                  17,
                                  init,
                                  deinit,
                                  create,
                                  drain,
                                  destroy,
                                  NULL};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor >= 1 ? &plugin : NULL;
}
