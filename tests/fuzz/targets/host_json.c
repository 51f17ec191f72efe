// SPDX-License-Identifier: MIT
/*
 * json_text_read, the host library's reader of JSON, with jansson as the oracle. The first byte is
 * ignored, so that inputs are those of the target `json`.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/json_text.h"
#include "gql_plugin.h"
#include "tests/fuzz/fuzz.h"

static void check_same(const struct json_value *value, json_t *expected);

static void check_list(const struct json_value *list, const json_t *expected)
{
    size_t count = 0;
    for (const struct json_value *each = json_first(list); each != NULL;
         each = json_next(list, each))
        check_same(each, json_array_get(expected, count++));
    EXPECT(count == json_array_size(expected), "%zu", count);
}

static void check_object(const struct json_value *object, const json_t *expected)
{
    size_t count = 0;
    for (const struct json_value *name = json_first(object); name != NULL;
         name = json_next(object, name)) {
        json_t *member = json_object_get(expected, name->string);
        EXPECT(name->kind == JSON_TEXT_STRING && member != NULL, "%s", name->string);
        EXPECT(json_member(object, name->string) == name + 1, "%s", name->string);
        check_same(name + 1, member);
        count++;
    }
    EXPECT(count == json_object_size(expected), "%zu", count);
}

static void check_number(const struct json_value *value, const json_t *expected)
{
    char text[1100];
    EXPECT(value->size < sizeof text);
    snprintf(text, sizeof text, "%.*s", (int)value->size, value->start);
    if (value->kind == JSON_TEXT_INTEGER)
        EXPECT(strtoll(text, NULL, 10) == json_integer_value(expected), "%s", text);
    else
        EXPECT(strtod(text, NULL) == json_number_value(expected), "%s", text);
}

static void check_same(const struct json_value *value, json_t *expected)
{
    static const json_type types[] = {
        [JSON_TEXT_OBJECT] = JSON_OBJECT, [JSON_TEXT_LIST] = JSON_ARRAY,
        [JSON_TEXT_STRING] = JSON_STRING, [JSON_TEXT_INTEGER] = JSON_INTEGER,
        [JSON_TEXT_NUMBER] = JSON_REAL,   [JSON_TEXT_TRUE] = JSON_TRUE,
        [JSON_TEXT_FALSE] = JSON_FALSE,   [JSON_TEXT_NULL] = JSON_NULL,
    };
    EXPECT(expected != NULL && json_typeof(expected) == types[value->kind], "%s",
           json_kind_name(value->kind));
    EXPECT(value->span >= 1 && value->size >= 1);
    if (value->kind == JSON_TEXT_OBJECT)
        check_object(value, expected);
    else if (value->kind == JSON_TEXT_LIST)
        check_list(value, expected);
    else if (value->kind == JSON_TEXT_INTEGER || value->kind == JSON_TEXT_NUMBER)
        check_number(value, expected);
    else if (value->kind == JSON_TEXT_STRING)
        EXPECT(value->string_size == json_string_length(expected) &&
                   memcmp(value->string, json_string_value(expected), value->string_size) == 0 &&
                   value->string[value->string_size] == '\0',
               "%s", value->string);
}

/* What jansson refuses although it is JSON. */
static bool exceeds_jansson(const json_error_t *error)
{
    const enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct json_text json;
    json_error_t error;
    size_t text_size;
    (void)fuzz_byte(&input);
    char *text = fuzz_rest(&input, &text_size);
    const int32_t code = json_text_read(&json, text, text_size);
    const bool has_end = memchr(text, '\0', text_size) != NULL; /* Jansson takes NUL for the end. */
    json_t *expected = has_end
                           ? NULL
                           : json_loadb(text, text_size,
                                        JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
                                        &error);
    EXPECT(code != GQL_OK || !has_end);
    EXPECT(code == GQL_OK || code == GQL_E_MISUSE, "%d", (int)code);
    EXPECT(code != GQL_OK || json.values[0].span == json.count, "%zu", json.count);
    if (code == GQL_OK && expected != NULL)
        check_same(&json.values[0], expected);
    else if (code == GQL_OK)
        EXPECT(exceeds_jansson(&error), "%s", error.text);
    else
        EXPECT(json.error != NULL && json.error_offset <= text_size &&
                   (expected == NULL || strstr(json.error, "deep") != NULL),
               "%s", json.error);
    json_decref(expected);
    json_text_finish(&json);
    free(text);
    return 0;
}
