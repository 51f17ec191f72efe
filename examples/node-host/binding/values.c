// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/values.h"

#include <stdio.h>

napi_value throw_type(napi_env env, const char *what, const char *expected)
{
    char message[160];
    snprintf(message, sizeof message, "%s must be %s", what, expected);
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
    return NULL;
}

napi_value throw_no_memory(napi_env env)
{
    napi_throw_error(env, "ERR_OUT_OF_MEMORY", "Out of memory");
    return NULL;
}

napi_value throw_error(napi_env env, const char *message)
{
    napi_throw_error(env, "ERR_GQL_PLUGIN", message);
    return NULL;
}

napi_value throw_failure(napi_env env, const gql_failure *failure)
{
    return throw_error(env, failure->message);
}

bool take_argument_list(napi_env env, napi_callback_info info, napi_value *arguments, size_t count)
{
    size_t given = count;
    if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) == napi_ok && given >= count)
        return true;
    napi_throw_type_error(env, "ERR_MISSING_ARGS", "Arguments are missing");
    return false;
}

char *take_string(napi_env env, napi_value value, const char *what, size_t *ret_size)
{
    size_t size = 0;
    if (value == NULL || napi_get_value_string_utf8(env, value, NULL, 0, &size) != napi_ok) {
        throw_type(env, what, "a string");
        return NULL;
    }
    char *text = malloc(size + 1);
    if (text == NULL) {
        throw_no_memory(env);
        return NULL;
    }
    napi_get_value_string_utf8(env, value, text, size + 1, &size);
    if (ret_size != NULL)
        *ret_size = size;
    return text;
}

bool is_nothing(napi_env env, napi_value value)
{
    napi_valuetype type = napi_undefined;
    return value == NULL || napi_typeof(env, value, &type) != napi_ok || type == napi_undefined ||
           type == napi_null;
}

char *take_optional_string(napi_env env, napi_value value, const char *what, size_t *ret_size,
                           bool *ret_failed)
{
    *ret_failed = false;
    if (ret_size != NULL)
        *ret_size = 0;
    if (is_nothing(env, value))
        return NULL;
    char *text = take_string(env, value, what, ret_size);
    *ret_failed = text == NULL;
    return text;
}

bool take_short_string(napi_env env, napi_value value, const char *what, char *room,
                       size_t capacity, const char **ret_text, uint64_t *ret_size)
{
    size_t size = 0;
    *ret_text = NULL;
    if (is_nothing(env, value))
        return true;
    /* V8 writes whole characters, of up to four bytes: a text that leaves less may be truncated. */
    if (napi_get_value_string_utf8(env, value, room, capacity, &size) == napi_ok &&
        size + 4 < capacity) {
        *ret_text = room;
        if (ret_size != NULL)
            *ret_size = size;
        return true;
    }
    throw_type(env, what, "a short string");
    return false;
}

bool take_boolean(napi_env env, napi_value value, const char *what, bool *ret_boolean)
{
    if (value != NULL && napi_get_value_bool(env, value, ret_boolean) == napi_ok)
        return true;
    throw_type(env, what, "a boolean");
    return false;
}

bool take_number(napi_env env, napi_value value, const char *what, double *ret_number)
{
    if (value != NULL && napi_get_value_double(env, value, ret_number) == napi_ok)
        return true;
    throw_type(env, what, "a number");
    return false;
}

bool take_integer(napi_env env, napi_value value, const char *what, int64_t *ret_number)
{
    if (value != NULL && napi_get_value_int64(env, value, ret_number) == napi_ok)
        return true;
    throw_type(env, what, "a number");
    return false;
}

napi_value handle_value(napi_env env, void *object, napi_finalize drop)
{
    napi_value value = NULL;
    return napi_create_external(env, object, drop, NULL, &value) == napi_ok ? value
                                                                            : throw_no_memory(env);
}

/* NULL if it is no handle of that kind. */
static void *find_object(napi_env env, napi_value value, enum handle_kind kind)
{
    napi_valuetype type;
    void *data = NULL;
    const bool found = value != NULL && napi_typeof(env, value, &type) == napi_ok &&
                       type == napi_external &&
                       napi_get_value_external(env, value, &data) == napi_ok && data != NULL &&
                       *(enum handle_kind *)data == kind;
    return found ? data : NULL;
}

bool is_handle(napi_env env, napi_value value, enum handle_kind kind)
{
    return find_object(env, value, kind) != NULL;
}

void *take_handle(napi_env env, napi_value value, enum handle_kind kind, const char *what)
{
    void *object = find_object(env, value, kind);
    if (object == NULL)
        throw_type(env, what, "a handle that this module made for it");
    return object;
}

napi_value member(napi_env env, napi_value object, const char *name)
{
    napi_value value = NULL;
    return napi_get_named_property(env, object, name, &value) == napi_ok ? value : NULL;
}

#define TOP_BITS 0x8080808080808080u

/* The number of ASCII bytes at the start of a text. */
static size_t ascii_run(const char *text, size_t size)
{
    uint64_t eight;
    size_t run = 0;
    for (; size - run >= sizeof eight; run += sizeof eight) {
        memcpy(&eight, text + run, sizeof eight);
        if ((eight & TOP_BITS) != 0)
            break;
    }
    while (run < size && (signed char)text[run] >= 0)
        run++;
    return run;
}

/*
 * Converts UTF-8 to Latin-1. `latin` has room for `size` bytes. Returns false if the text holds a
 * character beyond U+00FF.
 */
static bool write_latin1(const char *text, size_t size, char *latin, size_t *ret_size)
{
    size_t written = 0;
    for (size_t at = 0; at < size;) {
        const size_t run = ascii_run(text + at, size - at);
        memcpy(latin + written, text + at, run);
        at += run;
        written += run;
        if (at == size)
            break;
        const unsigned char lead = (unsigned char)text[at],
                            next = at + 1 < size ? (unsigned char)text[at + 1] : 0;
        if ((lead != 0xC2 && lead != 0xC3) || (next & 0xC0) != 0x80)
            return false;
        latin[written++] = (char)(lead << 6 | (next & 0x3F));
        at += 2;
    }
    *ret_size = written;
    return true;
}

/*
 * V8 copies Latin-1 as it is, but decodes UTF-8 byte by byte, twice: for a page of results that
 * takes longer than reading the page from the database.
 */
napi_value string_value(napi_env env, const char *text, size_t size)
{
    napi_value value = NULL;
    napi_status status;
    size_t latin_size = 0;
    char *latin = NULL;
    if (ascii_run(text, size) == size)
        status = napi_create_string_latin1(env, text, size, &value);
    else if ((latin = malloc(size)) != NULL && write_latin1(text, size, latin, &latin_size))
        status = napi_create_string_latin1(env, latin, latin_size, &value);
    else
        status = napi_create_string_utf8(env, text, size, &value);
    free(latin);
    if (status != napi_ok)
        return throw_no_memory(env);
    return value;
}

napi_value text_value(napi_env env, const char *text)
{
    napi_value value = NULL;
    if (text != NULL)
        return string_value(env, text, strlen(text));
    napi_get_null(env, &value);
    return value;
}

void set_text(napi_env env, napi_value object, const char *name, const char *text)
{
    napi_value value = text_value(env, text);
    if (value != NULL)
        napi_set_named_property(env, object, name, value);
}

void set_number(napi_env env, napi_value object, const char *name, double number)
{
    napi_value value;
    if (napi_create_double(env, number, &value) == napi_ok)
        napi_set_named_property(env, object, name, value);
}

napi_value health_value(napi_env env, uint32_t health, const char *reason)
{
    static const char *const names[] = {"ok", "degraded", "failed"};
    napi_value result = NULL;
    napi_create_object(env, &result);
    napi_set_named_property(env, result, "status", text_value(env, names[health]));
    napi_set_named_property(env, result, "reason", text_value(env, reason));
    return result;
}
