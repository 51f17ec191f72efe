// SPDX-License-Identifier: MIT
/*
 * A plugin for ABI 0.2 that uses all of the contract, for hosts of later versions. Built with a
 * grown header, it also stands for a plugin of a later version in a host of 0.2. Never edited.
 */
#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_plugin.h"

#ifdef GQL_GROWN
/* As a later version does: uses its own members if the other side has them. */
#define HAS_GROWN(object) \
    (GQL_HAS(object, grown_function) && (object)->grown_number != (object)->struct_size)
#else
#define GQL_GROWN
#define HAS_GROWN(object) ((object)->struct_size == 0)
#endif

#define MUST_UNDERSTAND 0xFFFF0000u

enum { QUEUE_SIZE = 16 };

struct gql_instance {
    const gql_host *host;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t calls; /* Not completed, or not returned. */
    int drained;
    int stopped;
    struct {
        const gql_call *call;
        gql_reply *reply;
    } queue[QUEUE_SIZE]; /* For the worker. */
    uint32_t queued;
    pthread_t worker;
};

/* A value that is being written. */
struct answer {
    const gql_host *host;
    const gql_call *call;
    gql_reply *reply;
    int32_t code;
};

static const struct note {
    const char *id;
    const char *text;
} notes[] = {{"note-1", "one"}, {"note-2", "two"}};

/* ---- Answers ---- */

static void append(struct answer *answer, const char *text, size_t size)
{
    gql_reply *reply = answer->reply;
    if (answer->code == GQL_OK && reply->capacity - reply->size < size)
        answer->code = answer->host->reply_grow(answer->host, reply->handle, size);
    if (answer->code != GQL_OK)
        return;
    memcpy(reply->data + reply->size, text, size);
    reply->size += size;
}

__attribute__((format(printf, 2, 3))) static void write_text(struct answer *answer,
                                                             const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    append(answer, text, (size_t)size);
}

static int32_t reject(const gql_host *host, uint64_t handle, const char *message)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = GQL_CODE_SERVICE_UNAVAILABLE,
                             .message = message,
                             .message_size = strlen(message),
                             .extensions = "{\"retry\":true}",
                             .extensions_size = 14,
                             GQL_GROWN};
    return host->reply_reject(host, handle, &error);
}

static int32_t finish(const struct answer *answer)
{
    if (answer->code != GQL_OK)
        return reject(answer->host, answer->reply->handle, "The value is too large.");
    return answer->host->reply_resolve(answer->host, answer->reply->handle);
}

/* ---- Calls ---- */

static int is_understood(const gql_call *call, const gql_reply *reply)
{
    return GQL_FITS(call, GQL_CALL_SIZE_0_2) && GQL_FITS(reply, GQL_REPLY_SIZE_0_2) &&
           (call->flags & MUST_UNDERSTAND & ~GQL_CALL_SHAPED) == 0 && reply->reserved == 0 &&
           (call->request == NULL ||
            (GQL_FITS(call->request, GQL_REQUEST_SIZE_0_2) && call->request->reserved == 0));
}

/* False after drain. */
static int enter(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    const int open = !self->drained;
    self->calls += (uint32_t)open;
    pthread_mutex_unlock(&self->mutex);
    return open;
}

static void leave(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    self->calls--;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static int32_t serve(gql_instance *self, const gql_call *call, gql_reply *reply,
                     void (*write)(struct answer *answer))
{
    if (!is_understood(call, reply))
        return GQL_E_MISUSE;
    struct answer answer = {self->host, call, reply, GQL_OK};
    if (!enter(self))
        return reject(answer.host, reply->handle, "The plugin is shutting down.");
    write(&answer);
    const int32_t code = finish(&answer);
    leave(self);
    return code;
}

/* ---- JSON of hosts that write it without spaces and escapes ---- */

static void copy_text(char *to, size_t size, const char *json, uint64_t json_size, const char *name)
{
    char wanted[64];
    const int length = snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = memmem(json, (size_t)json_size, wanted, (size_t)length);
    const char *start = found == NULL ? "\"" : found + length;
    snprintf(to, size, "%.*s", (int)strcspn(start, "\""), start);
}

static void write_note(struct answer *answer, const struct note *note)
{
    const gql_selection *selection = answer->call->selection;
    const gql_selection *field = selection == NULL ? NULL : selection->children;
    if (selection == NULL)
        write_text(answer, "{\"id\":\"%s\",\"text\":\"%s\"", note->id, note->text);
    for (const char *before = "{"; field != NULL; field = field->next, before = ",")
        write_text(answer, "%s\"%.*s\":\"%s\"", before, (int)field->name_size, field->name,
                   strncmp(field->name, "id", field->name_size) == 0 ? note->id : note->text);
    write_text(answer, "}");
}

/* ---- Resolvers ---- */

static void write_grants(struct answer *answer, const gql_request *request)
{
    for (uint32_t i = 0; i < request->grant_count; i++) {
        const gql_grant *grant = request->grants[i];
        const char *organization = grant->organization_id == NULL ? "all" : grant->organization_id;
        const int size = grant->organization_id == NULL ? 3 : (int)grant->organization_id_size;
        write_text(answer, "%s%u in %.*s", i == 0 ? " " : ", ", grant->actions, size, organization);
    }
}

static int64_t now(const gql_host *host)
{
    const gql_clock *clock = host->extension(host, GQL_EXT_CLOCK);
    const int fits = clock != NULL && GQL_FITS(clock, GQL_CLOCK_SIZE_0_2);
    return fits ? clock->unix_milliseconds(host) : 0;
}

static void write_description(struct answer *answer)
{
    const gql_request *request = answer->call->request;
    if (request == NULL) {
        write_text(answer, "\"nobody\"");
        return;
    }
    write_text(answer, "\"source %u %u; actor %.*s %u; grants", request->source,
               request->source_type, (int)request->actor_id_size, request->actor_id,
               request->actor_kind);
    write_grants(answer, request);
    write_text(answer, "; trace %s; locale %s; occurrence %s; deadline %llu; cancelled %u",
               request->trace_id, request->locale, request->occurrence,
               (unsigned long long)request->deadline,
               __atomic_load_n(request->cancelled, __ATOMIC_ACQUIRE));
    write_text(answer, "; organization %.*s; client %s %.*s; key %.*s; clock %lld\"",
               (int)request->organization_id_size, request->organization_id,
               request->client_address, (int)request->user_agent_size, request->user_agent,
               (int)request->idempotency_key_size, request->idempotency_key,
               (long long)now(answer->host));
}

static int32_t describe(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_description);
}

static void write_grown_structs(struct answer *answer)
{
    const gql_call *call = answer->call;
    const int count = HAS_GROWN(answer->host) + HAS_GROWN(answer->reply) + HAS_GROWN(call) +
                      HAS_GROWN(call->request) + HAS_GROWN(call->request->grants[0]) +
                      HAS_GROWN(call->selection);
    write_text(answer, "%d", count);
}

static int32_t count_grown_structs(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_grown_structs);
}

static void add_error(struct answer *answer, const char *path)
{
    static const char message[] = "This note can't be read.";
    const gql_error error = {.struct_size = sizeof error,
                             .code = GQL_CODE_NOT_FOUND,
                             .message = message,
                             .message_size = sizeof message - 1,
                             .path = path,
                             .path_size = strlen(path),
                             GQL_GROWN};
    if (answer->code == GQL_OK)
        answer->code = answer->host->reply_error(answer->host, answer->reply->handle, &error);
}

static void write_notes(struct answer *answer)
{
    write_text(answer, "[");
    write_note(answer, &notes[0]);
    write_text(answer, ",");
    write_note(answer, &notes[1]);
    write_text(answer, ",null]");
    add_error(answer, "[2]");
}

static int32_t resolve_notes(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_notes);
}

static const char *shaped_value(const gql_shape *shape)
{
    if (strncmp(shape->name, "__typename", shape->name_size) == 0)
        return "Note";
    return strncmp(shape->name, "id", shape->name_size) == 0 ? notes[0].id : notes[0].text;
}

static void write_shape(struct answer *answer)
{
    const char *before = "{";
    const gql_shape *shape = answer->call->shape->children;
    for (; shape != NULL; shape = shape->next) {
        if (shape->type_condition != NULL &&
            strncmp(shape->type_condition, "Note", shape->type_condition_size) != 0)
            continue;
        write_text(answer, "%s\"%.*s\":\"%s\"", before, (int)shape->response_name_size,
                   shape->response_name, shaped_value(shape));
        before = ",";
    }
    write_text(answer, "}");
}

static void write_first(struct answer *answer)
{
    if (answer->call->flags & GQL_CALL_SHAPED)
        write_shape(answer);
    else
        write_note(answer, &notes[0]);
}

static int32_t resolve_note(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_first);
}

/* 256 MiB, which no host allows. */
static void write_too_much(struct answer *answer)
{
    static const char text[1 << 16];
    for (int i = 0; i < 1 << 12; i++)
        append(answer, text, sizeof text);
}

static int32_t resolve_long(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_too_much);
}

static void write_shout(struct answer *answer)
{
    char text[256];
    copy_text(text, sizeof text, answer->call->parent, answer->call->parent_size, "text");
    for (char *letter = text; *letter != '\0'; letter++)
        *letter = (char)toupper((unsigned char)*letter);
    write_text(answer, "\"%s\"", text);
}

static int32_t shout(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_shout);
}

/* ---- The loader ---- */

static const struct note *find_note(const char *id, size_t size)
{
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (strlen(notes[i].id) == size && memcmp(notes[i].id, id, size) == 0)
            return &notes[i];
    return NULL;
}

static void write_loaded(struct answer *answer)
{
    const char *end = answer->call->arguments + answer->call->arguments_size;
    const char *list = memchr(answer->call->arguments, '[', (size_t)answer->call->arguments_size);
    const char *id = list == NULL ? NULL : memchr(list, '"', (size_t)(end - list));
    const char *before = "[";
    while (id != NULL) {
        const char *close = memchr(id + 1, '"', (size_t)(end - id - 1));
        const struct note *note = find_note(id + 1, (size_t)(close - id - 1));
        write_text(answer, "%s%s", before, note == NULL ? "null" : "");
        if (note != NULL)
            write_note(answer, note);
        before = ",";
        id = memchr(close + 1, '"', (size_t)(end - close - 1));
    }
    write_text(answer, "]");
}

static int32_t load(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return serve(self, call, reply, write_loaded);
}

static int32_t owns(const char *id, uint64_t id_size)
{
    return id_size > 5 && memcmp(id, "note-", 5) == 0;
}

/* ---- A mutation, which another thread completes ---- */

static int32_t resolve_later(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    if (!is_understood(call, reply))
        return GQL_E_MISUSE;
    if (!enter(self))
        return reject(self->host, reply->handle, "The plugin is shutting down.");
    pthread_mutex_lock(&self->mutex);
    const int full = self->queued == QUEUE_SIZE;
    if (!full) {
        self->queue[self->queued].call = call;
        self->queue[self->queued++].reply = reply;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->mutex);
    if (!full)
        return GQL_PENDING;
    const int32_t code = reject(self->host, reply->handle, "Too many calls.");
    leave(self);
    return code;
}

/* False if there are no more. */
static int take(gql_instance *self, struct answer *ret_answer)
{
    pthread_mutex_lock(&self->mutex);
    while (self->queued == 0 && !self->stopped)
        pthread_cond_wait(&self->changed, &self->mutex);
    const int taken = self->queued > 0;
    if (taken) {
        self->queued--;
        *ret_answer = (struct answer){self->host, self->queue[self->queued].call,
                                      self->queue[self->queued].reply, GQL_OK};
    }
    pthread_mutex_unlock(&self->mutex);
    return taken;
}

static void *work(void *context)
{
    gql_instance *self = context;
    struct answer answer;
    while (take(self, &answer)) {
        char text[256];
        copy_text(text, sizeof text, answer.call->arguments, answer.call->arguments_size, "text");
        write_text(&answer, "\"%s\"", text);
        finish(&answer);
        leave(self);
    }
    return NULL;
}

/* ---- Life ---- */

static int32_t fail(gql_failure *failure, int32_t code, const char *message)
{
    snprintf(failure->message, sizeof failure->message, "%s", message);
    failure->code = code;
    return code;
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    if (GQL_FITS(host, GQL_HOST_SIZE_0_2) && host->reserved == 0)
        return GQL_OK;
    return fail(failure, GQL_E_VERSION, "The host is older than plugin ABI 0.2.");
}

static void deinit(void)
{
}

static void write_log(const gql_host *host, const char *message)
{
    const gql_log *log = host->extension(host, GQL_EXT_LOG);
    if (log != NULL && GQL_FITS(log, GQL_LOG_SIZE_0_2) && log->level >= GQL_LOG_INFO)
        log->write(host, GQL_LOG_INFO, message, strlen(message), NULL);
}

static int32_t create(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    if (config_size != 2 || memcmp(config, "{}", 2) != 0)
        return fail(failure, GQL_E_CONFIG, "The configuration has an unknown key.");
    gql_instance *self = calloc(1, sizeof *self);
    if (self == NULL)
        return fail(failure, GQL_E_NO_MEMORY, "Out of memory.");
    self->host = host;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    if (pthread_create(&self->worker, NULL, work, self) != 0) {
        free(self);
        return fail(failure, GQL_E_UNAVAILABLE, "No thread can be started.");
    }
    write_log(host, "created");
    *ret_instance = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    self->drained = 1;
    while (self->calls > 0)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

static void destroy(gql_instance *self)
{
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->mutex);
    self->stopped = 1;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    pthread_join(self->worker, NULL);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static const void *extension(const char *id)
{
    (void)id;
    return NULL;
}

/* ---- Tables ---- */

static const char own_sdl[] =
    "extend type Query { describe: String! grownStructs: Int! notes: [Note]! note: Note "
    "long(text: String!): String }\n"
    "extend type Mutation { later(text: String!): String! }\n"
    "type Note implements Node { id: ID! text: String! shout: String! }\n";
static const char node_sdl[] = "interface Node { id: ID! }";
static const gql_schema_part own = {.struct_size = sizeof own,
                                    .kind = GQL_PART_OWN,
                                    .name = "notes",
                                    .sdl = own_sdl,
                                    .sdl_size = sizeof own_sdl - 1,
                                    GQL_GROWN};
static const gql_schema_part common = {.struct_size = sizeof common,
                                       .kind = GQL_PART_COMMON,
                                       .name = "Node",
                                       .sdl = node_sdl,
                                       .sdl_size = sizeof node_sdl - 1,
                                       GQL_GROWN};
static const gql_schema_part unknown = {.struct_size = sizeof unknown,
                                        .kind = 1000, /* Of a later version. */
                                        .name = "unknown",
                                        .sdl = "?",
                                        .sdl_size = 1,
                                        GQL_GROWN};

#define RESOLVER(type_, field_, resolve_, flags_, required_fields_, count_)            \
    &(const gql_resolver)                                                              \
    {                                                                                  \
        .struct_size = sizeof(gql_resolver), .flags = (flags_), .type = (type_),       \
        .field = (field_), .resolve = (resolve_), .required_fields = required_fields_, \
        .required_field_count = (count_), GQL_GROWN                                    \
    }

static const char *const text_of_note[] = {"text"};
static const gql_resolver *const resolvers[] = {
    RESOLVER("Query", "describe", describe, GQL_RESOLVER_INLINE, NULL, 0),
    RESOLVER("Query", "grownStructs", count_grown_structs, 1u << 15, NULL, 0),
    RESOLVER("Query", "notes", resolve_notes, GQL_RESOLVER_INLINE, NULL, 0),
    RESOLVER("Query", "note", resolve_note, GQL_RESOLVER_SHAPES, NULL, 0),
    RESOLVER("Query", "long", resolve_long, 0, NULL, 0),
    RESOLVER("Note", "shout", shout, GQL_RESOLVER_INLINE, text_of_note, 1),
    RESOLVER("Mutation", "later", resolve_later, GQL_RESOLVER_WRITES, NULL, 0),
};
static const gql_loader loader = {
    .struct_size = sizeof loader, .type = "Note", .load = load, .owns = owns, GQL_GROWN};
static const gql_schema schema = {.struct_size = sizeof schema,
                                  .part_count = 3,
                                  .resolver_count = sizeof resolvers / sizeof resolvers[0],
                                  .loader_count = 1,
                                  .parts = (const gql_schema_part *const[]){&own, &common,
                                                                            &unknown},
                                  .resolvers = resolvers,
                                  .loaders = (const gql_loader *const[]){&loader},
                                  GQL_GROWN};
static const char config_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
    "\"additionalProperties\":false}";
static const gql_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = 0,
                                  .abi_minor = 2,
                                  .flags = 1u << 15, /* May be ignored. */
                                  .id = "org.example.frozen",
                                  .name = "Frozen",
                                  .version = "1.0.0",
                                  .description = "Uses all of plugin ABI 0.2.",
                                  .homepage = NULL,
                                  .licence = "MIT",
                                  .schema = &schema,
                                  .config_schema = config_schema,
                                  .config_schema_size = sizeof config_schema - 1,
                                  .init = init,
                                  .deinit = deinit,
                                  .create = create,
                                  .drain = drain,
                                  .destroy = destroy,
                                  .extension = extension,
                                  GQL_GROWN};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor >= 2 ? &plugin : NULL;
}
