// SPDX-License-Identifier: MIT
#include "abi/host/reply_errors.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *parse(const char *text, uint64_t size, const char *otherwise)
{
    return text == NULL ? json_loads(otherwise, 0, NULL)
                        : json_loadb(text, (size_t)size, JSON_ALLOW_NUL, NULL);
}

static bool is_path(const json_t *path)
{
    size_t index;
    json_t *step;
    if (!json_is_array(path))
        return false;
    json_array_foreach(path, index, step) {
        const bool is_index = json_is_integer(step) && json_integer_value(step) >= 0;
        if (!is_index && !json_is_string(step))
            return false;
    }
    return true;
}

/* NULL if a part is not what it must be, or if out of memory. */
static json_t *to_json(const gql_error *error, bool *ret_valid)
{
    json_t *path = parse(error->path, error->path_size, "[]");
    json_t *extensions = parse(error->extensions, error->extensions_size, "{}");
    json_t *message = json_stringn(error->message, (size_t)error->message_size);
    json_t *result = NULL;
    *ret_valid = is_path(path) && json_is_object(extensions) && message != NULL;
    if (*ret_valid && json_object_get(extensions, "code") == NULL)
        json_object_set_new(extensions, "code", json_string(error->code));
    if (*ret_valid)
        result = json_pack("{s:O, s:O, s:O}", "message", message, "path", path, "extensions",
                           extensions);
    json_decref(message);
    json_decref(extensions);
    json_decref(path);
    return result;
}

/* Puts `one` before the closing bracket of the array. */
static int32_t append_text(char **errors, const char *one, size_t limit)
{
    const size_t used = *errors == NULL ? 1 : strlen(*errors) - 1;
    const size_t size = used + strlen(one) + sizeof ",]";
    if (size > limit)
        return GQL_E_LIMIT;
    char *larger = realloc(*errors, size);
    if (larger == NULL)
        return GQL_E_NO_MEMORY;
    larger[0] = '[';
    snprintf(larger + used, size - used, "%s%s]", used > 1 ? "," : "", one);
    *errors = larger;
    return GQL_OK;
}

int32_t reply_errors_append(char **errors, const gql_error *error, size_t limit)
{
    bool valid;
    json_t *json = to_json(error, &valid);
    char *one = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (one == NULL)
        return valid ? GQL_E_NO_MEMORY : GQL_E_MISUSE;
    const int32_t code = append_text(errors, one, limit);
    free(one);
    return code;
}
