// SPDX-License-Identifier: MIT
/*
 * A plugin for tests of hosts: abstract results, references to another plugin's type, answers from
 * another thread, cancellation, log lines, errors inside a value, fields that require others.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/node-host/plugins/json_reply.h"
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
    return json_reply_resolve(self->host, reply, value);
}

/* ---- Selections ---- */

static const gql_selection *find_field(const gql_selection *above, const char *name)
{
    const gql_selection *field = above == NULL ? NULL : above->children;
    while (field != NULL &&
           (field->name_size != strlen(name) || memcmp(field->name, name, field->name_size) != 0))
        field = field->next;
    return field;
}

/* The selected names, with those below them in parentheses. */
static void write_names(const gql_selection *field, FILE *text)
{
    for (; field != NULL; field = field->next) {
        fprintf(text, "%.*s", (int)field->name_size, field->name);
        if (field->children != NULL) {
            fputs(" (", text);
            write_names(field->children, text);
            fputc(')', text);
        }
        if (field->next != NULL)
            fputc(' ', text);
    }
}

static json_t *names_below(const gql_selection *above)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    write_names(above == NULL ? NULL : above->children, stream);
    fclose(stream);
    json_t *names = json_stringn(text, size);
    free(text);
    return names;
}

/* ---- Gadgets ---- */

/*
 * The maker of gadget "gadget:1" is integration "1". Its users are integration "1", null, and an
 * integration that does not exist. A plugin may write more than was selected; the name of a gadget
 * is there only if the host asks for it.
 */
static json_t *gadget(const char *id, int call, const gql_selection *selection)
{
    const char *maker = id + strcspn(id, ":") + 1;
    json_t *value = json_pack("{ss ss si s{ss ss} s[{ss ss} n {ss ss}] so}", "__typename", "Gadget",
                              "id", id, "call", call, "maker", "__typename", "Integration", "id",
                              maker, "users", "__typename", "Integration", "id", maker,
                              "__typename", "Integration", "id", "nobody", "asked",
                              names_below(selection));
    if (find_field(selection, "name") != NULL)
        json_object_set_new(value, "name", json_pack("s+", "gadget ", id));
    return value;
}

/* ---- Resolvers ---- */

static int32_t resolve_gadget(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_arguments(call);
    json_t *value = gadget(json_string_value(json_object_get(arguments, "id")), 0, call->selection);
    json_decref(arguments);
    return answer(self, reply, value);
}

static int32_t resolve_things(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return answer(self, reply,
                  json_pack("[o {ss ss si}]", gadget("gadget:1", 0, call->selection), "__typename",
                            "Widget", "name", "widget", "width", 3));
}

static int32_t resolve_shout(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_arguments(call);
    json_t *parent = json_loadb(call->parent, call->parent_size, 0, NULL);
    json_t *value = json_pack("s+", json_string_value(json_object_get(parent, "name")),
                              json_string_value(json_object_get(arguments, "mark")));
    json_decref(parent);
    json_decref(arguments);
    return answer(self, reply, value);
}

static int32_t resolve_above(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return answer(self, reply, json_parent_text(call));
}

static json_t *text_or_null(const char *text, uint64_t size)
{
    return text == NULL ? json_null() : json_stringn(text, size);
}

static json_t *string_or_null(const char *text)
{
    return text_or_null(text, text == NULL ? 0 : strlen(text));
}

static int32_t resolve_request(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    const gql_request *request = call->request;
    json_t *seen =
        json_pack("{so si si si so so so so so so so}", "actor",
                  text_or_null(request->actor_id, request->actor_id_size), "actorKind",
                  (int)request->actor_kind, "source", (int)request->source, "sourceType",
                  (int)request->source_type, "traceId", string_or_null(request->trace_id), "locale",
                  string_or_null(request->locale), "occurrence",
                  string_or_null(request->occurrence), "organizationId",
                  text_or_null(request->organization_id, request->organization_id_size),
                  "clientAddress", string_or_null(request->client_address), "userAgent",
                  text_or_null(request->user_agent, request->user_agent_size), "idempotencyKey",
                  text_or_null(request->idempotency_key, request->idempotency_key_size));
    char *text = json_dumps(seen, JSON_COMPACT);
    json_t *value = json_string(text);
    free(text);
    json_decref(seen);
    return answer(self, reply, value);
}

/* ---- Errors inside a value ---- */

static void add_error(const gql_instance *self, const gql_reply *reply, const char *code,
                      const char *message, const char *extensions, const char *path)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = code,
                             .message = message,
                             .message_size = strlen(message),
                             .extensions = extensions,
                             .extensions_size = extensions == NULL ? 0 : strlen(extensions),
                             .path = path,
                             .path_size = path == NULL ? 0 : strlen(path)};
    self->host->reply_error(self->host, reply->handle, &error);
}

static json_t *three_places(const gql_selection *selection)
{
    return json_pack("[o n o]", gadget("gadget:1", 0, selection), gadget("gadget:3", 0, selection));
}

/*
 * Also gives an error for `note` if it is not selected: then there is no null that it could
 * explain.
 */
static int32_t resolve_shelf(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    const gql_selection *places = find_field(call->selection, "places"),
                        *full = find_field(call->selection, "full"),
                        *note = find_field(call->selection, "note");
    json_t *shelf = json_pack("{ss}", "label", "A");
    if (places != NULL) {
        json_object_set_new(shelf, "places", three_places(places));
        add_error(self, reply, GQL_CODE_PERMISSION_DENIED, "It is locked.", "{\"status\": 403}",
                  "[\"places\", 1]");
    }
    if (full != NULL) {
        json_object_set_new(shelf, "full", three_places(full));
        add_error(self, reply, GQL_CODE_PERMISSION_DENIED, "It is locked.", NULL,
                  "[\"full\", 1, \"id\"]");
    }
    if (note != NULL)
        json_object_set_new(shelf, "note", json_null());
    add_error(self, reply, "LOST", "There is no note.", "{\"code\": \"NOT_FOUND\"}", "[\"note\"]");
    return answer(self, reply, shelf);
}

static int32_t resolve_nothing(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    add_error(self, reply, GQL_CODE_NOT_FOUND, "There is nothing.", NULL, NULL);
    return answer(self, reply, json_null());
}

/* ---- Log lines ---- */

static int32_t resolve_say(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_arguments(call);
    const char *text = json_string_value(json_object_get(arguments, "text"));
    const gql_log *log = self->host->extension(self->host, GQL_EXT_LOG);
    log->write(self->host, GQL_LOG_WARNING, text, strlen(text), call->request->trace_id);
    json_decref(arguments);
    return answer(self, reply, json_true());
}

/* ---- Answers from another thread ---- */

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
    json_t *arguments = json_arguments(call);
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

/* ---- Loading ---- */

static int32_t owns_gadget(const char *id, uint64_t size)
{
    return size > 7 && memcmp(id, "gadget:", 7) == 0;
}

/* The gadget "gadget:locked" may not be read. */
static int32_t load_gadgets(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_arguments(call), *list = json_array(), *id;
    size_t index;
    self->loads++;
    json_array_foreach(json_object_get(arguments, "ids"), index, id) {
        const char *text = json_string_value(id);
        const bool locked = strcmp(text, "gadget:locked") == 0;
        const bool own = !locked && owns_gadget(text, strlen(text));
        json_array_append_new(list, own ? gadget(text, self->loads, call->selection) : json_null());
        if (locked) {
            char path[32];
            snprintf(path, sizeof path, "[%zu]", index);
            add_error(self, reply, GQL_CODE_PERMISSION_DENIED, "It is locked.", NULL, path);
        }
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
#define RESOLVER(parent, name, flag, function, ...)                                              \
    &(const gql_resolver)                                                                        \
    {                                                                                            \
        .struct_size = sizeof(gql_resolver), .flags = (flag), .type = (parent), .field = (name), \
        .resolve = (function), ##__VA_ARGS__                                                     \
    }
/* A resolver of Query that completes inline. */
#define INLINE(name, function) RESOLVER("Query", name, GQL_RESOLVER_INLINE, function)
#define REQUIRES(...)                                      \
    .required_fields = (const char *const[]){__VA_ARGS__}, \
    .required_field_count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)
static const gql_resolver *const resolvers[] = {
    INLINE("gadget", resolve_gadget),
    INLINE("things", resolve_things),
    INLINE("named", resolve_things),
    INLINE("say", resolve_say),
    INLINE("shelf", resolve_shelf),
    INLINE("nothing", resolve_nothing),
    INLINE("request", resolve_request),
    RESOLVER("Query", "slow", 0, resolve_slow),
    RESOLVER("Query", "cancelled", 0, resolve_cancelled),
    RESOLVER("Gadget", "shout", GQL_RESOLVER_INLINE, resolve_shout, REQUIRES("name")),
    RESOLVER("Gadget", "above", GQL_RESOLVER_INLINE, resolve_above, REQUIRES("name", "id")),
};
static const gql_loader loader = {sizeof loader, GQL_RESOLVER_INLINE, "Gadget", load_gadgets,
                                  owns_gadget};
static const gql_schema schema = {
    .struct_size = sizeof schema,
    .part_count = sizeof parts / sizeof *parts,
    .resolver_count = sizeof resolvers / sizeof *resolvers,
    .loader_count = 1,
    .reference_count = 1,
    .parts = parts,
    .resolvers = resolvers,
    .loaders = (const gql_loader *const[]){&loader},
    .references = (const char *const[]){"Integration"},
};
static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = 0,
    .abi_minor = 2,
    .id = "org.example.workshop",
    .name = "Workshop",
    .version = "1.0.0",
    .description = "Makes things.",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = "{\"type\":\"object\"}",
    .config_schema_size = 17,
    .init = init,
    .deinit = deinit,
    .create = create,
    .drain = drain,
    .destroy = destroy,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor >= 2 ? &plugin : NULL;
}
