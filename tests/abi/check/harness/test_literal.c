// SPDX-License-Identifier: MIT
#include "abi/check/harness/literal.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(literal, becomes_json)
{
    static const char *const cases[][2] = {
        {"1", "1"},
        {"-2.5e1", "-25.0"},
        {"true", "true"},
        {"null", "null"},
        {"ASC", "\"ASC\""},
        {"\"a\\\"b\"", "\"a\\\"b\""},
        {"[1, [2] 3]", "[1,[2],3]"},
        {"{ field: TITLE, nested: {on: false} }",
         "{\"field\":\"TITLE\",\"nested\":{\"on\":false}}"},
        {"[]", "[]"},
        {"{}", "{}"},
        {"\"\"\"block\"\"\"", "nothing"},
        {"[1", "nothing"},
        {"{a 1}", "nothing"},
        {"$x", "nothing"},
        {"", "nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = literal_to_json(cases[i][0]);
        char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
        const char *got = text == NULL ? "nothing" : text;
        cr_expect_str_eq(got, cases[i][1], "%s: %s, not %s", cases[i][0], got, cases[i][1]);
        free(text);
        json_decref(json);
    }
}
