// SPDX-License-Identifier: MIT
/* What errors repeat of a client's text, and what they say about a change. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/limits.h"
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

TestSuite(errors, .init = make, .fini = clean);

/* A text of `count` units of JSON; to be freed. */
static char *repeat(const char *unit, size_t count)
{
    char *text = calloc(count, strlen(unit) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * strlen(unit), unit, strlen(unit));
    return text;
}

static const struct {
    const char *field;
    const char *before; /* The ID. */
    const char *after;
} by_id[] = {
    {"integration", "{\"id\":\"", "\"}"},
    {"integrationUpdate", "{\"input\":{\"id\":\"", "\",\"version\":1}}"},
    {"integrationDelete", "{\"input\":{\"id\":\"", "\",\"version\":1}}"},
};

static struct mock_answer *ask(size_t operation, const char *id)
{
    return world_call(&world, by_id[operation].field, NULL, NULL, "%s%s%s", by_id[operation].before,
                      id, by_id[operation].after);
}

/* The longest answer is one of control characters, each of which JSON writes in six bytes. */
static void expect_bounded(const struct mock_answer *answer)
{
    char *text = json_dumps(answer->extensions, JSON_COMPACT);
    cr_expect_lt(strlen(text) + strlen(answer->message), 1024);
    free(text);
}

/* An ID is repeated up to ECHO_MAX bytes of UTF-8, whatever its characters. */
Test(errors, an_id_is_repeated_only_if_it_is_short)
{
    static const struct {
        const char *unit; /* As JSON. */
        size_t bytes;
    } cases[] = {{"x", 1}, {"\\u0001", 1}, {"\\\"", 1}, {"\xc3\xa9", 2}, {"\\ud83d\\ude00", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t operation = 0; operation < sizeof by_id / sizeof *by_id; operation++) {
            const size_t most = ECHO_MAX / cases[i].bytes;
            const size_t counts[] = {0, 1, most, most + 1, 100000};
            for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
                char *id = repeat(cases[i].unit, counts[j]);
                struct mock_answer *answer = ask(operation, id);
                const json_t *echo = member(answer->extensions, "entityId");
                expect_bounded(answer);
                cr_expect_eq(echo != NULL, counts[j] <= most, "%zu times %s", counts[j],
                             cases[i].unit);
                cr_expect_eq(json_string_length(echo),
                             counts[j] <= most ? counts[j] * cases[i].bytes : 0);
                expect_error(answer, "NOT_FOUND", "{\"entityType\":\"Integration\"}");
                free(id);
            }
        }
    }
}

/* Each other text that a client sends is refused without being repeated. */
Test(errors, no_other_text_of_a_client_is_repeated)
{
    static const struct {
        const char *field;
        const char *before; /* The text. */
        const char *after;
        const char *expected;
    } cases[] = {
        {"integrations", "{\"organizationId\":\"", "\"}", "{\"field\":\"organizationId\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"after\":\"", "\"}", "{\"field\":\"after\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"before\":\"", "\"}",
         "{\"field\":\"before\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"first\":\"", "\"}", "{\"field\":\"first\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"orderBy\":{\"field\":\"", "\"}}",
         "{\"field\":\"orderBy.field\"}"},
        {"integrations",
         "{\"organizationId\":\"o\",\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"", "\"}}",
         "{\"field\":\"orderBy.direction\"}"},
        {"integrations", "{\"organizationId\":\"o\",\"filter\":{\"isActive\":\"", "\"}}",
         "{\"field\":\"filter.isActive\"}"},
        {"integrationCreate", "{\"input\":{\"organizationId\":\"", "\",\"title\":\"x\"}}",
         "{\"field\":\"input.organizationId\"}"},
        {"integrationCreate", "{\"input\":{\"organizationId\":\"o\",\"title\":\"", "\"}}",
         "{\"field\":\"input.title\"}"},
        {"integrationCreate",
         "{\"input\":{\"organizationId\":\"o\",\"title\":\"x\",\"credentialRef\":\"", "\"}}",
         "{\"field\":\"input.credentialRef\"}"},
    };
    char *text = repeat("client ", 100000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mock_answer *answer = world_call(&world, cases[i].field, NULL, NULL, "%s%s%s",
                                                cases[i].before, text, cases[i].after);
        expect_bounded(answer);
        char *extensions = json_dumps(answer->extensions, JSON_COMPACT);
        cr_expect_null(strstr(extensions, "client client"), "%s", extensions);
        free(extensions);
        expect_error(answer, "VALIDATION_ERROR", cases[i].expected);
    }
    free(text);
}

/* Jansson's allocations in the call: how many there were, and which one fails. */
static size_t allocations, failing;

static void *allocate(size_t size)
{
    return ++allocations == failing ? NULL : malloc(size);
}

/* A lack of memory is the service's fault: never the client's, and never "not found". */
Test(errors, out_of_memory_is_not_the_clients_error)
{
    char *id = world_create(&world, "acme", "x"), arguments[128];
    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\",\"unknown\":[1,2.5,{\"a\":null}]}", id);
    for (failing = 1;; failing++) {
        allocations = 0;
        json_set_alloc_funcs(allocate, free);
        struct mock_pending *pending = mock_start(world.host, world.instance, "Query",
                                                  "integration", arguments, "title", NULL);
        const bool failed = allocations >= failing;
        json_set_alloc_funcs(malloc, free);
        struct mock_answer *answer = mock_wait(&pending);
        if (failed) {
            expect_error(answer, "SERVICE_UNAVAILABLE", "{\"detail\":\"Out of memory\"}");
            continue;
        }
        expect_json(answer->value, "{\"title\":\"x\"}");
        mock_answer_free(&answer);
        break;
    }
    cr_expect_gt(failing, 10, "only %zu allocations were seen", failing);
    free(id);
}

/* A read changes nothing in any case; to say so would make a client doubt. */
Test(errors, only_mutations_say_that_nothing_was_changed)
{
    struct mock_request cancelled;
    mock_request_all(&cancelled);
    mock_cancel(&cancelled);
    const char *fields[] = {"integration",       "integrations",      NULL,
                            "integrationCreate", "integrationUpdate", "integrationDelete"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct mock_answer *answer = fields[i] == NULL
                                         ? mock_load(world.host, world.instance, "Integration",
                                                     "[]", "id", &cancelled)
                                         : world_call(&world, fields[i], NULL, &cancelled, "{}");
        const bool writes = i > 2;
        cr_expect_eq(strstr(answer->message, "; nothing was changed") != NULL, writes, "%s: %s",
                     fields[i] == NULL ? "the loader" : fields[i], answer->message);
        expect_error(answer, "SERVICE_UNAVAILABLE", "{}");
    }
}
