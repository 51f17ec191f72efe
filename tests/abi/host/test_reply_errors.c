// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/reply_errors.h"

enum { LIMIT = 4096 };

static gql_error make_error(const char *path, const char *extensions)
{
    return (gql_error){.struct_size = sizeof(gql_error),
                       .code = "NOT_FOUND",
                       .message = "gone",
                       .message_size = 4,
                       .extensions = extensions,
                       .extensions_size = extensions == NULL ? 0 : strlen(extensions),
                       .path = path,
                       .path_size = path == NULL ? 0 : strlen(path)};
}

Test(reply_errors, appends_to_an_array)
{
    char *errors = NULL;
    const gql_error first = make_error(NULL, NULL);
    const gql_error second = make_error("[\"nodes\", 3]", "{\"code\":\"OWN\",\"n\":1}");
    cr_assert_eq(reply_errors_append(&errors, &first, LIMIT), GQL_OK);
    cr_expect_str_eq(
        errors, "[{\"message\":\"gone\",\"path\":[],\"extensions\":{\"code\":\"NOT_FOUND\"}}]");
    cr_assert_eq(reply_errors_append(&errors, &second, LIMIT), GQL_OK);
    cr_expect_str_eq(errors,
                     "[{\"message\":\"gone\",\"path\":[],\"extensions\":{\"code\":\"NOT_FOUND\"}},"
                     "{\"message\":\"gone\",\"path\":[\"nodes\",3],"
                     "\"extensions\":{\"code\":\"OWN\",\"n\":1}}]");
    free(errors);
}

/* Blanks between tokens are dropped, those within strings and escapes kept. */
Test(reply_errors, adds_the_code_to_any_extensions)
{
    static const char *const cases[][2] = {
        {" { } ", "{\"code\":\"NOT_FOUND\"}"},
        {"{ \"a b\" :\n[ \"\\\" x\" , {\"code\":1} ] }",
         "{\"a b\":[\"\\\" x\",{\"code\":1}],\"code\":\"NOT_FOUND\"}"},
        {"{\"\\u0063ode\":null}", "{\"\\u0063ode\":null}"},
        {"{\"codes\":1e400}", "{\"codes\":1e400,\"code\":\"NOT_FOUND\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *errors = NULL;
        const gql_error error = make_error("[]", cases[i][0]);
        cr_assert_eq(reply_errors_append(&errors, &error, LIMIT), GQL_OK, "%s", cases[i][0]);
        const char *found = strstr(errors, "\"extensions\":");
        cr_assert_not_null(found);
        found += strlen("\"extensions\":");
        cr_expect_eq(strncmp(found, cases[i][1], strlen(cases[i][1])), 0, "%s", found);
        cr_expect_str_eq(found + strlen(cases[i][1]), "}]");
        free(errors);
    }
}

/* A message is text that JSON must escape; its size counts, not a NUL. */
Test(reply_errors, escapes_messages)
{
    char *errors = NULL;
    gql_error error = make_error("[]", NULL);
    error.message = "\"a\"\n\\b and more";
    error.message_size = 6;
    cr_assert_eq(reply_errors_append(&errors, &error, LIMIT), GQL_OK);
    cr_expect_not_null(strstr(errors, "\"message\":\"\\\"a\\\"\\n\\\\b\","), "%s", errors);
    free(errors);
}

Test(reply_errors, refuses_what_is_not_an_error)
{
    static const char *const paths[] = {"",       "{}",    "3",    "\"nodes\"", "[",     "[null]",
                                        "[true]", "[[1]]", "[-1]", "[1.5]",     "[1] 2", "[{}]"};
    static const char *const extensions[] = {"", "[]", "null", "{", "\"a\"", "{} {}"};
    char *errors = NULL;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const gql_error error = make_error(paths[i], NULL);
        cr_expect_eq(reply_errors_append(&errors, &error, LIMIT), GQL_E_MISUSE, "%s", paths[i]);
        cr_expect_null(errors, "%s", paths[i]);
    }
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        const gql_error error = make_error("[]", extensions[i]);
        cr_expect_eq(reply_errors_append(&errors, &error, LIMIT), GQL_E_MISUSE, "%s",
                     extensions[i]);
    }
    gql_error error = make_error("[]", NULL);
    error.message = "\xff\xfe";
    error.message_size = 2;
    cr_expect_eq(reply_errors_append(&errors, &error, LIMIT), GQL_E_MISUSE);
    cr_expect_null(errors);
}

Test(reply_errors, keeps_what_it_has_at_the_limit)
{
    char *errors = NULL;
    const gql_error error = make_error("[\"nodes\",1]", NULL);
    int count = 0;
    int32_t code;
    while ((code = reply_errors_append(&errors, &error, 500)) == GQL_OK)
        count++;
    cr_expect_eq(code, GQL_E_LIMIT);
    cr_expect_gt(count, 3);
    cr_expect_leq(strlen(errors), 500);
    cr_expect_str_eq(errors + strlen(errors) - 3, "}}]");
    free(errors);
}
