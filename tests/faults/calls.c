// SPDX-License-Identifier: MIT
#include "tests/faults/calls.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct {
    const char *name, *type, *field, *selection;
} operations[OPERATIONS] = {
    [READ] = {"integration", "Query", "integration", ALL_FIELDS},
    [PAGE] = {"integrations", "Query", "integrations",
              "nodes { " ALL_FIELDS " } edges { cursor } total { count precision } "
              "pageInfo { hasNextPage endCursor }"},
    [LOAD] = {"loader", "Query", NULL, ALL_FIELDS},
    [CREATE] = {"create", "Mutation", "integrationCreate", "integration { " ALL_FIELDS " }"},
    [CREATE_WITH_TOKEN] = {"create with credentialRef", "Mutation", "integrationCreate",
                           "integration { " ALL_FIELDS " }"},
    [UPDATE] = {"update", "Mutation", "integrationUpdate", "integration { " ALL_FIELDS " }"},
    [DELETE] = {"delete", "Mutation", "integrationDelete", "deletedId"},
};

const char *calls_name(enum operation operation)
{
    return operations[operation].name;
}

static const char *arguments_of(struct world *world, enum operation operation, const char *id)
{
    static char text[4096];
    static const char *const formats[OPERATIONS] = {
        [READ] = "{\"id\":\"%s\"}",
        [PAGE] = "{\"organizationId\":\"acme\",\"first\":50}",
        [LOAD] = "[\"%s\",\"none\"]",
        [CREATE] = "{\"input\":{\"organizationId\":\"acme\",\"title\":\"a new one\"}}",
        [CREATE_WITH_TOKEN] = "{\"input\":{\"organizationId\":\"acme\",\"title\":\"a new one\","
                              "\"credentialRef\":\"%s\"}}",
        [UPDATE] = "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"another title\"}}",
        [DELETE] = "{\"input\":{\"id\":\"%s\",\"version\":1}}",
    };
    const char *format = formats[operation], *gap = strstr(format, "%s");
    const char *value = operation == CREATE_WITH_TOKEN ? world_good_token(world, "acme") : id;
    snprintf(text, sizeof text, "%.*s%s%s", gap == NULL ? (int)strlen(format) : (int)(gap - format),
             format, gap == NULL ? "" : value, gap == NULL ? "" : gap + 2);
    return text;
}

struct mock_pending *calls_start(struct world *world, enum operation operation, const char *id)
{
    const char *arguments = arguments_of(world, operation, id);
    const char *selection = operations[operation].selection;
    if (operation == LOAD)
        return mock_start_load(world->host, world->instance, "Integration", arguments, selection,
                               NULL);
    return mock_start(world->host, world->instance, operations[operation].type,
                      operations[operation].field, arguments, selection, NULL);
}

static struct mock_answer *call(struct world *world, enum operation operation, const char *id)
{
    struct mock_pending *pending = calls_start(world, operation, id);
    return mock_wait(&pending);
}

char *calls_resolve(struct world *world, enum operation operation, const char *id)
{
    struct mock_answer *answer = call(world, operation, id);
    cr_assert(answer->resolved, "%s was rejected: %s, %s", operations[operation].name, answer->code,
              answer->message);
    char *json = strdup(answer->json);
    mock_answer_free(&answer);
    return json;
}

static void expect_shortage(const char *code, const char *message, enum operation operation,
                            int first)
{
    cr_expect(strcmp(code, "SERVICE_UNAVAILABLE") == 0 || strcmp(code, "INTERNAL_ERROR") == 0,
              "%s, allocation %d: %s, %s", operations[operation].name, first, code, message);
}

/* Of what was loaded, members may be missing: with an error each. */
static void expect_partial(const struct mock_answer *answer, enum operation operation, int first)
{
    size_t i;
    json_t *error;
    cr_expect_eq(operation, LOAD);
    json_array_foreach(answer->errors, i, error) {
        const json_t *extensions = json_object_get(error, "extensions");
        expect_shortage(json_string_value(json_object_get(extensions, "code")),
                        json_string_value(json_object_get(error, "message")), operation, first);
    }
}

struct outcome calls_outcome(struct mock_answer *answer, enum operation operation, int first)
{
    struct outcome outcome = {0};
    if (!answer->resolved) {
        outcome.unknown = json_object_get(answer->extensions, "outcome") != NULL;
        expect_shortage(answer->code, answer->message, operation, first);
    } else if (json_array_size(answer->errors) > 0) {
        expect_partial(answer, operation, first);
    } else {
        outcome.json = strdup(answer->json);
    }
    mock_answer_free(&answer);
    return outcome;
}

/* The integration of a payload is on the page as it was answered. */
static void expect_on_page(const char *payload, const char *page)
{
    static const char begin[] = "{\"integration\":";
    cr_assert_eq(strncmp(payload, begin, strlen(begin)), 0, "%s", payload);
    char *integration = strndup(payload + strlen(begin), strlen(payload) - strlen(begin) - 1);
    cr_expect_not_null(strstr(page, integration), "%s is not on the page %s", integration, page);
    free(integration);
}

void calls_expect_effect(struct world *world, enum operation operation,
                         const struct outcome *outcome, const char *id, const char *before)
{
    char *page = calls_resolve(world, PAGE, NULL);
    if (outcome->json == NULL || operation < CREATE)
        cr_expect(outcome->unknown || strcmp(page, before) == 0, "%s changed %s to %s",
                  operations[operation].name, before, page);
    else if (operation == DELETE)
        cr_expect_null(strstr(page, id));
    else
        expect_on_page(outcome->json, page);
    free(page);
}

static bool create_and_delete(struct world *world)
{
    struct mock_answer *answer = call(world, CREATE, NULL);
    const bool resolved = answer->resolved;
    if (resolved) {
        const char *id = text_member(answer->value, "integration.id");
        free(calls_resolve(world, DELETE, id));
    }
    mock_answer_free(&answer);
    return resolved;
}

void calls_expect_service(struct world *world)
{
    bool works = create_and_delete(world);
    for (int i = 0; i < 3 && !works; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 510000000}, NULL);
        works = create_and_delete(world);
    }
    cr_expect(works, "the service is not back");
}

void calls_delete_others(struct world *world)
{
    size_t i;
    json_t *node, *page = world_resolve(world, "integrations", "nodes { id version title }",
                                        "{\"organizationId\":\"acme\"}");
    json_array_foreach(json_object_get(page, "nodes"), i, node) {
        if (strncmp(text_member(node, "title"), "kept", 4) != 0)
            json_decref(world_resolve(world, "integrationDelete", "deletedId",
                                      "{\"input\":{\"id\":\"%s\",\"version\":%d}}",
                                      text_member(node, "id"),
                                      (int)json_integer_value(json_object_get(node, "version"))));
    }
    json_decref(page);
}
