// SPDX-License-Identifier: MIT
/*
 * An actor of one organization tries everything that a client can send to reach another's data:
 * in one database, and in one for each. All titles of others contain `SECRET`; no answer does.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/plugin/operations/world.h"

#define OURS "org-1955"

/* As JSON. The first shares its tag with OURS: tests/plugin/base/test_organization.c. */
static const char *const others[] = {
    "org-2482",
    "ORG-1955",
    "org-1955 ",
    "org-1955/",
    "../org-1955",
    "..",
    ".",
    "/",
    "*",
    "%",
    "{organization}",
    "org-1955\\u0000",
    "\\u0000",
    "con",
    "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
    "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
    "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
    "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
    "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9",
    "e\\u0301",
};

enum { OTHERS = sizeof others / sizeof *others };

static struct world world;
static struct mock_request request; /* Of an actor who may do everything in OURS. */
static char *ids[OTHERS], *our_id, *cursors[OTHERS];

static char *cursor_of(const char *organization_id)
{
    json_t *value = world_resolve(&world, "integrations", "pageInfo { endCursor }",
                                  "{\"organizationId\":\"%s\"}", organization_id);
    char *cursor = strdup(text_member(value, "pageInfo.endCursor"));
    json_decref(value);
    return cursor;
}

static void make(void)
{
    world_make(&world, "");
    our_id = world_create(&world, OURS, "ours");
    for (size_t i = 0; i < OTHERS; i++) {
        ids[i] = world_create(&world, others[i], "SECRET");
        cursors[i] = cursor_of(others[i]);
    }
    mock_request(&request, "actor");
    mock_grant(&request, OURS, 15);
}

static void clean(void)
{
    for (size_t i = 0; i < OTHERS; i++) {
        free(ids[i]);
        free(cursors[i]);
    }
    free(our_id);
    world_end(&world);
}

TestSuite(isolation, .init = make, .fini = clean);

/* Fails if an answer tells what it must not. */
static void expect_no_secret(const struct mock_answer *answer, const char *what)
{
    char *extensions = answer->resolved ? NULL : json_dumps(answer->extensions, 0);
    const char *texts[] = {answer->json, answer->message, extensions};
    for (size_t i = 0; i < 3; i++)
        cr_expect(texts[i] == NULL || strstr(texts[i], "SECRET") == NULL, "%s: %s", what, texts[i]);
    free(extensions);
}

/* The answer must be that error; `code` NULL: any value. */
static void expect(struct mock_answer *answer, const char *code, const char *what)
{
    expect_no_secret(answer, what);
    cr_expect_eq(answer->resolved, code == NULL, "%s: %s", what,
                 answer->resolved ? answer->json : answer->message);
    if (!answer->resolved && code != NULL)
        cr_expect_str_eq(answer->code, code, "%s", what);
    mock_answer_free(&answer);
}

/* A way to ask for an ID. */
struct way {
    const char *field;
    const char *before, *after; /* The ID, in the arguments. */
};

/* What the client is told of an ID, without what it sent and what differs in each answer. */
static char *told(const struct way *way, const char *id)
{
    struct mock_answer *answer = world_call(&world, way->field, NULL, &request, "%s%s%s",
                                            way->before, id, way->after);
    cr_assert_not(answer->resolved, "%s %s: %s", way->field, id, answer->json);
    json_object_del(answer->extensions, "traceId");
    json_object_del(answer->extensions, "entityId");
    expect_no_secret(answer, way->field);
    char *extensions = json_dumps(answer->extensions, JSON_SORT_KEYS), *text = NULL;
    cr_assert_geq(asprintf(&text, "%s %s", answer->code, extensions), 0);
    for (char *place; (place = strstr(text, id)) != NULL;)
        memset(place, '?', strlen(id));
    free(extensions);
    mock_answer_free(&answer);
    return text;
}

static void expect_same(const struct way *way, const char *id, const char *absent)
{
    char *one = told(way, id), *other = told(way, absent);
    cr_expect_str_eq(one, other);
    free(one);
    free(other);
}

/* ---- IDs ---- */

Test(isolation, an_id_of_another_is_as_good_as_none)
{
    static const struct way ways[] = {
        {"integration", "{\"id\":\"", "\"}"},
        {"integrationUpdate", "{\"input\":{\"version\":1,\"title\":\"taken\",\"id\":\"", "\"}}"},
        {"integrationUpdate", "{\"input\":{\"version\":7,\"id\":\"", "\"}}"},
        {"integrationUpdate", "{\"input\":{\"version\":1,\"credentialRef\":\"x\",\"id\":\"",
         "\"}}"},
        {"integrationDelete", "{\"input\":{\"version\":1,\"id\":\"", "\"}}"},
    };
    for (size_t i = 0; i < OTHERS; i++) {
        char *absent = strdup(ids[i]);
        absent[7] = absent[7] == '0' ? '1' : '0'; /* With the same tag. */
        for (size_t j = 0; j < sizeof ways / sizeof *ways; j++)
            expect_same(&ways[j], ids[i], absent);
        free(absent);
    }
}

Test(isolation, no_other_spelling_of_an_id_helps)
{
    static const char *const around[][2] = {{"{", "}"},        {" ", ""},       {"", " "},
                                            {"urn:uuid:", ""}, {"", "\\u0000"}, {"", "/"}};
    for (size_t i = 0; i < OTHERS; i++) {
        char id[128];
        for (size_t j = 0; j < sizeof around / sizeof *around; j++) {
            snprintf(id, sizeof id, "%s%s%s", around[j][0], ids[i], around[j][1]);
            expect(world_call(&world, "integration", NULL, &request, "{\"id\":\"%s\"}", id),
                   "NOT_FOUND", id);
        }
        strcpy(id, ids[i]);
        for (char *byte = id; *byte != '\0'; byte++)
            *byte = (char)toupper(*byte);
        expect(world_call(&world, "integration", NULL, &request, "{\"id\":\"%s\"}", id),
               "NOT_FOUND", id);
    }
}

/* For `node`, `nodes` and `_entities`: ours among all of theirs. */
Test(isolation, the_loader_gives_what_is_ours)
{
    char list[64 * (OTHERS + 2)] = "[";
    for (size_t i = 0; i < OTHERS; i++)
        sprintf(list + strlen(list), "\"%s\",", ids[i]);
    sprintf(list + strlen(list), "\"%s\"]", our_id);
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", list,
                                           ALL_FIELDS, &request);
    expect_no_secret(answer, "load");
    cr_assert(answer->resolved, "%s", answer->message);
    for (size_t i = 0; i < OTHERS; i++)
        cr_expect(json_is_null(json_array_get(answer->value, i)), "%s", others[i]);
    cr_expect_str_eq(text_member(json_array_get(answer->value, OTHERS), "title"), "ours");
    mock_answer_free(&answer);
}

/* ---- Organizations ---- */

Test(isolation, nothing_is_listed_or_created_for_another)
{
    for (size_t i = 0; i < OTHERS; i++) {
        expect(world_call(&world, "integrations", NULL, &request, "{\"organizationId\":\"%s\"}",
                          others[i]),
               "PERMISSION_DENIED", others[i]);
        expect(world_call(&world, "integrations", NULL, &request,
                          "{\"organizationId\":\"%s\",\"first\":0,\"after\":\"%s\","
                          "\"filter\":{\"isActive\":true}}",
                          others[i], cursors[i]),
               "PERMISSION_DENIED", others[i]);
        expect(world_call(&world, "integrationCreate", NULL, &request,
                          "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\"}}", others[i]),
               "PERMISSION_DENIED", others[i]);
    }
}

/* ---- Pages ---- */

static void expect_our_page(const char *more)
{
    struct mock_answer *answer = world_call(&world, "integrations",
                                            "total { count } nodes { title }", &request,
                                            "{\"organizationId\":\"" OURS "\"%s}", more);
    cr_assert(answer->resolved, "%s: %s", more, answer->message);
    expect_no_secret(answer, more);
    cr_expect_leq(json_integer_value(member(answer->value, "total.count")), 1);
    const json_t *nodes = member(answer->value, "nodes");
    cr_expect_leq(json_array_size(nodes), 1);
    cr_expect(json_array_size(nodes) == 0 || strcmp(text_member(nodes, "0.title"), "ours") == 0);
    mock_answer_free(&answer);
}

Test(isolation, no_filter_or_order_shows_more)
{
    static const char *const filters[] = {"", ",\"filter\":null", ",\"filter\":{}",
                                          ",\"filter\":{\"isActive\":true}",
                                          ",\"filter\":{\"isActive\":false}"};
    static const char *const ranges[] = {"", ",\"first\":100", ",\"last\":100", ",\"first\":0"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        for (size_t j = 0; j < sizeof ranges / sizeof *ranges; j++) {
            for (int k = 0; k < 3; k++) {
                static const char *const orders[] = {
                    "", ",\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"ASC\"}",
                    ",\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"DESC\"}"};
                char more[256];
                snprintf(more, sizeof more, "%s%s%s", filters[i], ranges[j], orders[k]);
                expect_our_page(more);
            }
        }
    }
}

/* In one database, a cursor is a place in any list; in one for each, it is signed for its own. */
Test(isolation, no_cursor_of_another_leads_to_what_is_theirs)
{
    const bool apart = getenv("DATABASE") != NULL && strcmp(getenv("DATABASE"), "root") == 0;
    for (size_t i = 0; i < OTHERS; i++) {
        for (int k = 0; k < 2; k++) {
            char more[160];
            snprintf(more, sizeof more, ",\"%s\":\"%s\"", k == 0 ? "after" : "before", cursors[i]);
            if (!apart)
                expect_our_page(more);
            else
                expect(world_call(&world, "integrations", NULL, &request,
                                  "{\"organizationId\":\"" OURS "\"%s}", more),
                       "VALIDATION_ERROR", others[i]);
        }
    }
}

/* ---- Tokens ---- */

Test(isolation, no_token_of_another_is_taken)
{
    for (size_t i = 0; i < OTHERS; i++) {
        const char *token = world_good_token(&world, others[i]);
        expect(world_call(&world, "integrationCreate", NULL, &request,
                          "{\"input\":{\"organizationId\":\"" OURS "\",\"title\":\"x\","
                          "\"credentialRef\":\"%s\"}}",
                          token),
               "VALIDATION_ERROR", others[i]);
        expect(world_call(&world, "integrationUpdate", NULL, &request,
                          "{\"input\":{\"id\":\"%s\",\"version\":1,\"credentialRef\":\"%s\"}}",
                          our_id, token),
               "VALIDATION_ERROR", others[i]);
    }
}

/* ---- Afterwards ---- */

/* Also by all that the actor may do: each has what it had, and nothing of ours. */
Test(isolation, what_is_ours_changes_nothing_of_theirs)
{
    for (int i = 0; i < 20; i++) {
        struct mock_answer *answer =
            world_call(&world, "integrationCreate", NULL, &request,
                       "{\"input\":{\"organizationId\":\"" OURS "\",\"title\":\"ours %d\"}}", i);
        cr_expect(answer->resolved);
        mock_answer_free(&answer);
    }
    world_restart(&world, "");
    for (size_t i = 0; i < OTHERS; i++) {
        json_t *value = world_resolve(&world, "integrations",
                                      "total { count } nodes { id title version }",
                                      "{\"organizationId\":\"%s\"}", others[i]);
        cr_expect_eq(json_integer_value(member(value, "total.count")), 1, "%s", others[i]);
        cr_expect_str_eq(text_member(value, "nodes.0.id"), ids[i]);
        cr_expect_str_eq(text_member(value, "nodes.0.title"), "SECRET");
        cr_expect_eq(json_integer_value(member(value, "nodes.0.version")), 1);
        json_decref(value);
    }
}
