// SPDX-License-Identifier: MIT
#include "plugin/resolvers/error.h"

#include <sodium.h>

#include "plugin/base/json_writer.h"
#include "plugin/base/limits.h"
#include "vault/timestamp.h"

static const struct {
    const char *code;
    const char *slug;
    int status;
    const char *title;
} kinds[] = {
#define ERROR_ROW(code, slug, status, title) {#code, slug, status, title},
    ERRORS(ERROR_ROW)
#undef ERROR_ROW
};

static bool is_trace_id(const char *id)
{
    return id != NULL && strspn(id, "0123456789abcdef") == 32 && id[32] == '\0';
}

struct trace trace_of(const gql_request *request)
{
    struct trace trace;
    uint8_t random[16];
    if (request != NULL && is_trace_id(request->trace_id)) {
        memcpy(trace.id, request->trace_id, sizeof trace.id);
        return trace;
    }
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(trace.id, sizeof trace.id, random, sizeof random);
    return trace;
}

static void write_timestamp(struct json_writer *writer, int64_t now_ms)
{
    char text[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(now_ms, text);
    json_write_string(writer, text_of(text));
}

/* `type` is the configured base with the slug behind it. */
static void write_type(struct json_writer *writer, struct text base, const char *slug)
{
    json_write_string(writer, base);
    if (writer->size > 0)
        writer->size--; /* The closing quote: the string goes on. A slug needs no escapes. */
    json_write_raw(writer, text_of(slug));
    json_write(writer, "\"");
}

/*
 * Repeats an ID as a client wrote it, but with U+FFFD, which also takes three bytes, in place of
 * each lone surrogate: most readers of JSON refuse those.
 */
static void write_client_id(struct json_writer *writer, struct text id)
{
    char echo[ECHO_MAX];
    if (id.data != NULL)
        memcpy(echo, id.data, id.size);
    for (size_t i = 0; i + 1 < id.size; i++) {
        if ((uint8_t)echo[i] == 0xED && (uint8_t)echo[i + 1] >= 0xA0)
            memcpy(echo + i, "\xEF\xBF\xBD", 3);
    }
    json_write_string(writer, id.data == NULL ? id : (struct text){echo, id.size});
}

static void write_entity(struct json_writer *writer, const struct error *error)
{
    json_write(writer, ",\"entityType\":\"Integration\"");
    if (error->entity_id.size > ECHO_MAX)
        return;
    json_write(writer, ",\"entityId\":");
    write_client_id(writer, error->entity_id);
}

static void write_extras(struct json_writer *writer, const struct error *error)
{
    switch (error->code) {
    case ERROR_PERMISSION_DENIED:
        write_entity(writer, error);
        json_write(writer, ",\"requiredAction\":");
        json_write_string(writer, text_of(error->required_action));
        break;
    case ERROR_NOT_FOUND:
        write_entity(writer, error);
        break;
    case ERROR_CONFLICT:
        if (error->of_lease)
            break;
        write_entity(writer, error);
        json_write(writer, ",\"expectedVersion\":");
        json_write_integer(writer, error->expected_version);
        json_write(writer, ",\"currentVersion\":");
        json_write_integer(writer, error->current_version);
        break;
    case ERROR_VALIDATION_ERROR:
        if (error->field != NULL) {
            json_write(writer, ",\"field\":");
            json_write_string(writer, text_of(error->field));
        }
        if (error->reason != NULL) {
            json_write(writer, ",\"reason\":");
            json_write_string(writer, text_of(error->reason));
        }
        if (error->allowed_values != NULL) {
            json_write(writer, ",\"allowedValues\":");
            json_write_raw(writer, text_of(error->allowed_values));
        }
        break;
    case ERROR_UNAUTHORIZED:
    case ERROR_INTERNAL_ERROR:
        break;
    case ERROR_SERVICE_UNAVAILABLE:
        if (error->outcome != NULL) {
            json_write(writer, ",\"outcome\":");
            json_write_string(writer, text_of(error->outcome));
        }
        break;
    }
}

static void write_extensions(struct json_writer *writer, const gql_instance *instance,
                             const struct trace *trace, const char *occurrence,
                             const struct error *error)
{
    json_write(writer, "{\"type\":");
    write_type(writer, instance->config.error_type_base, kinds[error->code].slug);
    json_write(writer, ",\"title\":");
    json_write_string(writer, text_of(kinds[error->code].title));
    json_write(writer, ",\"status\":");
    json_write_integer(writer, kinds[error->code].status);
    json_write(writer, ",\"detail\":");
    json_write_string(writer, text_of(error->detail));
    if (occurrence != NULL) {
        json_write(writer, ",\"instance\":");
        json_write_string(writer, text_of(occurrence));
    }
    json_write(writer, ",\"code\":");
    json_write_string(writer, text_of(kinds[error->code].code));
    json_write(writer, ",\"traceId\":");
    json_write_string(writer, text_of(trace->id));
    json_write(writer, ",\"timestamp\":");
    write_timestamp(writer, instance_now_ms(instance));
    write_extras(writer, error);
    json_write(writer, "}");
}

typedef int32_t tell_fn(const gql_host *host, uint64_t reply, const gql_error *error);

static int32_t tell(const gql_instance *instance, tell_fn *function, uint64_t reply,
                    const struct trace *trace, const char *occurrence, const struct error *error,
                    const char *path)
{
    char room[1024];
    struct json_writer writer;
    json_writer_begin(&writer, room, sizeof room);
    write_extensions(&writer, instance, trace, occurrence, error);
    const gql_error told = {
        .struct_size = sizeof told,
        .code = kinds[error->code].code,
        .message = error->detail,
        .message_size = strlen(error->detail),
        .extensions = writer.failed ? NULL : writer.data,
        .extensions_size = writer.failed ? 0 : writer.size,
        .path = path,
        .path_size = path == NULL ? 0 : strlen(path),
    };
    const int32_t code = function(instance->host, reply, &told);
    json_writer_finish(&writer);
    return code;
}

void error_reject(const gql_instance *instance, uint64_t reply, const struct trace *trace,
                  const char *occurrence, const struct error *error)
{
    tell(instance, instance->host->reply_reject, reply, trace, occurrence, error, NULL);
}

bool error_add(const gql_instance *instance, uint64_t reply, const struct trace *trace,
               const char *occurrence, const struct error *error, const char *path)
{
    tell_fn *function = instance->host->reply_error;
    return function != NULL &&
           tell(instance, function, reply, trace, occurrence, error, path) == GQL_OK;
}
