// SPDX-License-Identifier: MIT
#include "tests/plugin/operations/event_calls.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world world;
const gql_events *events;

void events_make(void)
{
    world_make(&world, "");
    events = gql_library_events(mock_library(world.host));
    cr_assert_not_null(events);
}

void events_clean(void)
{
    world_end(&world);
}

bool events_are_apart(void)
{
    const char *chosen = getenv("DATABASE");
    return chosen != NULL && strcmp(chosen, "root") == 0;
}

struct mock_answer *events_call_of(gql_instance *instance, gql_resolve_fn function,
                                   const struct mock_request *request, const char *arguments)
{
    return mock_call_function(world.host, instance, "events", function, arguments, request);
}

json_t *events_resolve(gql_instance *instance, gql_resolve_fn function, const char *arguments)
{
    struct mock_answer *answer = events_call_of(instance, function, NULL, arguments);
    cr_assert(answer->resolved, "%s: %s, %s", arguments, answer->code, answer->message);
    json_t *value = json_incref(answer->value);
    mock_answer_free(&answer);
    return value;
}

const char *events_sequences(const json_t *list)
{
    static char text[512];
    size_t i, size = 0;
    const json_t *event;
    text[0] = '\0';
    json_array_foreach(list, i, event) {
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%lld", i == 0 ? "" : " ",
                                 (long long)json_integer_value(member(event, "sequence")));
    }
    return text;
}

json_t *events_claim_as(gql_instance *instance, const char *arguments)
{
    bool has_more = true;
    json_t *batch = NULL;
    while (has_more && batch == NULL) {
        json_t *value = events_resolve(instance, events->claim, arguments);
        has_more = json_is_true(member(value, "hasMore"));
        if (json_is_object(member(value, "batch")))
            batch = json_incref(json_object_get(value, "batch"));
        json_decref(value);
    }
    return batch;
}

json_t *events_claim(const char *arguments)
{
    return events_claim_as(world.instance, arguments);
}

void events_expect_nothing(gql_instance *instance, const char *arguments)
{
    json_t *batch = events_claim_as(instance, arguments);
    cr_expect_null(batch, "%s: %s", arguments, text_member(batch, "organizationId"));
    json_decref(batch);
}

void events_expect_batch(const json_t *batch, const char *organization_id, const char *expected)
{
    cr_assert_not_null(batch, "nothing, and not %s of %s", expected, organization_id);
    cr_expect_str_eq(text_member(batch, "organizationId"), organization_id);
    cr_expect_str_eq(events_sequences(member(batch, "events")), expected, "%s",
                     events_sequences(member(batch, "events")));
}

struct mock_answer *events_acknowledge_as(gql_instance *instance, const json_t *batch,
                                          const char *position, const char *more)
{
    char arguments[512];
    snprintf(arguments, sizeof arguments,
             "{\"consumer\":\"hooks\",\"organizationId\":\"%s\",\"lease\":\"%s\","
             "\"position\":\"%s\"%s}",
             text_member(batch, "organizationId"), text_member(batch, "lease"),
             text_member(batch, position), more);
    return events_call_of(instance, events->acknowledge, NULL, arguments);
}

void events_expect_taken(struct mock_answer *answer)
{
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
}

void events_acknowledge(const json_t *batch)
{
    events_expect_taken(events_acknowledge_as(world.instance, batch, "position", ""));
}

void events_create(const char *organization_id, int count)
{
    for (int i = 0; i < count; i++)
        free(world_create(&world, organization_id, "x"));
}
