// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/json_reader.h"
#include "vault/utf8.h"

static const char *const status_names[] = {"ok", "malformed", "no memory"};

static enum vault_json_status read_text(const char *text, size_t size, unsigned options,
                                        json_t **ret_root)
{
    struct vault_json_error error = {0};
    /* A copy of its exact size, so that a sanitizer sees a read beyond it. */
    char *copy = malloc(size + (size == 0));
    memcpy(copy, text, size);
    *ret_root = NULL;
    const enum vault_json_status status = vault_json_read((struct vault_bytes){copy, size}, options,
                                                          ret_root, &error);
    cr_expect_eq(status == VAULT_JSON_OK, *ret_root != NULL);
    cr_expect_eq(status == VAULT_JSON_MALFORMED, error.reason != NULL);
    cr_expect_leq(error.offset, size);
    free(copy);
    return status;
}

static void expect_value(const char *text, unsigned options, const char *expected)
{
    json_t *root;
    const enum vault_json_status status = read_text(text, strlen(text), options, &root);
    char *found = root == NULL ? NULL : json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    cr_expect_eq(status, VAULT_JSON_OK, "%s: %s", text, status_names[status]);
    if (found != NULL)
        cr_expect_str_eq(found, expected, "%s: %s, not %s", text, found, expected);
    free(found);
    json_decref(root);
}

Test(json_reader, values)
{
    static const char *const cases[][2] = {
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"[[],{},[{}]]", "[[],{},[{}]]"},
        {"[true,false,null]", "[true,false,null]"},
        {"\t{\"a\" :\r1 ,\n\"b\":[2,3]}", "{\"a\":1,\"b\":[2,3]}"},
        {"{\"\":{\"\":\"\"}}", "{\"\":{\"\":\"\"}}"},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
        {"[\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"]", "[\"A\u00e9\u20ac\U0001F600\"]"},
        {"[\"\u00e9\u20ac\U0001F600\U0010FFFF\x7F\"]",
         "[\"\u00e9\u20ac\U0001F600\U0010FFFF\x7F\"]"},
        {"{\"a\\u0000b\":\"c\\u0000\"}", "{\"a\\u0000b\":\"c\\u0000\"}"},
        {"[0,-0,7,-7,9223372036854775807,-9223372036854775808]",
         "[0,0,7,-7,9223372036854775807,-9223372036854775808]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_value(cases[i][0], VAULT_JSON_STRICT, cases[i][1]);
}

Test(json_reader, options)
{
    static const char *const scalars[] = {"1", "-1.5", "\"a\"", "true", "null", "false"};
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        expect_value(scalars[i], VAULT_JSON_ANY_VALUE, scalars[i]);
    expect_value("{\"a\":1,\"b\":[],\"a\":[2]}", VAULT_JSON_KEEP_DUPLICATES,
                 "{\"a\":[2],\"b\":[]}");
}

Test(json_reader, malformed_texts)
{
    static const struct {
        const char *text;
        const char *reason;
        int line, column;
    } cases[] = {
        {"", "an object or an array", 1, 1},
        {" \n ", "an object or an array", 2, 2},
        {"1", "an object or an array", 1, 1},
        {"\"a\"", "an object or an array", 1, 1},
        {"\xEF\xBB\xBF{}", "an object or an array", 1, 1},
        {"[", "a value", 1, 2},
        {"]", "an object or an array", 1, 1},
        {"[1,]", "a value", 1, 4},
        {"[,1]", "a value", 1, 2},
        {"[1 2]", "a comma", 1, 4},
        {"[1}", "a comma", 1, 3},
        {"{\"a\":1]", "a comma", 1, 7},
        {"{\"a\":1,}", "a name", 1, 8},
        {"{\"a\" 1}", "a colon", 1, 6},
        {"{\"a\":}", "a value", 1, 6},
        {"{a:1}", "a name", 1, 2},
        {"{}\n{}", "follows", 2, 1},
        {"[tru]", "a value", 1, 2},
        {"[True]", "a value", 1, 2},
        {"[nul", "a value", 1, 2},
        {"[truex]", "a comma", 1, 6},
        {"[01]", "a comma", 1, 3},
        {"[-]", "a digit", 1, 3},
        {"[-01]", "a comma", 1, 4},
        {"[+1]", "a value", 1, 2},
        {"[.5]", "a value", 1, 2},
        {"[1.]", "a digit", 1, 4},
        {"[1e]", "a digit", 1, 4},
        {"[1e+]", "a digit", 1, 5},
        {"[0x10]", "a comma", 1, 3},
        {"[1e5x]", "a comma", 1, 5},
        {"[NaN]", "a value", 1, 2},
        {"[-Infinity]", "a digit", 1, 3},
        {"[\"a]", "no end", 1, 5},
        {"[\"\\", "escape", 1, 4},
        {"[\"\\x\"]", "escape", 1, 4},
        {"[\"\\u12", "hexadecimal", 1, 7},
        {"[\"\\u12G4\"]", "hexadecimal", 1, 7},
        {"[\"\t\"]", "control", 1, 3},
        {"[\"\\ud800\"]", "surrogate", 1, 9},
        {"[\"\\udc00\"]", "surrogate", 1, 9},
        {"[\"\\ud800\\ud800\"]", "surrogate", 1, 9},
        {"[\"\\ud800\\u0041\"]", "surrogate", 1, 9},
        {"[\"\\ud800\\uZ\"]", "surrogate", 1, 9},
        {"{\"\\ud800\":1}", "surrogate", 1, 9},
        {"[\"\x80\"]", "UTF-8", 1, 3},
        {"[\"\xC0\xAF\"]", "UTF-8", 1, 3},
        {"[\"\xC1\xBF\"]", "UTF-8", 1, 3},
        {"[\"\xE0\x9F\xBF\"]", "UTF-8", 1, 3},
        {"[\"\xED\xA0\x80\"]", "UTF-8", 1, 3},
        {"[\"\xF0\x8F\xBF\xBF\"]", "UTF-8", 1, 3},
        {"[\"\xF4\x90\x80\x80\"]", "UTF-8", 1, 3},
        {"[\"\xF8\x88\x80\x80\x80\"]", "UTF-8", 1, 3},
        {"[\"\xE2\x82\"]", "UTF-8", 1, 3},
        {"[\"\xE2\x82", "UTF-8", 1, 3},
        {"{\"a\":1,\n \"b\":2,\"\\u0061\":3}", "twice", 2, 8},
        {"[{\"a\":{\"b\":1,\"b\":1}}]", "twice", 1, 14},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *root = NULL;
        struct vault_json_error error = {.reason = ""};
        const enum vault_json_status status = vault_json_read(vault_bytes_of(cases[i].text),
                                                              VAULT_JSON_STRICT, &root, &error);
        cr_expect_eq(status, VAULT_JSON_MALFORMED, "%s: %s", cases[i].text, status_names[status]);
        cr_expect_not_null(strstr(error.reason, cases[i].reason), "%s: %s", cases[i].text,
                           error.reason);
        cr_expect(error.line == cases[i].line && error.column == cases[i].column,
                  "%s: line %d, column %d", cases[i].text, error.line, error.column);
    }
}

Test(json_reader, a_nul_is_no_white_space)
{
    static const char *const texts[] = {"{}\0", "\0{}", "[1\0]", "[\"a\0b\"]"};
    static const size_t sizes[] = {3, 3, 4, 7};
    for (size_t i = 0; i < 4; i++) {
        json_t *root;
        cr_expect_eq(read_text(texts[i], sizes[i], VAULT_JSON_STRICT, &root), VAULT_JSON_MALFORMED,
                     "%zu", i);
    }
}

/* Whatever a text is cut to, it is malformed; nothing beyond it is read. */
Test(json_reader, every_prefix_is_malformed)
{
    static const char text[] = "{\"a\\u00e9\\ud83d\\ude00\":[1.5e-7,true,{\"b\":\"\u20ac\"},null]}";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        json_t *root;
        cr_expect_eq(read_text(text, size, VAULT_JSON_STRICT, &root), VAULT_JSON_MALFORMED, "%zu",
                     size);
        json_decref(root);
    }
}

static double real_of(const char *number)
{
    char text[512];
    json_t *root;
    snprintf(text, sizeof text, "[%s]", number);
    cr_assert_eq(read_text(text, strlen(text), VAULT_JSON_STRICT, &root), VAULT_JSON_OK, "%s",
                 number);
    const json_t *value = json_array_get(root, 0);
    cr_expect(json_is_real(value), "%s", number);
    const double real = json_real_value(value);
    json_decref(root);
    return real;
}

Test(json_reader, numbers_of_any_size)
{
    char zeros[400];
    snprintf(zeros, sizeof zeros, "1%0309d", 0);
    cr_expect_eq(real_of(zeros), DBL_MAX);
    cr_expect_eq(real_of("1e400"), DBL_MAX);
    cr_expect_eq(real_of("-1e400"), -DBL_MAX);
    cr_expect_eq(real_of("1e99999999999999999999"), DBL_MAX);
    cr_expect_eq(real_of("1e-400"), 0);
    cr_expect(signbit(real_of("-0.0")));
    cr_expect_eq(real_of("9223372036854775808"), 9223372036854775808.0);
    cr_expect_eq(real_of("-9223372036854775809"), -9223372036854775808.0);
    cr_expect_eq(real_of("123456789012345678901234567890"), 123456789012345678901234567890.0);
    cr_expect_eq(real_of("1.0"), 1);
    cr_expect_eq(real_of("1E+2"), 100);
    cr_expect_eq(real_of("0.1"), 0.1);
}

Test(json_reader, lone_surrogates_are_kept_if_asked_for)
{
    static const struct {
        const char *text;
        const char *value;
        bool valid;
    } cases[] = {
        {"[\"\\ud800\"]", "\xED\xA0\x80", false},
        {"[\"\\udfff\"]", "\xED\xBF\xBF", false},
        {"[\"a\\ud83dz\"]", "a\xED\xA0\xBDz", false},
        {"[\"\\ud83d\\ud83d\\ude00\"]", "\xED\xA0\xBD\U0001F600", false},
        {"[\"\\ude00\\ud83d\"]", "\xED\xB8\x80\xED\xA0\xBD", false},
        {"[\"\\ud83d\\ude00\"]", "\U0001F600", true},
        {"[\"\\ud7ff\\ue000\"]", "\uD7FF\uE000", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *root;
        cr_assert_eq(read_text(cases[i].text, strlen(cases[i].text), VAULT_JSON_KEEP_SURROGATES,
                               &root),
                     VAULT_JSON_OK);
        const json_t *string = json_array_get(root, 0);
        cr_expect_str_eq(json_string_value(string), cases[i].value);
        cr_expect_eq(vault_utf8_is_valid(json_string_value(string), json_string_length(string)),
                     cases[i].valid, "%s", cases[i].text);
        json_decref(root);
    }
}

static enum vault_json_status read_nested(size_t depth, char open, char close)
{
    char *text = malloc(2 * depth);
    json_t *root;
    memset(text, open, depth);
    memset(text + depth, close, depth);
    const enum vault_json_status status = read_text(text, 2 * depth, VAULT_JSON_STRICT, &root);
    json_decref(root);
    free(text);
    return status;
}

Test(json_reader, the_depth_is_limited)
{
    cr_expect_eq(read_nested(VAULT_JSON_DEPTH_LIMIT, '[', ']'), VAULT_JSON_OK);
    cr_expect_eq(read_nested(VAULT_JSON_DEPTH_LIMIT + 1, '[', ']'), VAULT_JSON_MALFORMED);
    cr_expect_eq(read_nested(1000000, '[', ']'), VAULT_JSON_MALFORMED);
}

/* ---- Allocations that fail ---- */

static int allocations, failing;
static bool from_there_on;

static void *allocate(size_t size)
{
    allocations++;
    return allocations == failing || (from_there_on && allocations > failing) ? NULL : malloc(size);
}

/* Reads with the allocation `number` failing; the result is right or says that memory ran out. */
static bool read_failing(const char *text, enum vault_json_status expected, int number)
{
    json_t *root = NULL;
    allocations = 0;
    failing = number;
    const enum vault_json_status status = vault_json_read(vault_bytes_of(text), VAULT_JSON_STRICT,
                                                          &root, NULL);
    const bool failed = allocations >= failing;
    failing = 0;
    cr_expect_eq(status, failed ? VAULT_JSON_NO_MEMORY : expected, "%s: %s at %d", text,
                 status_names[status], number);
    json_decref(root);
    return failed;
}

Test(json_reader, every_allocation_can_fail)
{
    static const struct {
        const char *text;
        enum vault_json_status status;
    } cases[] = {
        {"{\"jti\":\"a-long-identifier-of-a-token-that-was-revoked\",\"n\":[1,2.5,{\"a\":\"b\"}]}",
         VAULT_JSON_OK},
        {"[1,2,3,4,5,6,7,8,9,\"10\",11,12,13,14,15,16,17,18,19]", VAULT_JSON_OK},
        {"{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10}",
         VAULT_JSON_OK},
    };
    json_set_alloc_funcs(allocate, free);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int kept = 0; kept < 2; kept++) {
            int number = 1;
            from_there_on = kept == 1;
            while (read_failing(cases[i].text, cases[i].status, number))
                number++;
            cr_expect_gt(number, 10);
        }
    }
    json_set_alloc_funcs(malloc, free);
}
