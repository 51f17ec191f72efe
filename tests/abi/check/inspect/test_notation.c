// SPDX-License-Identifier: MIT
#include "abi/check/inspect/notation.h"

#include <criterion/criterion.h>
#include <string.h>

/* Each list ends with NULL. */
static void expect_forms(const char *name, bool (*is_right)(const char *text),
                         const char *const *right, const char *const *wrong)
{
    for (; *right != NULL; right++)
        cr_expect(is_right(*right), "%s: \"%s\" is not accepted", name, *right);
    for (; *wrong != NULL; wrong++)
        cr_expect(!is_right(*wrong), "%s: \"%s\" is accepted", name, *wrong);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(notation, tells_right_forms_from_wrong_ones)
{
    expect_forms("id", notation_is_reverse_domain,
                 TEXTS("org.example", "org.gql-integrations.integrations", "a.b.c9"),
                 TEXTS("", "example", ".example", "org.", "org..x", "org.-x", "org.x-",
                       "org.ex ample", "org.ex\xC3\xA4"));
    expect_forms("version", notation_is_semantic_version,
                 TEXTS("0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.0.0-alpha.0valid",
                       "1.0.0-0A.is.legal", "2.0.0+build.1848",
                       "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "1.0.0--"),
                 TEXTS("", "1", "1.2", "1.2.3.4", "v1.2.3", "01.1.1", "1.01.1", "1.1.01",
                       "1.2.3-0123", "1.2.3-", "1.2.3+", "1.0.0-alpha..1", "1.0.0-alpha_beta",
                       "1.1.2+.123", "1.2.3 "));
    expect_forms("licence", notation_is_licence,
                 TEXTS("MIT", "Apache-2.0", "GPL-2.0-or-later WITH Bison-exception-2.2",
                       "(MIT OR Apache-2.0) AND BSD-3-Clause", "LicenseRef-Proprietary",
                       "DocumentRef-x:LicenseRef-y", "GPL-2.0+"),
                 TEXTS("", "MIT OR", "OR MIT", "MIT Apache-2.0", "(MIT", "MIT)", "MIT/BSD",
                       "the licence", "()"));
    expect_forms("url", notation_is_url, TEXTS("https://example.org", "http://localhost:1/x?y#z"),
                 TEXTS("", "example.org", "ftp://example.org", "https://", "https://a b",
                       "https://a\nb"));
    expect_forms("line", notation_is_line, TEXTS("A name", "\xC3\xA4"),
                 TEXTS("", "two\nlines", "\x7F", "\xC3"));
    expect_forms("code", notation_is_error_code, TEXTS("NOT_FOUND", "E2"),
                 TEXTS("", "not_found", "NOT FOUND", "N\xC3\x84"));
}

Test(notation, knows_utf8)
{
    static const char *const wrong[] = {"\x80",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80",
                                        "\xE2\x82",
                                        "\xFF"};
    static const char right[] =
        "a\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
    cr_expect(notation_is_utf8(right, sizeof right - 1));
    cr_expect(notation_is_utf8("", 0));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect(!notation_is_utf8(wrong[i], strlen(wrong[i])), "number %zu is accepted", i);
}
