// SPDX-License-Identifier: MIT
/* Texts of clients: any Unicode, and the lone surrogates that JSON lets through. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/plugin/operations/world.h"

static struct world world;

static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(unicode, .init = make, .fini = clean);

static const char *const lone[] = {"\\ud800", "\\udfff", "a\\udbffb", "\\udc00\\ud800",
                                   "\\ud83d\\ud83d\\ude00"};
#define LONE (sizeof lone / sizeof *lone)

/* It names nothing. The error repeats it as text that every reader of JSON takes. */
Test(unicode, an_id_with_a_lone_surrogate_is_not_found)
{
    static const char *const echoes[LONE] = {"\ufffd", "\ufffd", "a\ufffdb", "\ufffd\ufffd",
                                             "\ufffd\U0001F600"};
    for (size_t i = 0; i < LONE; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "{\"entityId\":\"%s\"}", echoes[i]);
        expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", lone[i]),
                     "NOT_FOUND", expected);
        expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                                "{\"input\":{\"id\":\"%s\",\"version\":1}}", lone[i]),
                     "NOT_FOUND", expected);
        expect_error(world_call(&world, "integrationDelete", NULL, NULL,
                                "{\"input\":{\"id\":\"%s\",\"version\":1}}", lone[i]),
                     "NOT_FOUND", expected);
    }
    /* A letter that begins with the same byte, ED, is no surrogate. */
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"\ud7a3\ud7fb\"}"),
                 "NOT_FOUND", "{\"entityId\":\"\ud7a3\ud7fb\"}");
}

Test(unicode, one_bad_id_does_not_fail_a_list)
{
    char *id = world_create(&world, "acme", "x");
    for (size_t i = 0; i < LONE; i++) {
        char ids[160];
        snprintf(ids, sizeof ids, "[\"%s\",\"%s\",\"%s\",\"\\u0000\",\"%s\"]", id, lone[i], lone[i],
                 id);
        struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", ids,
                                               "title", NULL);
        cr_assert(answer->resolved, "%s: %s", ids, answer->message);
        expect_json(answer->value, "[{\"title\":\"x\"},null,null,null,{\"title\":\"x\"}]");
        mock_answer_free(&answer);
    }
    free(id);
}

Test(unicode, other_texts_with_a_lone_surrogate_are_named)
{
    static const struct {
        const char *field;
        const char *before; /* The text. */
        const char *after;
        const char *expected;
    } cases[] = {
        {"integrations", "{\"organizationId\":\"", "\"}",
         "{\"field\":\"organizationId\","
         "\"detail\":\"An organization's ID must not hold lone surrogates\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"after\":\"", "\"}", "{\"field\":\"after\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"before\":\"", "\"}",
         "{\"field\":\"before\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"orderBy\":{\"field\":\"", "\"}}",
         "{\"field\":\"orderBy.field\"}"},
        {"integrationCreate", "{\"input\":{\"title\":\"x\",\"organizationId\":\"", "\"}}",
         "{\"field\":\"input.organizationId\"}"},
        {"integrationCreate", "{\"input\":{\"organizationId\":\"o\",\"title\":\"", "\"}}",
         "{\"field\":\"input.title\",\"detail\":\"A title must not hold lone surrogates\"}"},
        {"integrationCreate",
         "{\"input\":{\"organizationId\":\"o\",\"title\":\"x\",\"credentialRef\":\"", "\"}}",
         "{\"field\":\"input.credentialRef\",\"reason\":\"malformed\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t j = 0; j < LONE; j++)
            expect_error(world_call(&world, cases[i].field, NULL, NULL, "%s%s%s", cases[i].before,
                                    lone[j], cases[i].after),
                         "VALIDATION_ERROR", cases[i].expected);
    }
}

/*
 * A host that passes a lone surrogate on in three bytes, as no UTF-8 has it, or in U+FFFD's place,
 * opens no organization by it.
 */
Test(unicode, a_grant_that_is_not_utf_8_opens_nothing)
{
    static const char *const names[] = {"\xed\xa0\x80", "\xff", "\xc0\xaf", "\ufffd"};
    free(world_create(&world, "\ufffd", "x"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct mock_request request;
        mock_request(&request, "actor");
        mock_grant(&request, names[i], 15);
        expect_error(world_call(&world, "integrations", NULL, &request,
                                "{\"organizationId\":\"\\ud800\"}"),
                     "VALIDATION_ERROR", "{\"field\":\"organizationId\"}");
        if (i == 3)
            continue;
        expect_error(world_call(&world, "integrations", NULL, &request,
                                "{\"organizationId\":\"\\ufffd\"}"),
                     "PERMISSION_DENIED", "{}");
    }
}

/* Everything but white space at the ends and control characters is kept, and found again. */
Test(unicode, titles_keep_every_character)
{
    static const char *const titles[] = {
        "\u00e9",              /* Composed, */
        "e\u0301",             /* and decomposed: each stays as it is. */
        "\u202eright to left", /* Bidirectional control. */
        "\u2066isolate\u2069",
        "\ufeffmark",   /* Byte order mark. */
        "\ufffe\uffff", /* Noncharacters. */
        "\U0010ffff\U0001fffe",
        "\ue000",          /* Private use. */
        "a\u200d\u200bb",  /* Zero width. */
        "x\u2028y\u2029z", /* Separators inside. */
        "\ud7ff",          /* The last character before the surrogates, */
        "\U00010000",      /* and the first that needs two of them. */
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        char *id = world_create(&world, "acme", titles[i]);
        json_t *value = world_resolve(&world, "integration", "title", "{\"id\":\"%s\"}", id);
        cr_expect_str_eq(text_member(value, "title"), titles[i]);
        json_decref(value);
        free(id);
    }
}
