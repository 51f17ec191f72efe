// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static struct mock_request request;

static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(permissions, .init = make, .fini = clean);

static struct mock_request *granted(const char *organization_id, uint32_t actions)
{
    mock_request(&request, "actor");
    mock_grant(&request, organization_id, actions);
    return &request;
}

#define UPDATE "{\"input\":{\"id\":\"%s\",\"version\":1}}"

Test(permissions, without_an_actor_nothing_works)
{
    static const char *const fields[] = {"integration", "integrations", "integrationCreate",
                                         "integrationUpdate", "integrationDelete"};
    mock_request(&request, NULL);
    mock_grant(&request, NULL, 15);
    for (size_t i = 0; i < 5; i++)
        expect_error(world_call(&world, fields[i], NULL, &request, "{}"), "UNAUTHORIZED", "{}");
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", "[]", "id",
                                           &request);
    expect_error(answer, "UNAUTHORIZED", "{}");
}

Test(permissions, without_read_it_does_not_exist)
{
    char *id = world_create(&world, "acme", "x"), expected[128];
    struct mock_request *others[] = {granted("acme", 15 & ~GQL_ACTION_READ), NULL};
    snprintf(expected, sizeof expected, "{\"entityType\":\"Integration\",\"entityId\":\"%s\"}", id);
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            granted("acm", 15);
        if (i == 2)
            mock_request(&request, "actor");
        expect_error(world_call(&world, "integration", NULL, others[0], "{\"id\":\"%s\"}", id),
                     "NOT_FOUND", expected);
        expect_error(world_call(&world, "integrationUpdate", NULL, others[0], UPDATE, id),
                     "NOT_FOUND", expected);
        expect_error(world_call(&world, "integrationDelete", NULL, others[0], UPDATE, id),
                     "NOT_FOUND", expected);
        expect_error(
            world_call(&world, "integrations", NULL, others[0], "{\"organizationId\":\"acme\"}"),
            "PERMISSION_DENIED",
            "{\"entityType\":\"Integration\",\"entityId\":null,\"requiredAction\":\"READ\"}");
    }
    free(id);
}

Test(permissions, with_read_alone_it_can_only_be_read)
{
    char *id = world_create(&world, "acme", "x"), expected[160];
    granted("acme", GQL_ACTION_READ);
    struct mock_answer *answer = world_call(&world, "integration", "title", &request,
                                            "{\"id\":\"%s\"}", id);
    cr_expect(answer->resolved);
    mock_answer_free(&answer);
    snprintf(expected, sizeof expected, "{\"entityId\":\"%s\",\"requiredAction\":\"UPDATE\"}", id);
    expect_error(world_call(&world, "integrationUpdate", NULL, &request, UPDATE, id),
                 "PERMISSION_DENIED", expected);
    snprintf(expected, sizeof expected, "{\"entityId\":\"%s\",\"requiredAction\":\"DELETE\"}", id);
    expect_error(world_call(&world, "integrationDelete", NULL, &request, UPDATE, id),
                 "PERMISSION_DENIED", expected);
    expect_error(world_call(&world, "integrationCreate", NULL, &request,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"\"}}"),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"CREATE\"}");
    free(id);
}

Test(permissions, creating_needs_no_read)
{
    granted("acme", GQL_ACTION_CREATE);
    struct mock_answer *answer =
        world_call(&world, "integrationCreate", NULL, &request,
                   "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}");
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    expect_error(world_call(&world, "integrationCreate", NULL, &request,
                            "{\"input\":{\"organizationId\":\"acme2\",\"title\":\"x\"}}"),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"CREATE\"}");
}

Test(permissions, grants_add_up)
{
    char *id = world_create(&world, "acme", "x");
    granted("acme", GQL_ACTION_READ);
    mock_grant(&request, "other", GQL_ACTION_DELETE);
    expect_error(world_call(&world, "integrationDelete", NULL, &request, UPDATE, id),
                 "PERMISSION_DENIED", "{}");
    mock_grant(&request, NULL, GQL_ACTION_DELETE);
    struct mock_answer *answer = world_call(&world, "integrationDelete", NULL, &request, UPDATE,
                                            id);
    cr_expect(answer->resolved);
    mock_answer_free(&answer);
    free(id);
}

Test(permissions, a_bound_instance_knows_one_organization)
{
    size_t position = 0;
    char *inside = world_create(&world, "acme", "x"), *outside = world_create(&world, "other", "x");
    world_restart(&world, ",\"organization\":\"acme\"");
    json_decref(world_resolve(&world, "integration", NULL, "{\"id\":\"%s\"}", inside));
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", outside),
                 "NOT_FOUND", "{}");
    expect_error(world_call(&world, "integrationDelete", NULL, NULL, UPDATE, outside), "NOT_FOUND",
                 "{}");
    expect_error(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"other\"}"),
                 "PERMISSION_DENIED", "{}");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"other\",\"title\":\"x\"}}"),
                 "PERMISSION_DENIED", "{}");
    const char *line = mock_find_log(world.host, &position, "Refused: ");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line,
                              "'other', whatever its grants: the instance is bound to 'acme'"),
                       "%s", line);
    free(inside);
    free(outside);
}

/* A host that knows the organization of a request narrows every grant to it. */
Test(permissions, the_organization_of_the_request_narrows_the_grants)
{
    char *id = world_create(&world, "acme", "x");
    granted(NULL, 15);
    request.request.organization_id = "other";
    request.request.organization_id_size = 5;
    expect_error(world_call(&world, "integration", NULL, &request, "{\"id\":\"%s\"}", id),
                 "NOT_FOUND", "{}");
    expect_error(world_call(&world, "integrationUpdate", NULL, &request, UPDATE, id), "NOT_FOUND",
                 "{}");
    expect_error(world_call(&world, "integrations", NULL, &request,
                            "{\"organizationId\":\"acme\"}"),
                 "PERMISSION_DENIED", "{}");
    request.request.organization_id = "acme";
    request.request.organization_id_size = 4;
    struct mock_answer *answer = world_call(&world, "integration", "id", &request,
                                            "{\"id\":\"%s\"}", id);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    free(id);
}
