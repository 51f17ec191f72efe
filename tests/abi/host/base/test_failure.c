// SPDX-License-Identifier: MIT
#include "abi/host/base/failure.h"

#include <criterion/criterion.h>
#include <string.h>

Test(failure, may_be_missing_or_small)
{
    cr_expect_eq(gql_fail(NULL, GQL_E_LIMIT, "%s", "x"), GQL_E_LIMIT);
    gql_failure small = {.struct_size = 8};
    cr_expect_eq(gql_fail(&small, GQL_E_LIMIT, "%s", "x"), GQL_E_LIMIT);
    cr_expect_eq(small.code, 0);
    cr_expect_eq(small.message[0], '\0');
}

Test(failure, holds_code_and_message)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(gql_fail(&failure, GQL_E_CONFIG, "%s: %d", "a", 1), GQL_E_CONFIG);
    cr_expect_eq(failure.code, GQL_E_CONFIG);
    cr_expect_str_eq(failure.message, "a: 1");
    cr_expect_eq(gql_fail_no_memory(&failure), GQL_E_NO_MEMORY);
}

/* Control characters, separators of lines, marks of direction, and bytes that are not UTF-8. */
Test(failure, makes_what_it_quotes_harmless)
{
    static const char *const texts[][2] = {
        {"a\nb\tc\x1B[2Jd\x7F", "a?b?c?[2Jd?"},
        {"\xC2\x9B\xC2\xA0\xC3\xA4", "??\xC2\xA0\xC3\xA4"},
        {"\xE2\x80\xAE\xE2\x80\xA9\xE2\x81\xA6\xE2\x80\x8F\xD8\x9C", "??????????????"},
        /* U+2027, U+205F, U+2070, U+20AC */
        {"\xE2\x80\xA7\xE2\x81\x9F\xE2\x81\xB0\xE2\x82\xAC",
         "\xE2\x80\xA7\xE2\x81\x9F\xE2\x81\xB0\xE2\x82\xAC"},
        /* U+FEFF, U+00AD, U+200B, U+2060, U+2065, U+180E, U+FFF9 */
        {"\xEF\xBB\xBF\xC2\xAD\xE2\x80\x8B\xE2\x81\xA0\xE2\x81\xA5\xE1\xA0\x8E\xEF\xBF\xB9",
         "????????????????????"},
        /* U+E0001, U+E0041, U+E0FFF, U+1D173, and their neighbours U+DFFFF, U+E1000 */
        {"\xF3\xA0\x80\x81\xF3\xA0\x81\x81\xF3\xA0\xBF\xBF\xF0\x9D\x85\xB3", "????????????????"},
        {"\xF3\x9F\xBF\xBF\xF3\xA1\x80\x80", "\xF3\x9F\xBF\xBF\xF3\xA1\x80\x80"},
        {"\xFF\xC0\x80\xED\xA0\x80z\xE2\x82", "??????z??"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        gql_fail(&failure, GQL_E_CONFIG, "%s", texts[i][0]);
        cr_expect_str_eq(failure.message, texts[i][1], "%zu: %s", i, failure.message);
    }
}

/* A message that is too long is truncated between characters, whatever their length. */
Test(failure, cuts_between_characters)
{
    static const char *const characters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[2048] = "";
            memset(text, 'x', shift);
            const size_t size = strlen(characters[i]);
            for (size_t end = shift; end + size < sizeof text; end += size)
                memcpy(text + end, characters[i], size);
            gql_failure failure = {.struct_size = sizeof failure};
            gql_fail(&failure, GQL_E_CONFIG, "%s", text);
            const size_t length = strlen(failure.message);
            const size_t room = sizeof failure.message - 1;
            cr_expect_eq((length - shift) % size, 0, "%zu bytes each, %zu before: %zu", size, shift,
                         length);
            cr_expect_gt(length + size, room, "%zu bytes each: only %zu", size, length);
        }
    }
}
