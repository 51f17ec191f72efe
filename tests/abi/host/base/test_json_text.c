// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/json_string.h"
#include "abi/host/base/json_text.h"
#include "gql_plugin.h"

static int32_t read(struct json_text *json, const char *text)
{
    return json_text_read(json, text, strlen(text));
}

Test(json_text, refuses_what_is_not_json)
{
    static const struct {
        const char *text;
        size_t offset;
    } cases[] = {
        {"", 0},
        {" ", 1},
        {"nul", 0},
        {"truE", 0},
        {"1 2", 2},
        {"[1,]", 3},
        {"[1 2]", 3},
        {"[", 1},
        {"]", 0},
        {"{\"a\":1,}", 7},
        {"{\"a\" 1}", 5},
        {"{a:1}", 1},
        {"{\"a\":1", 6},
        {"{1:1}", 1},
        {"01", 1},
        {"-", 1},
        {"+1", 0},
        {"1.", 2},
        {".5", 0},
        {"1e", 2},
        {"1e+", 3},
        {"\"a", 2},
        {"\"a\nb\"", 2},
        {"\"\\x\"", 1},
        {"\"\\u12g4\"", 1},
        {"\"\\ud800\"", 1},
        {"\"\\udc00\"", 1},
        {"\"\\ud800\\u0041\"", 1},
        {"\"\xC0\x80\"", 1},
        {"\"\xED\xA0\x80\"", 1},
        {"\"\xF4\x90\x80\x80\"", 1},
        {"\"\xE2\x82\"", 1},
        {"\xEF\xBB\xBF{}", 0},
        {"{\"a\":1,\"\\u0061\":2}", 18},
        {"[{\"b\":{\"a\":[],\"c\":2,\"a\":{}}}]", 27},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_text json;
        cr_expect_eq(read(&json, cases[i].text), GQL_E_MISUSE, "%s", cases[i].text);
        cr_expect_not_null(json.error, "%s", cases[i].text);
        cr_expect_eq(json.error_offset, cases[i].offset, "%s: byte %zu, not %zu", cases[i].text,
                     json.error_offset, cases[i].offset);
        json_text_finish(&json);
    }
    struct json_text json;
    cr_expect_eq(json_text_read(&json, "1\0", 2), GQL_E_MISUSE);
    json_text_finish(&json);
}

Test(json_text, tells_kinds_and_extents)
{
    static const enum json_kind kinds[] = {JSON_TEXT_OBJECT,  JSON_TEXT_STRING, JSON_TEXT_LIST,
                                           JSON_TEXT_INTEGER, JSON_TEXT_NUMBER, JSON_TEXT_NUMBER,
                                           JSON_TEXT_TRUE,    JSON_TEXT_FALSE,  JSON_TEXT_NULL,
                                           JSON_TEXT_STRING,  JSON_TEXT_OBJECT};
    struct json_text json;
    cr_assert_eq(read(&json, " { \"a\" : [ -0, 1.5, 1E9, true, false, null ], \"b\": {} } "),
                 GQL_OK, "%s", json.error);
    cr_assert_eq(json.count, sizeof kinds / sizeof kinds[0]);
    for (size_t i = 0; i < json.count; i++)
        cr_expect_eq(json.values[i].kind, kinds[i], "value %zu is %s", i,
                     json_kind_name(json.values[i].kind));
    const struct json_value *list = json_member(json.values, "a");
    cr_assert_not_null(list);
    cr_expect_eq(list->span, 7);
    size_t count = 0;
    for (const struct json_value *each = json_first(list); each != NULL;
         each = json_next(list, each))
        count++;
    cr_expect_eq(count, 6);
    cr_expect_not_null(json_member(json.values, "b"));
    cr_expect_null(json_member(json.values, "c"));
    cr_expect_null(json_first(json_member(json.values, "b")));
    json_text_finish(&json);
}

Test(json_text, decodes_strings)
{
    static const struct {
        const char *text;
        const char *string;
        size_t size;
    } cases[] = {
        {"\"\"", "", 0},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
        {"\"\\u0000\\u007f\"", "\0\x7f", 2},
        {"\"\\u00e9\\u20AC\\uD83D\\uDE00\"", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9},
        {"\"\xC3\xA9\xF4\x8F\xBF\xBF\"", "\xC3\xA9\xF4\x8F\xBF\xBF", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_text json;
        cr_assert_eq(read(&json, cases[i].text), GQL_OK, "%s: %s", cases[i].text, json.error);
        cr_expect_eq(json.values->string_size, cases[i].size, "%s", cases[i].text);
        cr_expect_arr_eq(json.values->string, cases[i].string, cases[i].size + 1);
        json_text_finish(&json);
    }
}

/* What is written is read again as it was. */
Test(json_text, writes_strings)
{
    char all[256 + 3];
    size_t size = 0;
    for (; size < 0x80; size++)
        all[size] = (char)size;
    memcpy(all + size, "\xE2\x82\xAC", 3);
    size += 3;
    char *text = malloc(json_string_size(all, size));
    char *end = json_string_write(text, all, size);
    cr_expect_eq((size_t)(end - text), json_string_size(all, size));
    struct json_text json;
    cr_assert_eq(json_text_read(&json, text, (size_t)(end - text)), GQL_OK, "%s", json.error);
    cr_expect_eq(json.values->string_size, size);
    cr_expect_arr_eq(json.values->string, all, size);
    json_text_finish(&json);
    free(text);
}

Test(json_text, limits_the_depth)
{
    char text[2 * JSON_TEXT_DEPTH + 8];
    for (size_t depth = JSON_TEXT_DEPTH; depth <= JSON_TEXT_DEPTH + 1; depth++) {
        struct json_text json;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        cr_expect_eq(json_text_read(&json, text, depth * 2),
                     depth == JSON_TEXT_DEPTH ? GQL_OK : GQL_E_MISUSE, "%zu", depth);
        json_text_finish(&json);
    }
}
