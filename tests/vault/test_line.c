// SPDX-License-Identifier: MIT
#include "vault/line.h"

#include <criterion/criterion.h>
#include <string.h>

#include "vault/failure.h"
#include "vault/utf8.h"

__attribute__((format(printf, 3, 4))) static void format_line(char *line, size_t capacity,
                                                              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(line, capacity, format, arguments);
    va_end(arguments);
}

/* Control characters, separators of lines, marks of direction, and bytes that are not UTF-8. */
Test(line, nothing_is_left_for_a_terminal_to_obey)
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
        char line[64];
        format_line(line, sizeof line, "%s", texts[i][0]);
        cr_expect_str_eq(line, texts[i][1], "%zu: %s", i, line);
    }
}

/* Wherever the line is cut, it is cut between characters. */
Test(line, is_cut_between_characters)
{
    static const char text[] = "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const size_t kept[] = {0, 0, 2, 2, 2, 5, 5, 5, 5, 9};
    for (size_t capacity = 1; capacity <= sizeof text; capacity++) {
        char line[16];
        format_line(line, capacity, "%s", text);
        cr_expect_eq(strlen(line), kept[capacity - 1], "%zu: %s", capacity, line);
    }
}

/* A part of a text that a format cuts within a character is no UTF-8 either. */
Test(line, failures_are_lines)
{
    struct vault_failure failure;
    vault_fail(&failure, "'%.3s'\n", "\xC3\xA4\xC3\xA4");
    cr_expect_str_eq(failure.message, "'\xC3\xA4?'?");
    cr_expect(vault_utf8_is_valid(failure.message, strlen(failure.message)));
}
