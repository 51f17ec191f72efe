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

TestSuite(reading, .init = make, .fini = clean);

Test(reading, an_integration_by_its_id)
{
    char *id = world_create(&world, "acme", " Payments ");
    json_t *value = world_resolve(&world, "integration", ALL_FIELDS " __typename",
                                  "{\"id\":\"%s\"}", id);
    char expected[512];
    snprintf(expected, sizeof expected,
             "{\"__typename\":\"Integration\",\"id\":\"%s\",\"version\":1,\"title\":\"Payments\","
             "\"organization\":"
             "{\"__typename\":\"Organization\",\"id\":\"acme\"},\"credentialRef\":null,"
             "\"isActive\":true}",
             id);
    expect_json(value, expected);
    json_decref(value);
    value = world_resolve(&world, "integration", "title", "{\"id\":\"%s\"}", id);
    expect_json(value, "{\"title\":\"Payments\"}");
    json_decref(value);
    free(id);
}

/* Every ID of nothing readable gives the same error, apart from the ID itself. */
Test(reading, what_is_not_there_is_not_found)
{
    char *deleted = world_create(&world, "acme", "x");
    json_decref(world_resolve(&world, "integrationDelete", "deletedId",
                              "{\"input\":{\"id\":\"%s\",\"version\":1}}", deleted));
    const char *const ids[] = {
        "",
        "x",
        "018bcfe5-6800-8000-81ff-494e54470000",
        "018bcfe5-6800-7000-81ff-494e54470000",
        "'; DROP TABLE integration; --",
        deleted,
        "\\u0000",
        "\\ud83d\\ude00",
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "{\"entityType\":\"Integration\"}");
        expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", ids[i]),
                     "NOT_FOUND", expected);
    }
    free(deleted);
}

Test(reading, the_shortest_and_the_longest_organization_id)
{
    char id[130];
    memset(id, 'o', sizeof id);
    id[128] = '\0';
    free(world_create(&world, id, "x"));
    free(world_create(&world, "o", "x"));
    json_t *value = world_resolve(&world, "integrations", "nodes { organization { id } }",
                                  "{\"organizationId\":\"%s\"}", id);
    cr_expect_str_eq(text_member(value, "nodes.0.organization.id"), id);
    json_decref(value);
    id[128] = 'o';
    id[129] = '\0';
    expect_error(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"%s\"}", id),
                 "VALIDATION_ERROR", "{\"field\":\"organizationId\"}");
    expect_error(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"\"}"),
                 "VALIDATION_ERROR", "{\"field\":\"organizationId\"}");
}

Test(reading, an_empty_organization_is_an_empty_connection)
{
    json_t *value = world_resolve(&world, "integrations", NULL, "{\"organizationId\":\"nobody\"}");
    expect_json(
        value,
        "{\"edges\":[],\"nodes\":[],\"pageInfo\":{\"hasNextPage\":false,\"hasPreviousPage\":false,"
        "\"startCursor\":null,\"endCursor\":null},\"total\":{\"count\":0,\"precision\":\"EXACT\"}"
        "}");
    json_decref(value);
}

static void create_numbered(int count)
{
    for (int i = 0; i < count; i++) {
        char title[32];
        snprintf(title, sizeof title, "item%d", i);
        free(world_create(&world, "acme", title));
    }
}

Test(reading, pages_follow_one_another)
{
    create_numbered(25);
    char after[2048] = "null"; /* Or a cursor in quotes. */
    int seen = 0, pages = 0;
    bool more = true;
    while (more) {
        json_t *value =
            world_resolve(&world, "integrations",
                          "nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor }",
                          "{\"organizationId\":\"acme\",\"first\":10,\"after\":%s}", after);
        for (size_t i = 0; i < json_array_size(member(value, "nodes")); i++, seen++) {
            char title[32], path[48];
            snprintf(title, sizeof title, "item%d", seen);
            snprintf(path, sizeof path, "nodes.%zu.title", i);
            cr_expect_str_eq(text_member(value, path), title);
        }
        more = json_is_true(member(value, "pageInfo.hasNextPage"));
        cr_expect_eq(json_is_true(member(value, "pageInfo.hasPreviousPage")), pages > 0);
        snprintf(after, sizeof after, "\"%.2000s\"", text_member(value, "pageInfo.endCursor"));
        json_decref(value);
        pages++;
    }
    cr_expect_eq(pages, 3);
    cr_expect_eq(seen, 25);
}

Test(reading, twenty_forward_is_the_default)
{
    create_numbered(22);
    json_t *value = world_resolve(&world, "integrations", "nodes { id } total { count precision }",
                                  "{\"organizationId\":\"acme\",\"first\":null,\"last\":null,"
                                  "\"after\":null,\"orderBy\":null,\"filter\":null}");
    cr_expect_eq(json_array_size(member(value, "nodes")), 20);
    cr_expect_eq(json_integer_value(member(value, "total.count")), 22);
    json_decref(value);
}

Test(reading, descending_is_the_exact_reverse)
{
    create_numbered(12);
    json_t *up = world_resolve(&world, "integrations", "nodes { id }",
                               "{\"organizationId\":\"acme\"}");
    json_t *down = world_resolve(
        &world, "integrations", "nodes { id }",
        "{\"organizationId\":\"acme\",\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"DESC\"}}");
    for (size_t i = 0; i < 12; i++)
        cr_expect(json_equal(json_array_get(member(up, "nodes"), i),
                             json_array_get(member(down, "nodes"), 11 - i)));
    json_decref(up);
    json_decref(down);
}

Test(reading, bad_arguments_are_named)
{
    free(world_create(&world, "acme", "x"));
    json_t *value = world_resolve(&world, "integrations", "edges { cursor }",
                                  "{\"organizationId\":\"acme\"}");
    char other_order[2048];
    snprintf(other_order, sizeof other_order,
             "\"after\":\"%s\",\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"DESC\"}",
             text_member(value, "edges.0.cursor"));
    json_decref(value);
    const struct {
        const char *arguments;
        const char *expected;
    } cases[] = {
        {"\"first\":-1", "{\"field\":\"first\"}"},
        {"\"first\":101", "{\"field\":\"first\"}"},
        {"\"first\":2147483648", "{\"field\":\"first\"}"},
        {"\"first\":1.5", "{\"field\":\"first\"}"},
        {"\"first\":1e400", "{\"field\":\"first\"}"},
        {"\"first\":18446744073709551617", "{\"field\":\"first\"}"},
        {"\"first\":true", "{\"field\":\"first\"}"},
        {"\"first\":\"1\"", "{\"field\":\"first\"}"},
        {"\"last\":-1", "{\"field\":\"last\"}"},
        {"\"last\":101", "{\"field\":\"last\"}"},
        {"\"first\":1,\"last\":101", "{\"field\":\"last\"}"},
        {"\"after\":\"\"", "{\"field\":\"after\"}"},
        {"\"after\":\"YXJyYXljb25uZWN0aW9uOjA=\"", "{\"field\":\"after\"}"},
        {"\"after\":7", "{\"field\":\"after\"}"},
        {"\"before\":\"nonsense\"", "{\"field\":\"before\"}"},
        {other_order, "{\"field\":\"after\"}"},
        {"\"orderBy\":{\"field\":\"ID\",\"direction\":\"ASC\"}",
         "{\"field\":\"orderBy.field\",\"allowedValues\":[\"TITLE\"]}"},
        {"\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"UP\"}",
         "{\"field\":\"orderBy.direction\",\"allowedValues\":[\"ASC\",\"DESC\"]}"},
        {"\"filter\":{\"isActive\":\"yes\"}", "{\"field\":\"filter.isActive\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_error(world_call(&world, "integrations", NULL, NULL,
                                "{\"organizationId\":\"acme\",%s}", cases[i].arguments),
                     "VALIDATION_ERROR", cases[i].expected);
}

/* JSON does not tell 1.0 from 1, nor do some hosts. */
Test(reading, an_integer_may_have_a_fraction_of_zero)
{
    static const char *const numbers[] = {"2", "2.0", "2e0", "20E-1", "0.2e+1"};
    create_numbered(3);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_t *value = world_resolve(&world, "integrations", "nodes { id }",
                                      "{\"organizationId\":\"acme\",\"first\":%s,\"last\":%s}",
                                      numbers[i], numbers[i]);
        cr_expect_eq(json_array_size(member(value, "nodes")), 2, "%s", numbers[i]);
        json_decref(value);
    }
    char *id = world_create(&world, "acme", "x");
    json_decref(world_resolve(&world, "integrationDelete", NULL,
                              "{\"input\":{\"id\":\"%s\",\"version\":1.0}}", id));
    free(id);
}

Test(reading, filters_change_list_and_total)
{
    create_numbered(5);
    char *id = world_create(&world, "acme", "off");
    json_decref(world_resolve(&world, "integrationUpdate", NULL,
                              "{\"input\":{\"id\":\"%s\",\"version\":1,\"isActive\":false}}", id));
    const struct {
        const char *filter;
        int count;
    } cases[] = {{"{\"isActive\":true}", 5},
                 {"{\"isActive\":false}", 1},
                 {"{\"isActive\":null}", 6},
                 {"{}", 6},
                 {"null", 6}};
    for (size_t i = 0; i < 5; i++) {
        json_t *value = world_resolve(&world, "integrations", "nodes { id } total { count }",
                                      "{\"organizationId\":\"acme\",\"filter\":%s}",
                                      cases[i].filter);
        cr_expect_eq((int)json_array_size(member(value, "nodes")), cases[i].count, "%s",
                     cases[i].filter);
        cr_expect_eq(json_integer_value(member(value, "total.count")), cases[i].count, "%s",
                     cases[i].filter);
        json_decref(value);
    }
    free(id);
}

Test(reading, only_what_is_selected_is_written)
{
    create_numbered(2);
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    expect_json(value, "{\"total\":{\"count\":2}}");
    json_decref(value);
    value = world_resolve(&world, "integrations",
                          "__typename edges { __typename node { title } } pageInfo { __typename }",
                          "{\"organizationId\":\"acme\",\"first\":1}");
    expect_json(value, "{\"__typename\":\"IntegrationConnection\",\"edges\":[{\"__typename\":"
                       "\"IntegrationEdge\",\"node\":"
                       "{\"title\":\"item0\"}}],\"pageInfo\":{\"__typename\":\"PageInfo\"}}");
    json_decref(value);
}

Test(reading, many_by_reference)
{
    char ids[256];
    char *a = world_create(&world, "acme", "a"), *b = world_create(&world, "other", "b");
    snprintf(ids, sizeof ids,
             "[\"%s\",\"nonsense\",\"%s\",\"%s\",\"018bcfe5-6800-8000-81ff-494e54470000\"]", b, a,
             b);
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", ids, "title",
                                           NULL);
    cr_assert(answer->resolved);
    expect_json(answer->value, "[{\"title\":\"b\"},null,{\"title\":\"a\"},{\"title\":\"b\"},null]");
    mock_answer_free(&answer);

    struct mock_request request;
    mock_request(&request, "actor");
    mock_grant(&request, "acme", GQL_ACTION_READ);
    answer = mock_load(world.host, world.instance, "Integration", ids, "title", &request);
    cr_assert(answer->resolved);
    expect_json(answer->value, "[null,null,{\"title\":\"a\"},null,null]");
    mock_answer_free(&answer);
    answer = mock_load(world.host, world.instance, "Integration", "[]", "title", NULL);
    expect_json(answer->value, "[]");
    mock_answer_free(&answer);
    free(a);
    free(b);
}
