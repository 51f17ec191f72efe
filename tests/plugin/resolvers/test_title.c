// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "plugin/resolvers/title.h"

Test(title, white_space_goes_from_both_ends)
{
    static const struct {
        const char *given;
        const char *trimmed;
    } cases[] = {
        {"", ""},
        {" ", ""},
        {"a", "a"},
        {"  a b \t\n", "a b"},
        {"\u00a0\u2003\u3000x\u2028\u2029\xc2\x85", "x"}, /* White_Space beyond ASCII */
        {"\u200bx\u200b", "\u200bx\u200b"},               /* zero width space: not White_Space */
        {"\ufeffx", "\ufeffx"},
        {"é ü ", "é ü"},
        {"\U0001F600 ", "\U0001F600"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct text trimmed = title_trim(text_of(cases[i].given));
        cr_expect(text_equal(trimmed, text_of(cases[i].trimmed)), "%zu: '%.*s'", i,
                  (int)trimmed.size, trimmed.data);
    }
}

static struct text repeat(const char *piece, size_t count)
{
    char *data = calloc(count + 1, strlen(piece));
    for (size_t i = 0; i < count; i++)
        memcpy(data + i * strlen(piece), piece, strlen(piece));
    return (struct text){data, count * strlen(piece)};
}

Test(title, length_is_in_code_points)
{
    static const char *const pieces[] = {"a", "é", "漢", "\U0001F600"};
    for (size_t i = 0; i < 4; i++) {
        const struct text most = repeat(pieces[i], 255), more = repeat(pieces[i], 256);
        cr_expect_null(title_violation(most), "255 times %s", pieces[i]);
        cr_expect_not_null(title_violation(more), "256 times %s", pieces[i]);
        free((char *)(uintptr_t)most.data);
        free((char *)(uintptr_t)more.data);
    }
}

Test(title, control_characters_are_refused)
{
    static const struct text bad[] = {
        {"", 0},
        {"a\0b", 3},
        {"a\nb", 3},
        {"a\x1b[0m", 5},
        {"\x7f", 1},
        {"a\xc2\x85"
         "b",
         4},
        {"a\xc2\x9f"
         "b",
         4},
        {"a\xff", 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not_null(title_violation(bad[i]), "case %zu was taken", i);
    cr_expect_null(title_violation(TEXT("\"quotes\" \\ / <b> ' \u202e")));
}
