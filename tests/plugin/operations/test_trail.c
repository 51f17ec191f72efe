// SPDX-License-Identifier: MIT
/* What the host says of a request, and of tokens, in the audit trail. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- Refusals ---- */

static int count_events(void)
{
    int count;
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(path_of_acme(), &handle), SQLITE_OK);
    sqlite3_prepare_v2(handle, "SELECT count(*) FROM event", -1, &statement, NULL);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return count;
}

/* What eve, who may read acme only, tries to do: each is refused. */
static void try_all(const char *id, const char *organization_id)
{
    struct mock_request eve;
    mock_request(&eve, "eve");
    mock_grant(&eve, "acme", GQL_ACTION_READ);
    expect_error(world_call(&world, "integrationUpdate", NULL, &eve,
                            "{\"input\":{\"id\":\"%s\",\"version\":1}}", id),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"UPDATE\"}");
    expect_error(world_call(&world, "integrationDelete", NULL, &eve,
                            "{\"input\":{\"id\":\"%s\",\"version\":1}}", id),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"DELETE\"}");
    expect_error(world_call(&world, "integrationCreate", NULL, &eve,
                            "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\"}}",
                            organization_id),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"CREATE\"}");
    mock_request(&eve, "eve");
    expect_error(world_call(&world, "integrations", NULL, &eve, "{\"organizationId\":\"%s\"}",
                            organization_id),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"READ\"}");
}

Test(trail, denials_are_recorded_if_that_is_set)
{
    static const char *const actions[] = {"UPDATE", "DELETE", "CREATE", "READ"};
    world_restart(&world, ",\"audit\":{\"refusals\":true}");
    char *id = world_create(&world, "acme", "x"), expected[256];
    try_all(id, "acme");
    cr_assert_eq(count_events(), 5);
    for (int i = 0; i < 4; i++) {
        snprintf(expected, sizeof expected,
                 "{\"eventType\":\"REFUSED\",\"actorId\":\"eve\",\"data\":{\"action\":\"%s\"},"
                 "\"aggregateId\":%s%s%s}",
                 actions[i], i < 2 ? "\"" : "", i < 2 ? id : "null", i < 2 ? "\"" : "");
        expect_event(2 + i, expected);
    }
    /* Of an organization that nobody knows, nothing is written, and nothing is made. */
    try_all(id, "globex");
    cr_expect_eq(count_events(), 7);
    cr_expect_neq(access(scratch_file(&world.scratch, "81/globex"), F_OK), 0);
    free(id);
}

/* Of what one actor tries over and over, some is recorded. Others have a budget of their own. */
Test(trail, a_flood_of_denials_is_bounded)
{
    static const char *const actors[] = {"eve", "adam"};
    world_restart(&world, ",\"audit\":{\"refusals\":true}");
    free(world_create(&world, "acme", "x"));
    for (int actor = 0; actor < 2; actor++) {
        struct mock_request by;
        mock_request(&by, actors[actor]);
        for (int i = 0; i < 40; i++)
            expect_error(world_call(&world, "integrations", NULL, &by,
                                    "{\"organizationId\":\"acme\"}"),
                         "PERMISSION_DENIED", "{\"requiredAction\":\"READ\"}");
    }
    cr_expect_eq(count_events(), 1 + 2 * 10);
    expect_event(11, "{\"actorId\":\"eve\",\"data\":{\"action\":\"READ\"}}");
    expect_event(12, "{\"actorId\":\"adam\"}");
}

Test(trail, denials_are_only_logged_by_default)
{
    size_t position = 0;
    char *id = world_create(&world, "acme", "x");
    try_all(id, "acme");
    cr_expect_eq(count_events(), 1);
    const char *line = mock_find_log(world.host, &position,
                                     "Refused: the actor 'eve' has no permission UPDATE in the "
                                     "organization 'acme', integration ");
    cr_expect_not_null(line);
    cr_expect_null(mock_find_log(world.host, &position, "Refused:"), "more than a line a minute");
    free(id);
}

/* The trail of another organization in a shared database is not this instance's to write. */
Test(trail, an_instance_records_only_what_it_is_bound_to)
{
    char *id = world_create(&world, "acme", "x");
    world_restart(&world, ",\"organization\":\"globex\",\"audit\":{\"refusals\":true}");
    expect_error(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"acme\"}"),
                 "PERMISSION_DENIED", "{}");
    cr_expect_eq(count_events(), 1);
    free(id);
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
