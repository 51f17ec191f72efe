// SPDX-License-Identifier: MIT
/* gql_events: who reads which events, by page. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/plugin/operations/event_calls.h"
#include "tests/plugin/postgres/space.h"

TestSuite(event_reading, .init = events_make, .fini = events_clean);

static json_t *read_page(const char *arguments)
{
    return events_resolve(world.instance, events->read, arguments);
}

static void expect_page(const char *arguments, const char *expected, bool has_more)
{
    json_t *page = read_page(arguments);
    cr_expect_str_eq(events_sequences(member(page, "events")), expected, "%s: %s", arguments,
                     events_sequences(member(page, "events")));
    cr_expect_eq(json_is_true(member(page, "hasMore")), has_more, "%s", arguments);
    json_decref(page);
}

Test(event_reading, pages_go_both_ways)
{
    char arguments[256];
    events_create("acme", 5);
    expect_page("{\"organizationId\":\"acme\"}", "1 2 3 4 5", false);
    expect_page("{\"organizationId\":\"acme\",\"backward\":true,\"limit\":2}", "5 4", true);
    expect_page("{\"organizationId\":\"acme\",\"limit\":5}", "1 2 3 4 5", false);
    json_t *page = read_page("{\"organizationId\":\"acme\",\"limit\":2}");
    cr_expect_str_eq(text_member(page, "position"), text_member(page, "events.1.position"));
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"acme\",\"after\":\"%s\"}",
             text_member(page, "position"));
    expect_page(arguments, "3 4 5", false);
    snprintf(arguments, sizeof arguments,
             "{\"organizationId\":\"acme\",\"before\":\"%s\",\"backward\":true}",
             text_member(page, "position"));
    expect_page(arguments, "1", false);
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"globex\",\"after\":\"%s\"}",
             text_member(page, "position"));
    expect_error(events_call_of(world.instance, events->read, NULL, arguments), "VALIDATION_ERROR",
                 "{\"field\":\"after\"}");
    json_decref(page);
    page = read_page("{\"organizationId\":\"unknown\"}");
    expect_json(page, "{\"events\":[],\"hasMore\":false,\"position\":null}");
    json_decref(page);
}

Test(event_reading, filters_leave_out_what_does_not_pass)
{
    char *id = world_create(&world, "acme", "x"), arguments[256];
    events_create("acme", 1);
    mock_set_now(world.host, WORLD_NOW + 3600000);
    json_decref(world_resolve(&world, "integrationDelete", NULL,
                              "{\"input\":{\"id\":\"%s\",\"version\":1}}", id));
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"acme\",\"entityId\":\"%s\"}", id);
    expect_page(arguments, "1 3", false);
    snprintf(arguments, sizeof arguments,
             "{\"organizationId\":\"acme\",\"entityId\":\"%s\",\"backward\":true,\"limit\":1}", id);
    expect_page(arguments, "3", true);
#define FILTER(text) "{\"organizationId\":\"acme\",\"filter\":{" text "}}"
    expect_page("{\"organizationId\":\"acme\",\"entityId\":\"none\"}", "", false);
    expect_page(FILTER("\"eventTypes\":[\"DELETED\"]"), "3", false);
    expect_page(FILTER("\"eventTypes\":[]"), "", false);
    expect_page(FILTER("\"eventTypes\":[\"DELETED\",\"CREATED\"],\"actorId\":\"actor\""), "1 2 3",
                false);
    expect_page(FILTER("\"actorId\":\"somebody else\""), "", false);
    expect_page(FILTER("\"from\":\"2027-01-15T09:00:00Z\""), "3", false);
    expect_page(FILTER("\"to\":\"2027-01-15T10:00:00+01:00\""), "1 2", false);
    free(id);
}

Test(event_reading, who_may_not_read_sees_nothing)
{
    struct mock_request eve;
    mock_request(&eve, "eve");
    mock_grant(&eve, "globex", GQL_ACTION_READ);
    mock_grant(&eve, "acme", GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE);
    mock_grant(&eve, NULL, GQL_ACTION_CREATE);
    expect_error(events_call_of(world.instance, events->read, &eve,
                                "{\"organizationId\":\"acme\"}"),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"READ\"}");
    expect_error(events_call_of(world.instance, events->claim, &eve, HOOKS), "PERMISSION_DENIED",
                 "{\"requiredAction\":\"READ\"}");
    mock_request(&eve, "eve");
    mock_grant(&eve, NULL, GQL_ACTION_READ);
    eve.request.organization_id = "acme";
    eve.request.organization_id_size = 4;
    expect_error(events_call_of(world.instance, events->claim, &eve, HOOKS), "PERMISSION_DENIED",
                 "{}");
    mock_request(&eve, NULL);
    expect_error(events_call_of(world.instance, events->read, &eve, "{}"), "UNAUTHORIZED", "{}");
}

Test(event_reading, wrong_arguments_are_named)
{
    static const struct {
        const char *arguments, *field;
    } reads[] =
        {
            {"{}", "organizationId"},
            {"{\"organizationId\":\"acme\",\"limit\":0}", "limit"},
            {"{\"organizationId\":\"acme\",\"limit\":501}", "limit"},
            {"{\"organizationId\":\"acme\",\"limit\":1.5}", "limit"},
            {"{\"organizationId\":\"acme\",\"after\":\"AQ\"}", "after"},
            {"{\"organizationId\":\"acme\",\"before\":7}", "before"},
            {"{\"organizationId\":\"acme\",\"backward\":\"yes\"}", "backward"},
            {"{\"organizationId\":\"acme\",\"filter\":[]}", "filter"},
            {FILTER("\"actorId\":3"), "filter.actorId"},
            {FILTER("\"eventTypes\":\"DELETED\""), "filter.eventTypes"},
            {FILTER("\"eventTypes\":[3]"), "filter.eventTypes"},
            {FILTER("\"from\":\"yesterday\""), "filter.from"},
            {FILTER("\"to\":3"), "filter.to"},
        },
      claims[] =
          {
              {"{}", "consumer"},
              {"{\"consumer\":\"\"}", "consumer"},
              {"{\"consumer\":\"a b\"}", "consumer"},
              {"{\"consumer\":\"h\",\"limit\":501}", "limit"},
              {"{\"consumer\":\"h\",\"leaseMilliseconds\":999}", "leaseMilliseconds"},
              {"{\"consumer\":\"h\",\"leaseMilliseconds\":3600001}", "leaseMilliseconds"},
              {"{\"consumer\":\"h\",\"since\":\"now\"}", "since"},
          },
      acknowledgements[] = {
          {"{\"organizationId\":\"acme\"}", "consumer"},
          {"{\"consumer\":\"h\"}", "organizationId"},
          {"{\"consumer\":\"h\",\"organizationId\":\"acme\"}", "lease"},
          {"{\"consumer\":\"h\",\"organizationId\":\"acme\",\"lease\":\"AAAA\"}", "lease"},
          {"{\"consumer\":\"h\",\"organizationId\":\"acme\",\"lease\":\"AAAAAAAAAAAAAAAAAAAAAA\","
           "\"position\":\"x\"}",
           "position"},
      };
    char expected[64];
#define EXPECT_EACH(function, table)                                                             \
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {                                  \
        snprintf(expected, sizeof expected, "{\"field\":\"%s\"}", table[i].field);               \
        expect_error(events_call_of(world.instance, events->function, NULL, table[i].arguments), \
                     "VALIDATION_ERROR", expected);                                              \
    }
    EXPECT_EACH(read, reads)
    EXPECT_EACH(claim, claims)
    EXPECT_EACH(acknowledge, acknowledgements)
}

static const char *path_of_acme(void)
{
    return scratch_file(&world.scratch,
                        events_are_apart() ? "7b/acme/integrations.db" : "integrations.db");
}

static void run_sql(const char *sql)
{
    sqlite3 *handle;
    char *message = NULL;
    const char *chosen = getenv("DATABASE");
    if (chosen != NULL && strcmp(chosen, "url") == 0) {
        space_run(world.scratch.path, sql);
        return;
    }
    cr_assert_eq(sqlite3_open(path_of_acme(), &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, 5000);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, &message), SQLITE_OK, "%s", message);
    sqlite3_close(handle);
}

Test(event_reading, what_was_erased_keeps_its_place)
{
    events_create("acme", 3);
    world_restart(&world, "");
    run_sql("UPDATE event SET body = NULL, salt = NULL WHERE sequence = 2");
    json_t *page = read_page("{\"organizationId\":\"acme\"}");
    cr_expect_str_eq(events_sequences(member(page, "events")), "1 2 3");
    cr_expect(json_is_true(member(page, "events.1.isErased")));
    cr_expect_null(member(page, "events.1.time"));
    cr_expect_str_eq(text_member(page, "events.1.organizationId"), "acme");
    cr_expect_eq(strlen(text_member(page, "events.1.aggregateId")), 36);
    json_decref(page);
    expect_page(FILTER("\"actorId\":\"actor\""), "1 3", false);
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "acme", "1 3");
    json_decref(batch);
}
