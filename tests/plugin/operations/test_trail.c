// SPDX-License-Identifier: MIT
/* What the host says of a request, and of tokens, in the audit trail. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

TestSuite(trail, .init = make, .fini = clean);

static const char *path_of_acme(void)
{
    const char *chosen = getenv("DATABASE");
    const bool apart = chosen != NULL && strcmp(chosen, "root") == 0;
    return scratch_file(&world.scratch, apart ? "7b/acme/integrations.db" : "integrations.db");
}

/* The body of an event of acme; a new reference. */
static json_t *event(int sequence)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(path_of_acme(), &handle), SQLITE_OK);
    cr_assert_eq(
        sqlite3_prepare_v2(handle,
                           "SELECT body FROM event JOIN organization ON key = organization "
                           "WHERE id = 'acme' AND sequence = ?1",
                           -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_int(statement, 1, sequence);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "there is no event %d", sequence);
    json_t *body = json_loads((const char *)sqlite3_column_text(statement, 0), 0, NULL);
    cr_assert_not_null(body);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return body;
}

/* `expected` is JSON: each member must be in the event, null for one that must not. */
static void expect_event(int sequence, const char *expected)
{
    json_t *body = event(sequence), *members = json_loads(expected, 0, NULL);
    const char *name;
    json_t *member;
    cr_assert_not_null(members, "%s", expected);
    json_object_foreach(members, name, member) {
        const json_t *found = json_object_get(body, name);
        char *text = json_dumps(body, 0);
        cr_expect(json_is_null(member) ? found == NULL : json_equal(found, member),
                  "the member %s of event %d is wrong: %s", name, sequence, text);
        free(text);
    }
    json_decref(members);
    json_decref(body);
}

static void expect_resolved(struct mock_answer *answer)
{
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
}

Test(trail, what_the_host_says_is_in_each_event)
{
    static const char said[] =
        "{\"organizationId\":\"acme\",\"actorId\":\"ann\",\"actorKind\":\"USER\","
        "\"clientAddress\":\"2001:db8::7\",\"userAgent\":\"App/1 (\\u00e4)\",\"sourceType\":"
        "\"MOBILE\",\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"aggregateType\":"
        "\"Integration\",\"time\":\"2027-01-15T08:00:00.000Z\"}";
    struct mock_request request;
    mock_request(&request, "ann");
    mock_grant(&request, NULL, 15);
    request.request.actor_kind = GQL_ACTOR_USER;
    request.request.client_address = "2001:db8::7";
    request.request.user_agent = "App/1 (\xc3\xa4)";
    request.request.user_agent_size = 10;
    request.request.source_type = GQL_SOURCE_TYPE_MOBILE;
    struct mock_answer *answer =
        world_call(&world, "integrationCreate", "integration { id }", &request,
                   "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}");
    cr_assert(answer->resolved, "%s", answer->message);
    char *id = strdup(
        json_string_value(json_object_get(json_object_get(answer->value, "integration"), "id")));
    mock_answer_free(&answer);
    expect_resolved(world_call(&world, "integrationUpdate", NULL, &request,
                               "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"y\"}}", id));
    expect_resolved(world_call(&world, "integrationDelete", NULL, &request,
                               "{\"input\":{\"id\":\"%s\",\"version\":2}}", id));
    static const char *const types[] = {"CREATED", "UPDATED", "DELETED"};
    for (int sequence = 1; sequence <= 3; sequence++) {
        char more[128];
        expect_event(sequence, said);
        snprintf(more, sizeof more, "{\"eventType\":\"%s\",\"aggregateId\":\"%s\"}",
                 types[sequence - 1], id);
        expect_event(sequence, more);
    }
    free(id);
}

Test(trail, what_the_host_does_not_say_is_left_out)
{
    free(world_create(&world, "acme", "x"));
    expect_event(1, "{\"actorId\":\"actor\",\"actorKind\":null,\"clientAddress\":null,"
                    "\"userAgent\":null,\"sourceType\":null}");
}

/* Of a token, only what does not give it away: also of one that is replaced, or goes. */
Test(trail, a_token_is_never_in_an_event)
{
    static const char *const claims[] = {
        "{\"sub\":\"kv/one\",\"aud\":\"acme\",\"jti\":\"t1\",\"exp\":\"2030-01-02T03:04:05Z\"}",
        "{\"sub\":\"kv/two\",\"aud\":\"acme\"}",
    };
    char *id = world_create(&world, "acme", "x"), *tokens[2];
    for (int i = 0; i < 2; i++) {
        tokens[i] = strdup(world_token(&world, claims[i]));
        expect_resolved(
            world_call(&world, "integrationUpdate", NULL, NULL,
                       "{\"input\":{\"id\":\"%s\",\"version\":%d,\"credentialRef\":\"%s\"}}", id,
                       i + 1, tokens[i]));
    }
    expect_resolved(world_call(&world, "integrationDelete", NULL, NULL,
                               "{\"input\":{\"id\":\"%s\",\"version\":3}}", id));
    for (int sequence = 1; sequence <= 4; sequence++) {
        json_t *body = event(sequence);
        char *text = json_dumps(body, 0);
        for (int i = 0; i < 2; i++) {
            /* Nor its signature, or what is encoded in it. */
            cr_expect_null(strstr(text, tokens[i] + strlen("v4.public.") + 20));
            cr_expect_null(strstr(text, "v4.public."), "%s", text);
        }
        if (sequence == 3) {
            cr_expect_not_null(strstr(text, "\"sub\": \"kv/one\""), "%s", text);
            cr_expect_not_null(strstr(text, "\"jti\": \"t1\""), "%s", text);
            cr_expect_not_null(strstr(text, "\"exp\": \"2030-01-02T03:04:05.000Z\""), "%s", text);
            cr_expect_not_null(strstr(text, "\"sub\": \"kv/two\""), "%s", text);
            cr_expect_not_null(strstr(text, "\"kid\": \"k4.pid."), "%s", text);
        }
        free(text);
        json_decref(body);
    }
    for (int i = 0; i < 2; i++)
        free(tokens[i]);
    free(id);
}
