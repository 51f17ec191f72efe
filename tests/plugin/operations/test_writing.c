// SPDX-License-Identifier: MIT
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

TestSuite(writing, .init = make, .fini = clean);

#define CREATE "{\"input\":{\"organizationId\":\"acme\",%s}}"

Test(writing, create_answers_with_what_it_made)
{
    json_t *value =
        world_resolve(&world, "integrationCreate",
                      "integration { version title isActive credentialRef organization { id } }",
                      CREATE, "\"title\":\"\\u2003 \\\"Pay\\\\ments\\\" \\ud83d\\ude00\\t\"");
    expect_json(value, "{\"integration\":{\"version\":1,\"title\":\"\\\"Pay\\\\ments\\\" "
                       "\\ud83d\\ude00\",\"isActive\":true,"
                       "\"credentialRef\":null,\"organization\":{\"__typename\":\"Organization\","
                       "\"id\":\"acme\"}}}");
    json_decref(value);
}

Test(writing, titles_are_checked)
{
    char longest[2048], longer[2048];
    strcpy(longest, "\"title\":\"");
    for (int i = 0; i < 255; i++)
        strcat(longest, "\\u6f22");
    strcpy(longer, longest);
    strcat(longest, "\"");
    strcat(longer, "x\"");
    json_decref(world_resolve(&world, "integrationCreate", NULL, CREATE, longest));
    const char *const bad[] = {"\"title\":\"\"",
                               "\"title\":\" \\t\\u3000 \"",
                               "\"title\":\"a\\u0000b\"",
                               "\"title\":\"a\\nb\"",
                               "\"title\":null",
                               "\"title\":7",
                               "\"x\":1",
                               longer};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_error(world_call(&world, "integrationCreate", NULL, NULL, CREATE, bad[i]),
                     "VALIDATION_ERROR", "{\"field\":\"input.title\"}");
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), 1,
                 "something that was refused is there");
    json_decref(value);
}

Test(writing, updates_leave_what_they_do_not_name)
{
    char *id = world_create(&world, "acme", "One");
    const struct {
        const char *change;
        const char *expected;
    } cases[] = {
        {"", "{\"integration\":{\"version\":2,\"title\":\"One\",\"isActive\":true}}"},
        {",\"title\":\" Two \"",
         "{\"integration\":{\"version\":3,\"title\":\"Two\",\"isActive\":true}}"},
        {",\"isActive\":false",
         "{\"integration\":{\"version\":4,\"title\":\"Two\",\"isActive\":false}}"},
        {",\"isActive\":false,\"title\":\"Two\"",
         "{\"integration\":{\"version\":5,\"title\":\"Two\",\"isActive\":false}}"},
        {",\"isActive\":true,\"credentialRef\":null",
         "{\"integration\":{\"version\":6,\"title\":\"Two\",\"isActive\":true}}"},
    };
    for (int i = 0; i < 5; i++) {
        json_t *value = world_resolve(&world, "integrationUpdate",
                                      "integration { version title isActive }",
                                      "{\"input\":{\"id\":\"%s\",\"version\":%d%s}}", id, i + 1,
                                      cases[i].change);
        expect_json(value, cases[i].expected);
        json_decref(value);
    }
    expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                            "{\"input\":{\"id\":\"%s\",\"version\":6,\"title\":null}}", id),
                 "VALIDATION_ERROR", "{\"field\":\"input.title\"}");
    expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                            "{\"input\":{\"id\":\"%s\",\"version\":6,\"isActive\":null}}", id),
                 "VALIDATION_ERROR", "{\"field\":\"input.isActive\"}");
    free(id);
}

Test(writing, a_stale_version_is_a_conflict)
{
    char *id = world_create(&world, "acme", "One"), expected[256];
    json_decref(world_resolve(&world, "integrationUpdate", NULL,
                              "{\"input\":{\"id\":\"%s\",\"version\":1}}", id));
    snprintf(expected, sizeof expected,
             "{\"entityType\":\"Integration\",\"entityId\":\"%s\",\"expectedVersion\":1,"
             "\"currentVersion\":2}",
             id);
    expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                            "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"x\"}}", id),
                 "CONFLICT", expected);
    expect_error(world_call(&world, "integrationDelete", NULL, NULL,
                            "{\"input\":{\"id\":\"%s\",\"version\":1}}", id),
                 "CONFLICT", expected);
    expect_error(world_call(&world, "integrationDelete", NULL, NULL,
                            "{\"input\":{\"id\":\"%s\",\"version\":2.5}}", id),
                 "VALIDATION_ERROR", "{\"field\":\"input.version\"}");
    json_t *value = world_resolve(&world, "integration", "title", "{\"id\":\"%s\"}", id);
    expect_json(value, "{\"title\":\"One\"}");
    json_decref(value);
    free(id);
}

Test(writing, delete_removes)
{
    char *id = world_create(&world, "acme", "One"), expected[128];
    json_t *value = world_resolve(&world, "integrationDelete", NULL,
                                  "{\"input\":{\"id\":\"%s\",\"version\":1}}", id);
    snprintf(expected, sizeof expected, "{\"deletedId\":\"%s\"}", id);
    expect_json(value, expected);
    json_decref(value);
    for (int i = 0; i < 2; i++)
        expect_error(world_call(&world, i == 0 ? "integrationDelete" : "integrationUpdate", NULL,
                                NULL, "{\"input\":{\"id\":\"%s\",\"version\":1}}", id),
                     "NOT_FOUND", "{}");
    free(id);
}

Test(writing, nothing_is_lost_over_a_restart)
{
    char *id = world_create(&world, "acme", "One");
    world_restart(&world, "");
    json_t *value = world_resolve(&world, "integration", "title version", "{\"id\":\"%s\"}", id);
    expect_json(value, "{\"title\":\"One\",\"version\":1}");
    json_decref(value);
    free(id);
}

/* The promise of optimistic locking. */
Test(writing, of_fifty_updates_with_one_version_one_wins)
{
    enum { UPDATES = 50 };
    char *id = world_create(&world, "acme", "One"), arguments[UPDATES][160];
    struct mock_pending *pending[UPDATES];
    int won = 0, conflicts = 0;
    for (int i = 0; i < UPDATES; i++) {
        snprintf(arguments[i], sizeof arguments[i],
                 "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"T%d\"}}", id, i);
        pending[i] = mock_start(world.host, world.instance, "Mutation", "integrationUpdate",
                                arguments[i], "integration { version }", NULL);
    }
    for (int i = 0; i < UPDATES; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        won += answer->resolved;
        conflicts += !answer->resolved && strcmp(answer->code, "CONFLICT") == 0;
        mock_answer_free(&answer);
    }
    cr_expect_eq(won, 1, "%d won", won);
    cr_expect_eq(conflicts, UPDATES - 1, "%d conflicts", conflicts);
    free(id);
}

/* Drain waits for calls under way and rejects later ones. */
Test(writing, drain_finishes_what_is_under_way)
{
    enum { CREATES = 200 };
    struct mock_pending *pending[CREATES];
    for (int i = 0; i < CREATES; i++)
        pending[i] = mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}",
                                "integration { id }", NULL);
    mock_drain(world.host, world.instance);
    for (int i = 0; i < CREATES; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        cr_expect(answer->resolved, "create %d: %s", i, answer->message);
        mock_answer_free(&answer);
    }
    expect_error(world_call(&world, "integrationCreate", NULL, NULL, CREATE, "\"title\":\"late\""),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"x\"}"),
                 "SERVICE_UNAVAILABLE", "{}");
}

Test(writing, beyond_the_limit_mutations_are_refused_at_once)
{
    enum { CREATES = 300 };
    struct mock_pending *pending[CREATES];
    int done = 0, refused = 0;
    world_restart(&world, ",\"limits\":{\"pendingMutations\":3}");
    for (int i = 0; i < CREATES; i++)
        pending[i] = mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}",
                                "integration { id }", NULL);
    for (int i = 0; i < CREATES; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        done += answer->resolved;
        refused += !answer->resolved && strcmp(answer->code, "SERVICE_UNAVAILABLE") == 0 &&
                   answer->completed_inline;
        mock_answer_free(&answer);
    }
    cr_expect_gt(refused, 0);
    cr_expect_eq(done + refused, CREATES);
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), done);
    json_decref(value);
}

/* One organization that floods the instance is refused, and another is not. */
Test(writing, a_flood_leaves_room_for_other_organizations)
{
    enum { CREATES = 300 };
    struct mock_pending *pending[CREATES];
    int refused = 0;
    world_restart(&world, ",\"limits\":{\"pendingMutationsPerOrganization\":3}");
    for (int i = 0; i < CREATES; i++) {
        pending[i] = mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}",
                                "integration { id }", NULL);
        if (i % 100 == 99)
            free(world_create(&world, "beta", "y"));
    }
    for (int i = 0; i < CREATES; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        refused += !answer->resolved &&
                   strstr(answer->message, "of this organization are queued") != NULL;
        mock_answer_free(&answer);
    }
    cr_expect_gt(refused, 0);
}

Test(writing, whoever_waits_for_each_answer_is_never_refused_for_load)
{
    world_restart(&world, ",\"limits\":{\"pendingMutations\":1}");
    for (int i = 0; i < 300; i++)
        json_decref(world_resolve(
            &world, "integrationCreate", NULL,
            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}}",
            world_good_token(&world, "acme")));
}
