// SPDX-License-Identifier: MIT
#include "abi/host/reply_errors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/json_string.h"
#include "abi/host/base/json_text.h"

/* The parts of an error, as JSON. */
struct parts {
    struct json_text path;
    struct json_text extensions;
};

static int32_t read_part(struct json_text *json, const char *text, uint64_t size,
                         const char *otherwise)
{
    return text == NULL ? json_text_read(json, otherwise, strlen(otherwise))
                        : json_text_read(json, text, (size_t)size);
}

static bool is_path(const struct json_value *path)
{
    if (path->kind != JSON_TEXT_LIST)
        return false;
    for (const struct json_value *step = json_first(path); step != NULL;
         step = json_next(path, step)) {
        const bool is_index = step->kind == JSON_TEXT_INTEGER && step->start[0] != '-';
        if (!is_index && step->kind != JSON_TEXT_STRING)
            return false;
    }
    return true;
}

static int32_t read_parts(struct parts *parts, const gql_error *error)
{
    int32_t code = read_part(&parts->path, error->path, error->path_size, "[]");
    if (code == GQL_OK)
        code = read_part(&parts->extensions, error->extensions, error->extensions_size, "{}");
    if (code != GQL_OK)
        return code;
    return is_path(parts->path.values) && parts->extensions.values->kind == JSON_TEXT_OBJECT &&
                   json_is_utf8(error->message, (size_t)error->message_size) &&
                   json_is_utf8(error->code, strlen(error->code))
               ? GQL_OK
               : GQL_E_MISUSE;
}

static char *put(char *target, const char *text)
{
    return stpcpy(target, text);
}

/* Copies a JSON text without the blanks between its tokens. */
static char *put_compact(char *target, const struct json_value *value)
{
    bool quoted = false;
    for (size_t i = 0; i < value->size; i++) {
        const char c = value->start[i];
        if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            continue;
        *target++ = c;
        if (quoted && c == '\\')
            *target++ = value->start[++i];
        else if (c == '"')
            quoted = !quoted;
    }
    return target;
}

/* The extensions have a code: the error's unless they bring one. */
static char *put_extensions(char *target, const gql_error *error, const struct json_value *object)
{
    target = put_compact(target, object);
    if (json_member(object, "code") != NULL)
        return target;
    target = put(target - 1, object->span > 1 ? ",\"code\":" : "\"code\":");
    target = json_string_write(target, error->code, strlen(error->code));
    return put(target, "}");
}

/* Appends the error to an array that lacks only its closing bracket. */
static char *put_error(char *target, const gql_error *error, const struct parts *parts)
{
    target = put(target, "{\"message\":");
    target = json_string_write(target, error->message, (size_t)error->message_size);
    target = put_compact(put(target, ",\"path\":"), parts->path.values);
    target = put_extensions(put(target, ",\"extensions\":"), error, parts->extensions.values);
    return put(target, "}]");
}

static int32_t append(char **errors, const gql_error *error, const struct parts *parts,
                      size_t limit)
{
    static const char around[] = "[{\"message\":,\"path\":,\"extensions\":{,\"code\":}}]";
    const size_t used = *errors == NULL ? 0 : strlen(*errors);
    const size_t more = sizeof around + parts->path.values->size + parts->extensions.values->size +
                        json_string_size(error->message, (size_t)error->message_size) +
                        json_string_size(error->code, strlen(error->code));
    if (used + more > limit)
        return GQL_E_LIMIT;
    char *larger = realloc(*errors, used + more);
    if (larger == NULL)
        return GQL_E_NO_MEMORY;
    *errors = larger;
    char *target = used == 0 ? larger + 1 : larger + used;
    target[-1] = used == 0 ? '[' : ','; /* In place of the closing bracket. */
    put_error(target, error, parts);
    return GQL_OK;
}

int32_t reply_errors_append(char **errors, const gql_error *error, size_t limit)
{
    struct parts parts = {0};
    if (error->message_size > limit || error->path_size > limit || error->extensions_size > limit)
        return GQL_E_LIMIT;
    int32_t code = read_parts(&parts, error);
    if (code == GQL_OK)
        code = append(errors, error, &parts, limit);
    json_text_finish(&parts.path);
    json_text_finish(&parts.extensions);
    return code;
}
