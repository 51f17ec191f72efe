// SPDX-License-Identifier: MIT
#include "plugin/resolvers/problem.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "plugin/resolvers/json_writer.h"

static const struct {
    const char *code;
    const char *slug;
    int status;
    const char *title;
} kinds[] = {
#define PROBLEM_ROW(code, slug, status, title) {#code, slug, status, title},
    PROBLEMS(PROBLEM_ROW)
#undef PROBLEM_ROW
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

/* RFC 3339, UTC, with milliseconds. */
static void write_timestamp(struct json_writer *writer, int64_t now_ms)
{
    char text[48];
    struct tm parts;
    const time_t seconds = (time_t)(now_ms / 1000);
    gmtime_r(&seconds, &parts);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
             (int)(now_ms % 1000));
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

static void write_entity(struct json_writer *writer, const struct problem *problem)
{
    json_write(writer, ",\"entityType\":\"Integration\",\"entityId\":");
    json_write_string(writer, problem->entity_id);
}

static void write_extras(struct json_writer *writer, const struct problem *problem)
{
    switch (problem->kind) {
    case PROBLEM_PERMISSION_DENIED:
        write_entity(writer, problem);
        json_write(writer, ",\"requiredAction\":");
        json_write_string(writer, text_of(problem->required_action));
        break;
    case PROBLEM_NOT_FOUND:
        write_entity(writer, problem);
        break;
    case PROBLEM_CONFLICT:
        write_entity(writer, problem);
        json_write(writer, ",\"expectedVersion\":");
        json_write_integer(writer, problem->expected_version);
        json_write(writer, ",\"currentVersion\":");
        json_write_integer(writer, problem->current_version);
        break;
    case PROBLEM_VALIDATION_ERROR:
        if (problem->field != NULL) {
            json_write(writer, ",\"field\":");
            json_write_string(writer, text_of(problem->field));
        }
        if (problem->reason != NULL) {
            json_write(writer, ",\"reason\":");
            json_write_string(writer, text_of(problem->reason));
        }
        if (problem->allowed_values != NULL) {
            json_write(writer, ",\"allowedValues\":");
            json_write_raw(writer, text_of(problem->allowed_values));
        }
        break;
    case PROBLEM_UNAUTHORIZED:
    case PROBLEM_INTERNAL_ERROR:
    case PROBLEM_SERVICE_UNAVAILABLE:
        break;
    }
}

static void write_extensions(struct json_writer *writer, const gql_instance *instance,
                             const struct trace *trace, const char *about,
                             const struct problem *problem)
{
    json_write(writer, "{\"type\":");
    write_type(writer, instance->config.error_type_base, kinds[problem->kind].slug);
    json_write(writer, ",\"title\":");
    json_write_string(writer, text_of(kinds[problem->kind].title));
    json_write(writer, ",\"status\":");
    json_write_integer(writer, kinds[problem->kind].status);
    json_write(writer, ",\"detail\":");
    json_write_string(writer, text_of(problem->detail));
    if (about != NULL) {
        json_write(writer, ",\"instance\":");
        json_write_string(writer, text_of(about));
    }
    json_write(writer, ",\"code\":");
    json_write_string(writer, text_of(kinds[problem->kind].code));
    json_write(writer, ",\"traceId\":");
    json_write_string(writer, text_of(trace->id));
    json_write(writer, ",\"timestamp\":");
    write_timestamp(writer, instance_now_ms(instance));
    write_extras(writer, problem);
    json_write(writer, "}");
}

void problem_reject(const gql_instance *instance, uint64_t reply, const struct trace *trace,
                    const char *about, const struct problem *problem)
{
    char room[1024];
    struct json_writer writer;
    json_writer_begin(&writer, room, sizeof room);
    write_extensions(&writer, instance, trace, about, problem);
    const gql_error error = {
        .struct_size = sizeof error,
        .code = kinds[problem->kind].code,
        .message = problem->detail,
        .message_size = strlen(problem->detail),
        .extensions = writer.failed ? NULL : writer.data,
        .extensions_size = writer.failed ? 0 : writer.size,
    };
    instance->host->reply_reject(instance->host, reply, &error);
    json_writer_finish(&writer);
}
