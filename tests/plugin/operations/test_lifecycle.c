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

TestSuite(lifecycle, .init = make, .fini = clean);

Test(lifecycle, configurations_that_can_not_be_used_are_explained)
{
    static const struct {
        const char *config;
        const char *said;
    } cases[] = {
        {"{}", "database: it is missing"},
        {"{\"database\":{\"path\":\"/no such folder/x.db\"}}", "/no such folder/x.db"},
        {"{\"database\":{\"path\":\"/tmp\"}}", "/tmp"},
        {"{\"database\":{\"path\":\"/tmp/x.db\"},\"credentials\":{\"keyring\":\"/no such file\"}}",
         "/no such file"},
        {"{\"database\":{\"path\":\"/tmp/x.db\"},\"credentials\":{\"keyring\":\"/dev/zero\"}}",
         "not a regular file"},
        {"{\"database\":{\"path\":\"/tmp/x.db\"},\"collation\":{\"locale\":\"!\"}}", "BCP 47"},
        {"not json", "not valid JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_lt(mock_create_fails(world.host, cases[i].config, &failure), 0);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s said '%s'", cases[i].config,
                           failure.message);
    }
}

/* mock_close looks for leaked threads and file descriptors. */
Test(lifecycle, twenty_instances_leave_nothing)
{
    for (int i = 0; i < 20; i++) {
        world_restart(&world, "");
        free(world_create(&world, "acme", "x"));
        json_decref(world_resolve(
            &world, "integrationCreate", NULL,
            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}}",
            world_good_token(&world, "acme")));
    }
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), 40);
    json_decref(value);
}

Test(lifecycle, instances_are_independent)
{
    char config[256];
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s/second.db\"}}",
             world.scratch.path);
    gql_instance *second = mock_create(world.host, config);
    char *id = world_create(&world, "acme", "x");
    struct mock_answer *answer;
    char arguments[96];
    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", id);
    answer = mock_call(world.host, second, "Query", "integration", arguments, "id", NULL);
    expect_error(answer, "NOT_FOUND", "{}");
    mock_destroy(world.host, &second);
    json_decref(world_resolve(&world, "integration", NULL, "{\"id\":\"%s\"}", id));
    free(id);
}

/* Two instances on one file see each other's writes, and both write. */
Test(lifecycle, instances_may_share_a_database)
{
    char config[256], arguments[128];
    snprintf(config, sizeof config, "{\"database\":%s}", world_database(&world));
    gql_instance *second = mock_create(world.host, config);
    char *id = world_create(&world, "acme", "x");
    snprintf(arguments, sizeof arguments,
             "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"y\"}}", id);
    struct mock_answer *answer = mock_call(world.host, second, "Mutation", "integrationUpdate",
                                           arguments, NULL, NULL);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    json_t *value = world_resolve(&world, "integration", "title version", "{\"id\":\"%s\"}", id);
    expect_json(value, "{\"title\":\"y\",\"version\":2}");
    json_decref(value);
    mock_destroy(world.host, &second);
    free(id);
}

Test(lifecycle, errors_carry_what_the_host_gives)
{
    struct mock_request request;
    mock_request_all(&request);
    request.request.trace_id = "0af7651916cd43dd8448eb211c80319c";
    request.request.occurrence = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    expect_error(world_call(&world, "integration", NULL, &request, "{\"id\":\"a\\\"b\"}"),
                 "NOT_FOUND",
                 "{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"entityId\":\"a\\\"b\","
                 "\"instance\":\"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"}");
    request.request.trace_id = "not a trace id";
    expect_error(world_call(&world, "integration", NULL, &request, "{\"id\":\"x\"}"), "NOT_FOUND",
                 "{}");
}

Test(lifecycle, past_deadlines_and_cancellations_change_nothing)
{
    struct mock_request request;
    for (int i = 0; i < 2; i++) {
        mock_request_all(&request);
        if (i == 0)
            request.request.deadline = 1;
        else
            mock_cancel(&request);
        expect_error(world_call(&world, "integrationCreate", NULL, &request,
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                     "SERVICE_UNAVAILABLE", "{}");
        expect_error(world_call(&world, "integrations", NULL, &request,
                                "{\"organizationId\":\"acme\"}"),
                     "SERVICE_UNAVAILABLE", "{}");
    }
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), 0);
    json_decref(value);
}

Test(lifecycle, arguments_that_are_no_json_are_refused)
{
    static const char *const bad[] = {"",
                                      "[]",
                                      "null",
                                      "{",
                                      "{\"id\":\"a\",\"id\":\"b\"}",
                                      "{\"id\":\"\xff\"}",
                                      "{\"id\":\"\\ud80\"}",
                                      "{\"id\":\"\xed\xa0\x80\"}",
                                      "{}x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_error(world_call(&world, "integration", NULL, NULL, "%s", bad[i]),
                     "VALIDATION_ERROR", "{}");
    char *deep = malloc(200001);
    memset(deep, '[', 200000);
    deep[200000] = '\0';
    expect_error(world_call(&world, "integration", NULL, NULL, "%s", deep), "VALIDATION_ERROR",
                 "{}");
    free(deep);
}

/*
 * A host with a small limit: an answer that does not fit is an error, and a mutation is rejected
 * before anything is written.
 */
Test(lifecycle, answers_too_large_for_the_host)
{
    for (int i = 0; i < 40; i++)
        free(
            world_create(&world, "acme", "a title of some length, so that many of them take room"));
    mock_destroy(world.host, &world.instance);
    mock_close(&world.host);
    const struct mock_options options = {.now_ms = WORLD_NOW, .reply_limit = 2048};
    world.host = mock_open(world_plugin(), &options);
    char config[256];
    snprintf(config, sizeof config, "{\"database\":%s}", world_database(&world));
    world.instance = mock_create(world.host, config);
    expect_error(world_call(&world, "integrations", NULL, NULL,
                            "{\"organizationId\":\"acme\",\"first\":100}"),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), 40);
    json_decref(value);
}
