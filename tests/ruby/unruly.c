// SPDX-License-Identifier: MIT
/*
 * A plugin for tests of hosts: echoes its calls, completes late, and breaks the contract of calls
 * on demand.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gql_plugin.h"

struct gql_instance {
    const gql_host *host;
    pthread_mutex_t mutex;
    pthread_cond_t idle;
    unsigned inside; /* Threads that have not yet completed their call. */
    bool closed;
    atomic_uint loads;
    atomic_uint lingering; /* Calls that are completed but have not returned. */
};

/* ---- Answers ---- */

static int32_t resolve(gql_instance *self, gql_reply *reply, const json_t *value)
{
    const size_t size = json_dumpb(value, NULL, 0, JSON_ENCODE_ANY);
    const gql_host *host = self->host;
    if (host->reply_grow(host, reply->handle, size) != GQL_OK)
        return GQL_E_LIMIT;
    reply->size += json_dumpb(value, reply->data + reply->size, size, JSON_ENCODE_ANY);
    return host->reply_resolve(host, reply->handle);
}

static int32_t resolve_and_forget(gql_instance *self, gql_reply *reply, json_t *value)
{
    const int32_t code = resolve(self, reply, value);
    json_decref(value);
    return code;
}

static int32_t reject(gql_instance *self, gql_reply *reply, const char *code, const char *message)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = code,
                             .message = message,
                             .message_size = strlen(message)};
    return self->host->reply_reject(self->host, reply->handle, &error);
}

/* ---- The content of a call ---- */

static json_t *selection_text(const gql_selection *selection)
{
    json_t *names = json_array();
    for (; selection != NULL; selection = selection->next) {
        json_array_append_new(names, json_stringn(selection->name, selection->name_size));
        if (selection->children != NULL)
            json_array_append_new(names, selection_text(selection->children));
    }
    return names;
}

static json_t *grants_of(const gql_request *request)
{
    json_t *grants = json_array();
    for (uint32_t i = 0; i < request->grant_count; i++) {
        const gql_grant *grant = request->grants[i];
        json_t *organization = grant->organization_id == NULL
                                   ? json_null()
                                   : json_stringn(grant->organization_id,
                                                  grant->organization_id_size);
        json_array_append_new(grants, json_pack("[o, i]", organization, (int)grant->actions));
    }
    return grants;
}

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *sized_or_null(const char *text, uint64_t size)
{
    return text == NULL ? json_null() : json_stringn(text, size);
}

/* What is for audit. */
static json_t *origin_of(const gql_request *request)
{
    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o}", "actorKind", (int)request->actor_kind,
                     "sourceType", (int)request->source_type, "organizationId",
                     sized_or_null(request->organization_id, request->organization_id_size),
                     "clientAddress", text_or_null(request->client_address), "userAgent",
                     sized_or_null(request->user_agent, request->user_agent_size), "idempotencyKey",
                     sized_or_null(request->idempotency_key, request->idempotency_key_size));
}

static int32_t echo(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    const gql_request *request = call->request;
    json_t *actor = sized_or_null(request->actor_id, request->actor_id_size);
    json_t *parent = sized_or_null(call->parent, call->parent_size);
    json_t *said =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:o}", "arguments",
                  json_stringn(call->arguments, call->arguments_size), "parent", parent,
                  "selection",
                  call->selection == NULL ? json_null() : selection_text(call->selection->children),
                  "actor", actor, "grants", grants_of(request), "traceId",
                  text_or_null(request->trace_id), "locale", text_or_null(request->locale),
                  "occurrence", text_or_null(request->occurrence), "source", (int)request->source,
                  "deadline", (json_int_t)request->deadline, "origin", origin_of(request));
    char *text = json_dumps(said, JSON_COMPACT | JSON_ENCODE_ANY);
    json_t *value = json_pack("{s:s, s:{s:s}}", "text", text, "inner", "id", "of echo");
    free(text);
    json_decref(said);
    return resolve_and_forget(self, reply, value);
}

/* ---- Late completion, on another thread ---- */

struct task {
    gql_instance *self;
    const gql_call *call;
    gql_reply *reply;
    void (*run)(struct task *task);
    int milliseconds;
};

static void nap(int milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000L}, NULL);
}

static void *run_task(void *data)
{
    struct task *task = data;
    gql_instance *self = task->self;
    task->run(task);
    free(task);
    pthread_mutex_lock(&self->mutex);
    self->inside--;
    pthread_cond_broadcast(&self->idle);
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

static int32_t later(gql_instance *self, const gql_call *call, gql_reply *reply,
                     void (*run)(struct task *))
{
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    struct task *task = malloc(sizeof *task);
    *task = (struct task){self, call, reply, run,
                          (int)json_integer_value(json_object_get(arguments, "milliseconds"))};
    json_decref(arguments);
    pthread_mutex_lock(&self->mutex);
    const bool closed = self->closed;
    self->inside += !closed;
    pthread_mutex_unlock(&self->mutex);
    if (closed) {
        free(task);
        return reject(self, reply, "SERVICE_UNAVAILABLE", "It ends");
    }
    pthread_t thread;
    pthread_create(&thread, NULL, run_task, task);
    pthread_detach(thread);
    return GQL_PENDING;
}

/* Reads the arguments only now, when the host must still keep them. */
static void answer_late(struct task *task)
{
    nap(task->milliseconds);
    json_t *arguments = json_loadb(task->call->arguments, task->call->arguments_size, 0, NULL);
    json_t *value = json_incref(json_object_get(arguments, "milliseconds"));
    resolve_and_forget(task->self, task->reply, value);
    json_decref(arguments);
}

static void answer_twice_late(struct task *task)
{
    const uint64_t handle = task->reply->handle;
    const gql_host *host = task->self->host;
    answer_late(task);
    nap(20);
    host->reply_resolve(host, handle);
    host->reply_grow(host, handle, 10);
}

/* Answers with the time until the call was cancelled. */
static void await_cancellation(struct task *task)
{
    const uint32_t *cancelled = task->call->request->cancelled;
    int waited = 0;
    for (; waited < task->milliseconds && __atomic_load_n(cancelled, __ATOMIC_RELAXED) == 0;
         waited += 5)
        nap(5);
    const gql_host *host = task->self->host;
    const gql_log *log = host->extension(host, GQL_EXT_LOG);
    const char *line = waited < task->milliseconds ? "was cancelled" : "was not cancelled";
    if (log != NULL)
        log->write(host, GQL_LOG_WARNING, line, strlen(line), task->call->request->trace_id);
    resolve_and_forget(task->self, task->reply, json_integer(waited));
}

static int32_t late(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return later(self, call, reply, answer_late);
}

static int32_t twice_late(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return later(self, call, reply, answer_twice_late);
}

static int32_t cancelled(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return later(self, call, reply, await_cancellation);
}

/* ---- Return after completion ---- */

static void answer_at_once(struct task *task)
{
    resolve_and_forget(task->self, task->reply, json_true());
}

/* Another thread completes the call long before this function returns. */
static int32_t lingers(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    atomic_fetch_add(&self->lingering, 1);
    const int32_t code = later(self, call, reply, answer_at_once);
    nap(300);
    atomic_fetch_sub(&self->lingering, 1);
    return code;
}

/* ---- Errors inside a value ---- */

static int32_t add_error(const gql_instance *self, const gql_reply *reply, const char *path)
{
    static const char extensions[] = "{\"status\": 403}", message[] = "It is locked";
    const gql_error error = {.struct_size = sizeof error,
                             .code = GQL_CODE_PERMISSION_DENIED,
                             .message = message,
                             .message_size = sizeof message - 1,
                             .extensions = extensions,
                             .extensions_size = sizeof extensions - 1,
                             .path = path,
                             .path_size = path == NULL ? 0 : strlen(path)};
    return self->host->reply_error(self->host, reply->handle, &error);
}

/* The error for `other` has no null that it could explain. */
static int32_t partial(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    add_error(self, reply, "[\"items\", 1]");
    add_error(self, reply, "[\"strict\", 0]");
    add_error(self, reply, "[\"note\", \"deep\"]");
    add_error(self, reply, "[\"other\"]");
    return resolve_and_forget(self, reply,
                              json_pack("{s:[{s:s}, n, {s:s}], s:[n], s:n}", "items", "id",
                                        "thing:1", "id", "thing:3", "strict", "note"));
}

static int32_t nothing(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    add_error(self, reply, NULL);
    return resolve_and_forget(self, reply, json_null());
}

/* Answers with the number of wrong errors that the host refused. */
static int32_t bad_errors(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    static const char *const paths[] = {"nonsense", "{}", "[true]", "[-1]", "[1.5]"};
    const gql_host *host = self->host;
    const gql_error whole = {.struct_size = sizeof whole, .code = "X", .message = ""};
    gql_error small = whole, reserved = whole, unnamed = whole, silent = whole, listed = whole;
    small.struct_size -= 8;
    reserved.reserved = 1;
    unnamed.code = "";
    silent.message = NULL;
    listed.extensions = "[]";
    listed.extensions_size = 2;
    const gql_error *const errors[] = {&small, &reserved, &unnamed, &silent, &listed, NULL};
    int refused = 0;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        refused += add_error(self, reply, paths[i]) == GQL_E_MISUSE;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        refused += host->reply_error(host, reply->handle, errors[i]) == GQL_E_MISUSE;
    return resolve_and_forget(self, reply, json_integer(refused));
}

/* Adds errors until the host has enough of them. */
static int32_t endless_errors(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    int32_t code = GQL_OK;
    while (code == GQL_OK)
        code = add_error(self, reply, NULL);
    return resolve_and_forget(self, reply, json_integer(code));
}

/* ---- Misuse ---- */

static int32_t twice(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    const uint64_t handle = reply->handle;
    resolve_and_forget(self, reply, json_integer(1));
    return self->host->reply_resolve(self->host, handle) == GQL_E_STALE_REPLY ? GQL_OK
                                                                              : GQL_E_MISUSE;
}

static int32_t never(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)self, (void)call, (void)reply;
    return GQL_OK;
}

static int32_t refuses(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)self, (void)call, (void)reply;
    return GQL_E_NO_MEMORY;
}

/* A code of a later version, which counts as GQL_E_UNAVAILABLE. */
static int32_t new_code(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)self, (void)call, (void)reply;
    return -99;
}

static int32_t wrong_code(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)self, (void)call, (void)reply;
    return 42;
}

static int32_t not_pending(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    resolve_and_forget(self, reply, json_integer(1));
    return GQL_PENDING;
}

static int32_t overruns(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    reply->size = reply->capacity + 1;
    return self->host->reply_resolve(self->host, reply->handle);
}

static int32_t no_json(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    memcpy(reply->data + reply->size, "{nope", 5);
    reply->size += 5;
    return self->host->reply_resolve(self->host, reply->handle);
}

static int32_t no_error(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    return self->host->reply_reject(self->host, reply->handle, NULL);
}

static int32_t unknown_handle(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    const gql_host *host = self->host;
    const bool right = host->reply_resolve(host, reply->handle + 1000000) == GQL_E_STALE_REPLY &&
                       host->reply_grow(host, 0, 1) == GQL_E_STALE_REPLY;
    return resolve_and_forget(self, reply, json_integer(right));
}

/* Answers with the most bytes that the host provided. */
static int32_t too_large(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    const gql_host *host = self->host;
    uint64_t more = 1;
    while (host->reply_grow(host, reply->handle, more) == GQL_OK)
        more *= 2;
    const bool limited = host->reply_grow(host, reply->handle, UINT64_MAX) == GQL_E_LIMIT;
    return resolve_and_forget(self, reply,
                              limited ? json_integer((json_int_t)reply->capacity) : json_null());
}

static int32_t the_clock(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    const gql_clock *clock = self->host->extension(self->host, GQL_EXT_CLOCK);
    const bool other = self->host->extension(self->host, "nonsense/1") != NULL;
    return resolve_and_forget(self, reply,
                              clock == NULL || other
                                  ? json_null()
                                  : json_integer(clock->unix_milliseconds(self->host) % 1000000));
}

/* ---- Loading ---- */

static int32_t loads(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    (void)call;
    return resolve_and_forget(self, reply, json_integer(atomic_load(&self->loads)));
}

static int32_t owns_thing(const char *id, uint64_t size)
{
    return size >= 6 && memcmp(id, "thing:", 6) == 0;
}

/* "thing:locked" may not be read. */
static int32_t load(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    json_t *things = json_array();
    size_t i;
    json_t *id;
    atomic_fetch_add(&self->loads, 1);
    json_array_foreach(json_object_get(arguments, "ids"), i, id) {
        const char *text = json_string_value(id);
        if (strcmp(text, "thing:locked") == 0) {
            char path[32];
            snprintf(path, sizeof path, "[%zu]", i);
            add_error(self, reply, path);
            json_array_append_new(things, json_null());
            continue;
        }
        json_array_append_new(things,
                              strncmp(text, "thing:none", 10) != 0
                                  ? json_pack("{s:s, s:s}", "__typename", "Thing", "id", text)
                                  : json_null());
    }
    json_decref(arguments);
    return resolve_and_forget(self, reply, things);
}

/* ---- Life ---- */

static int32_t create(const gql_host *host, const char *config, uint64_t size, gql_instance **ret,
                      gql_failure *failure)
{
    (void)config, (void)size, (void)failure;
    gql_instance *self = calloc(1, sizeof *self);
    self->host = host;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->idle, NULL);
    *ret = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    self->closed = true;
    while (self->inside > 0)
        pthread_cond_wait(&self->idle, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

static void destroy(gql_instance *self)
{
    if (self == NULL)
        return;
    if (atomic_load(&self->lingering) > 0) {
        const gql_log *log = self->host->extension(self->host, GQL_EXT_LOG);
        log->write(self->host, GQL_LOG_ERROR, "destroyed during a call", 23, NULL);
    }
    pthread_cond_destroy(&self->idle);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return (void)host, (void)failure, GQL_OK;
}

static void deinit(void)
{
}

static const char sdl[] =
    "extend type Query {\n"
    "  echo(text: String, list: [Int!], flag: Boolean = true, choice: Choice, input: EchoInput): "
    "Echo!\n"
    "  late(milliseconds: Int!): Int\n  twiceLate(milliseconds: Int!): Int\n  "
    "cancelled(milliseconds: Int!): Int\n"
    "  twice: Int\n  never: Int\n  refuses: Int\n  wrongCode: Int\n  notPending: Int\n  overruns: "
    "Int\n  noJson: Int\n"
    "  noError: Int\n  unknownHandle: Int\n  tooLarge: Int\n  clock: Int\n  loads: Int!\n"
    "  newCode: Int\n  lingers: Boolean\n  partial: Partial\n  nothing: Int\n  badErrors: Int\n"
    "  endlessErrors: Int\n}\n"
    "type Partial { items: [Thing]! strict: [Thing!] note: String other: String }\n"
    "extend type Mutation { slow(milliseconds: Int!): Int }\n"
    "enum Choice { LEFT RIGHT }\n"
    "input EchoInput { someName: String = \"as usual\", inner: EchoInput, choice: Choice }\n"
    "type Echo { text: String! inner: EchoInner! }\n"
    "type EchoInner { id: ID! again(text: String): Echo! }\n"
    "type Thing implements Node { id: ID! }\n";
static const gql_schema_part part = {sizeof part, GQL_PART_OWN, "unruly", sdl, sizeof sdl - 1};
static const gql_schema_part common = {sizeof common, GQL_PART_COMMON, "Node",
                                       "interface Node { id: ID! }", 26};

#define RESOLVER(parent, name, function)                                        \
    &(const gql_resolver)                                                       \
    {                                                                           \
        .struct_size = sizeof(gql_resolver), .type = (parent), .field = (name), \
        .resolve = (function)                                                   \
    }
static const gql_resolver again = {
    .struct_size = sizeof again,
    .type = "EchoInner",
    .field = "again",
    .resolve = echo,
    .required_fields = (const char *const[]){"id"},
    .required_field_count = 1,
};
static const gql_resolver *const resolvers[] = {
    RESOLVER("Query", "echo", echo),
    &again,
    RESOLVER("Query", "late", late),
    RESOLVER("Query", "twiceLate", twice_late),
    RESOLVER("Query", "cancelled", cancelled),
    RESOLVER("Query", "twice", twice),
    RESOLVER("Query", "never", never),
    RESOLVER("Query", "refuses", refuses),
    RESOLVER("Query", "newCode", new_code),
    RESOLVER("Query", "wrongCode", wrong_code),
    RESOLVER("Query", "notPending", not_pending),
    RESOLVER("Query", "overruns", overruns),
    RESOLVER("Query", "noJson", no_json),
    RESOLVER("Query", "noError", no_error),
    RESOLVER("Query", "unknownHandle", unknown_handle),
    RESOLVER("Query", "tooLarge", too_large),
    RESOLVER("Query", "clock", the_clock),
    RESOLVER("Query", "loads", loads),
    RESOLVER("Query", "lingers", lingers),
    RESOLVER("Query", "partial", partial),
    RESOLVER("Query", "nothing", nothing),
    RESOLVER("Query", "badErrors", bad_errors),
    RESOLVER("Query", "endlessErrors", endless_errors),
    RESOLVER("Mutation", "slow", late),
};
static const gql_loader loader = {sizeof loader, 0, "Thing", load, owns_thing};
static const gql_schema schema = {
    .struct_size = sizeof schema,
    .part_count = 2,
    .resolver_count = sizeof resolvers / sizeof resolvers[0],
    .loader_count = 1,
    .parts = (const gql_schema_part *const[]){&part, &common},
    .resolvers = resolvers,
    .loaders = (const gql_loader *const[]){&loader},
};
static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = 0,
    .abi_minor = 2,
    .id = "org.example.unruly",
    .name = "Unruly",
    .version = "1.0.0",
    .description = "For tests.",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = "{}",
    .config_schema_size = 2,
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
