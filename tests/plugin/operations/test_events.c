// SPDX-License-Identifier: MIT
/* gql_events: reading events, and their delivery to consumers. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static const gql_events *events;

static void make(void)
{
    world_make(&world, "");
    events = gql_library_events(mock_library(world.host));
    cr_assert_not_null(events);
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(events, .init = make, .fini = clean);

static bool is_apart(void)
{
    const char *chosen = getenv("DATABASE");
    return chosen != NULL && strcmp(chosen, "root") == 0;
}

/* ---- Calls ---- */

static struct mock_answer *call_of(gql_instance *instance, gql_resolve_fn function,
                                   const struct mock_request *request, const char *arguments)
{
    return mock_call_function(world.host, instance, "events", function, arguments, request);
}

/* A new reference to what the call must resolve to. */
static json_t *resolve(gql_instance *instance, gql_resolve_fn function, const char *arguments)
{
    struct mock_answer *answer = call_of(instance, function, NULL, arguments);
    cr_assert(answer->resolved, "%s: %s, %s", arguments, answer->code, answer->message);
    json_t *value = json_incref(answer->value);
    mock_answer_free(&answer);
    return value;
}

static json_t *read_page(const char *arguments)
{
    return resolve(world.instance, events->read, arguments);
}

/* The sequences of the events, as "1 2 3". */
static const char *sequences(const json_t *list)
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

static void expect_page(const char *arguments, const char *expected, bool has_more)
{
    json_t *page = read_page(arguments);
    cr_expect_str_eq(sequences(member(page, "events")), expected, "%s: %s", arguments,
                     sequences(member(page, "events")));
    cr_expect_eq(json_is_true(member(page, "hasMore")), has_more, "%s", arguments);
    json_decref(page);
}

/* The batch of a claim that is not null, of any steps; a new reference. NULL: nothing is left. */
static json_t *claim_as(gql_instance *instance, const char *arguments)
{
    bool has_more = true;
    json_t *batch = NULL;
    while (has_more && batch == NULL) {
        json_t *value = resolve(instance, events->claim, arguments);
        has_more = json_is_true(member(value, "hasMore"));
        if (json_is_object(member(value, "batch")))
            batch = json_incref(json_object_get(value, "batch"));
        json_decref(value);
    }
    return batch;
}

static json_t *claim(const char *arguments)
{
    return claim_as(world.instance, arguments);
}

#define HOOKS "{\"consumer\":\"hooks\"}"

static void expect_nothing(gql_instance *instance, const char *arguments)
{
    json_t *batch = claim_as(instance, arguments);
    cr_expect_null(batch, "%s: %s", arguments, text_member(batch, "organizationId"));
    json_decref(batch);
}

static void expect_batch(const json_t *batch, const char *organization_id, const char *expected)
{
    cr_assert_not_null(batch, "nothing, and not %s of %s", expected, organization_id);
    cr_expect_str_eq(text_member(batch, "organizationId"), organization_id);
    cr_expect_str_eq(sequences(member(batch, "events")), expected, "%s",
                     sequences(member(batch, "events")));
}

/* `position` is a dotted path in the batch. */
static struct mock_answer *acknowledge_as(gql_instance *instance, const json_t *batch,
                                          const char *position, const char *more)
{
    char arguments[512];
    snprintf(arguments, sizeof arguments,
             "{\"consumer\":\"hooks\",\"organizationId\":\"%s\",\"lease\":\"%s\","
             "\"position\":\"%s\"%s}",
             text_member(batch, "organizationId"), text_member(batch, "lease"),
             text_member(batch, position), more);
    return call_of(instance, events->acknowledge, NULL, arguments);
}

static void expect_taken(struct mock_answer *answer)
{
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
}

static void acknowledge(const json_t *batch)
{
    expect_taken(acknowledge_as(world.instance, batch, "position", ""));
}

static void create(const char *organization_id, int count)
{
    for (int i = 0; i < count; i++)
        free(world_create(&world, organization_id, "x"));
}

/* ---- Reading ---- */

Test(events, pages_go_both_ways)
{
    char arguments[256];
    create("acme", 5);
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
    expect_error(call_of(world.instance, events->read, NULL, arguments), "VALIDATION_ERROR",
                 "{\"field\":\"after\"}");
    json_decref(page);
    page = read_page("{\"organizationId\":\"unknown\"}");
    expect_json(page, "{\"events\":[],\"hasMore\":false,\"position\":null}");
    json_decref(page);
}

Test(events, filters_leave_out_what_does_not_pass)
{
    char *id = world_create(&world, "acme", "x"), arguments[256];
    create("acme", 1);
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

Test(events, who_may_not_read_sees_nothing)
{
    struct mock_request eve;
    mock_request(&eve, "eve");
    mock_grant(&eve, "globex", GQL_ACTION_READ);
    mock_grant(&eve, "acme", GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE);
    mock_grant(&eve, NULL, GQL_ACTION_CREATE);
    expect_error(call_of(world.instance, events->read, &eve, "{\"organizationId\":\"acme\"}"),
                 "PERMISSION_DENIED", "{\"requiredAction\":\"READ\"}");
    expect_error(call_of(world.instance, events->claim, &eve, HOOKS), "PERMISSION_DENIED",
                 "{\"requiredAction\":\"READ\"}");
    mock_request(&eve, "eve");
    mock_grant(&eve, NULL, GQL_ACTION_READ);
    eve.request.organization_id = "acme";
    eve.request.organization_id_size = 4;
    expect_error(call_of(world.instance, events->claim, &eve, HOOKS), "PERMISSION_DENIED", "{}");
    mock_request(&eve, NULL);
    expect_error(call_of(world.instance, events->read, &eve, "{}"), "UNAUTHORIZED", "{}");
}

Test(events, wrong_arguments_are_named)
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
#define EXPECT_EACH(function, table)                                                      \
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {                           \
        snprintf(expected, sizeof expected, "{\"field\":\"%s\"}", table[i].field);        \
        expect_error(call_of(world.instance, events->function, NULL, table[i].arguments), \
                     "VALIDATION_ERROR", expected);                                       \
    }
    EXPECT_EACH(read, reads)
    EXPECT_EACH(claim, claims)
    EXPECT_EACH(acknowledge, acknowledgements)
}

static const char *path_of_acme(void)
{
    return scratch_file(&world.scratch, is_apart() ? "7b/acme/integrations.db" : "integrations.db");
}

static void run_sql(const char *sql)
{
    sqlite3 *handle;
    char *message = NULL;
    cr_assert_eq(sqlite3_open(path_of_acme(), &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, 5000);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, &message), SQLITE_OK, "%s", message);
    sqlite3_close(handle);
}

Test(events, what_was_erased_keeps_its_place)
{
    create("acme", 3);
    world_restart(&world, "");
    run_sql("UPDATE event SET body = NULL, salt = NULL WHERE sequence = 2");
    json_t *page = read_page("{\"organizationId\":\"acme\"}");
    cr_expect_str_eq(sequences(member(page, "events")), "1 2 3");
    cr_expect(json_is_true(member(page, "events.1.isErased")));
    cr_expect_null(member(page, "events.1.time"));
    cr_expect_str_eq(text_member(page, "events.1.organizationId"), "acme");
    cr_expect_eq(strlen(text_member(page, "events.1.aggregateId")), 36);
    json_decref(page);
    expect_page(FILTER("\"actorId\":\"actor\""), "1 3", false);
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "acme", "1 3");
    json_decref(batch);
}

/* ---- Delivery ---- */

Test(events, each_is_delivered_once_in_order)
{
    create("acme", 3);
    create("globex", 1);
    json_t *first = claim("{\"consumer\":\"hooks\",\"limit\":2}"), *second = claim(HOOKS);
    const bool turned = strcmp(text_member(first, "organizationId"), "acme") != 0;
    expect_batch(turned ? second : first, "acme", turned ? "1 2 3" : "1 2");
    expect_batch(turned ? first : second, "globex", "1");
    cr_expect_str_eq(text_member(first, "events.0.eventType"), "CREATED");
    expect_nothing(world.instance, HOOKS);
    acknowledge(first);
    acknowledge(second);
    json_decref(first);
    json_decref(second);
    json_t *rest = claim(HOOKS);
    if (!turned) {
        expect_batch(rest, "acme", "3");
        acknowledge(rest);
        json_decref(rest);
    } else {
        cr_expect_null(rest);
    }
    expect_nothing(world.instance, HOOKS);
    create("acme", 1);
    rest = claim(HOOKS);
    expect_batch(rest, "acme", "4");
    json_decref(rest);
}

Test(events, consumers_do_not_know_each_other)
{
    create("acme", 1);
    json_t *one = claim(HOOKS), *other = claim("{\"consumer\":\"warehouse\"}");
    expect_batch(one, "acme", "1");
    expect_batch(other, "acme", "1");
    acknowledge(one);
    expect_nothing(world.instance, HOOKS);
    json_decref(one);
    json_decref(other);
}

Test(events, a_part_can_be_acknowledged_under_the_same_lease)
{
    create("acme", 3);
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "acme", "1 2 3");
#define KEEP ",\"leaseMilliseconds\":60000"
    expect_taken(acknowledge_as(world.instance, batch, "events.0.position", KEEP));
    expect_nothing(world.instance, HOOKS);
    expect_taken(acknowledge_as(world.instance, batch, "events.1.position", KEEP));
    expect_taken(acknowledge_as(world.instance, batch, "events.0.position", "")); /* It stays. */
    json_t *rest = claim(HOOKS);
    expect_batch(rest, "acme", "3");
    expect_error(acknowledge_as(world.instance, batch, "position", ""), "CONFLICT", "{}");
    acknowledge(rest);
    json_decref(rest);
    json_decref(batch);
}

Test(events, what_is_older_is_passed_over)
{
    create("acme", 2);
    mock_set_now(world.host, WORLD_NOW + 60000);
    create("acme", 1);
    json_t *batch = claim("{\"consumer\":\"hooks\",\"since\":\"2027-01-15T08:00:30Z\"}");
    expect_batch(batch, "acme", "3");
    json_decref(batch);
    batch = claim("{\"consumer\":\"late\",\"since\":\"2030-01-01T00:00:00Z\"}");
    expect_batch(batch, "acme", "");
    cr_expect_eq(strlen(text_member(batch, "position")), 16);
    json_decref(batch);
}

/* A gateway that ends between delivery and acknowledgement: others get the events again. */
Test(events, a_lease_that_ran_out_is_taken_over)
{
    create("acme", 2);
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    json_t *lost = claim(HOOKS);
    expect_batch(lost, "acme", "1 2");
    expect_nothing(other, HOOKS);
    world_restart(&world, "");
    expect_nothing(world.instance, HOOKS);
    mock_set_now(world.host, WORLD_NOW + 59999);
    expect_nothing(other, HOOKS);
    mock_set_now(world.host, WORLD_NOW + 60000);
    json_t *again = claim_as(other, HOOKS);
    expect_batch(again, "acme", "1 2");
    struct mock_answer *late = acknowledge_as(world.instance, lost, "position", "");
    cr_expect_not(late->resolved);
    cr_expect_str_eq(late->code, "CONFLICT");
    mock_answer_free(&late);
    expect_taken(acknowledge_as(other, again, "position", ""));
    mock_set_now(world.host, WORLD_NOW + 600000);
    expect_nothing(world.instance, HOOKS);
    json_decref(lost);
    json_decref(again);
    mock_destroy(world.host, &other);
}

Test(events, positions_outlive_restarts)
{
    create("acme", 2);
    json_t *batch = claim("{\"consumer\":\"hooks\",\"limit\":1}");
    acknowledge(batch);
    json_decref(batch);
    world_restart(&world, "");
    batch = claim(HOOKS);
    expect_batch(batch, "acme", "2");
    acknowledge(batch);
    json_decref(batch);
    world_restart(&world, "");
    expect_nothing(world.instance, HOOKS);
}

Test(events, an_instance_that_is_bound_delivers_its_own_alone)
{
    create("acme", 1);
    create("globex", 1);
    world_restart(&world, ",\"organization\":\"globex\"");
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "globex", "1");
    expect_nothing(world.instance, HOOKS);
    json_decref(batch);
}

/* ---- Many organizations ---- */

enum { COUNT = 60 };

/* If each has a database of its own, there is room for two of them. */
static void restart_with_little_room(void)
{
    char config[256];
    snprintf(config, sizeof config, "{\"database\":{\"%s\":\"%s%s\"%s}}",
             is_apart() ? "root" : "path", world.scratch.path, is_apart() ? "" : "/integrations.db",
             is_apart() ? ",\"maxOpen\":2" : "");
    mock_destroy(world.host, &world.instance);
    world.instance = mock_create(world.host, config);
}

static void create_in_each(void)
{
    char name[16];
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "o%d", i);
        create(name, 1);
    }
}

/* Takes one event, which must be the next of its organization; false: nothing is left. */
static bool take_next(int64_t last[COUNT])
{
    json_t *batch = claim("{\"consumer\":\"hooks\",\"limit\":1}");
    if (batch == NULL)
        return false;
    const int number = atoi(text_member(batch, "organizationId") + 1);
    cr_assert_eq(json_array_size(member(batch, "events")), 1);
    const int64_t sequence = json_integer_value(member(batch, "events.0.sequence"));
    cr_expect_eq(sequence, last[number] + 1, "o%d: %d after %d", number, (int)sequence,
                 (int)last[number]);
    last[number] = sequence;
    acknowledge(batch);
    json_decref(batch);
    return true;
}

Test(events, more_organizations_than_a_step_and_than_can_be_open)
{
    int64_t last[COUNT] = {0};
    restart_with_little_room();
    create_in_each();
    create_in_each();
    for (int i = 0; i < COUNT; i++)
        cr_assert(take_next(last), "only %d", i);
    create_in_each();
    restart_with_little_room();
    for (int i = 0; i < 2 * COUNT; i++)
        cr_assert(take_next(last), "only %d after the restart", i);
    cr_expect_not(take_next(last));
    create_in_each();
    for (int i = 0; i < COUNT; i++)
        cr_assert(take_next(last), "only %d after all", i);
    cr_expect_not(take_next(last));
}

/* How often a database was opened in this process. */
static json_int_t count_openings(void)
{
    size_t i;
    json_t *metric, *metrics = mock_metrics(world.host, NULL, 0);
    json_int_t count = 0;
    json_array_foreach(metrics, i, metric) {
        if (strcmp(text_member(metric, "name"), "graphql.plugin.database.open.duration") == 0)
            count = json_integer_value(member(metric, "points.0.count"));
    }
    json_decref(metrics);
    return count;
}

/* As if the files had not been changed for a while. */
static int age_file(const char *path, const struct stat *found, int type, struct FTW *place)
{
    static const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    (void)found, (void)place;
    return type == FTW_F ? utimensat(AT_FDCWD, path, old, 0) : 0;
}

static void age_files(void)
{
    cr_assert_eq(nftw(world.scratch.path, age_file, 8, FTW_PHYS), 0);
}

/* The next survey is due. */
static void let_time_pass(void)
{
    static int64_t now = WORLD_NOW;
    mock_set_now(world.host, now += 31 * 1000);
}

Test(events, a_survey_opens_no_database_that_has_not_changed)
{
    if (!is_apart())
        return; /* There is one. */
    restart_with_little_room();
    for (int i = 0; i < 8; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        create(name, 1);
        json_t *batch = claim(HOOKS);
        acknowledge(batch);
        json_decref(batch);
    }
    restart_with_little_room();
    age_files();
    expect_nothing(world.instance, HOOKS);
    const json_int_t before = count_openings();
    cr_expect_geq(before, 8);
    for (int i = 0; i < 3; i++) {
        let_time_pass();
        expect_nothing(world.instance, HOOKS);
    }
    cr_expect_eq(count_openings(), before, "%lld openings for nothing",
                 (long long)(count_openings() - before));
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    struct mock_answer *answer = mock_call(world.host, other, "Mutation", "integrationCreate",
                                           "{\"input\":{\"organizationId\":\"c\",\"title\":\"x\"}}",
                                           NULL, NULL);
    cr_expect(answer->resolved);
    mock_answer_free(&answer);
    mock_destroy(world.host, &other);
    let_time_pass();
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "c", "2");
    json_decref(batch);
}

/* ---- Watching ---- */

static atomic_int signals;

static void count_signal(void *user)
{
    atomic_fetch_add((atomic_int *)user, 1);
}

/* Whether there are as many within a generous time. */
static bool await_signals(int count)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    for (int i = 0; i < 4000 && atomic_load(&signals) < count; i++)
        nanosleep(&pause, NULL);
    return atomic_load(&signals) >= count;
}

Test(events, a_change_is_signalled_once_until_somebody_claims)
{
    expect_nothing(world.instance, HOOKS);
    events->watch(world.instance, count_signal, &signals);
    cr_assert(await_signals(1), "the first look signals");
    create("acme", 1);
    create("acme", 1);
    cr_expect_eq(atomic_load(&signals), 1);
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "acme", "1 2");
    json_decref(batch);
    create("acme", 1);
    cr_expect(await_signals(2));
    events->watch(world.instance, NULL, NULL);
    expect_nothing(world.instance, HOOKS);
    const int before = atomic_load(&signals);
    create("acme", 1);
    cr_expect_eq(atomic_load(&signals), before);
}

Test(events, a_change_of_another_gateway_is_noticed)
{
    if (is_apart())
        return; /* It delivers them itself, and if it ends, a survey finds them. */
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    create("acme", 1);
    json_t *batch = claim_as(other, HOOKS);
    expect_batch(batch, "acme", "1");
    expect_taken(acknowledge_as(other, batch, "position", ""));
    json_decref(batch);
    events->watch(other, count_signal, &signals);
    cr_assert(await_signals(1));
    expect_nothing(other, HOOKS);
    const int before = atomic_load(&signals);
    create("acme", 1);
    cr_expect(await_signals(before + 1));
    batch = claim_as(other, HOOKS);
    expect_batch(batch, "acme", "2");
    json_decref(batch);
    mock_destroy(world.host, &other);
}

Test(events, drain_completes_what_is_under_way_and_ends_signals)
{
    create("acme", 1);
    events->watch(world.instance, count_signal, &signals);
    struct mock_pending *pending = mock_start_function(world.host, world.instance, "claim",
                                                       events->claim, HOOKS, NULL);
    mock_drain(world.host, world.instance);
    cr_expect(mock_is_done(pending));
    struct mock_answer *answer = mock_wait(&pending);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    expect_error(call_of(world.instance, events->claim, NULL, HOOKS), "SERVICE_UNAVAILABLE", "{}");
    const int before = atomic_load(&signals);
    mock_destroy(world.host, &world.instance);
    cr_expect_eq(atomic_load(&signals), before);
    world.instance = mock_create(world.host, world_config(&world, ""));
}

Test(events, a_claim_that_was_cancelled_leases_nothing)
{
    struct mock_request request;
    create("acme", 1);
    mock_request_all(&request);
    mock_cancel(&request);
    expect_error(call_of(world.instance, events->claim, &request, HOOKS), "SERVICE_UNAVAILABLE",
                 "{}");
    json_t *batch = claim(HOOKS);
    expect_batch(batch, "acme", "1");
    json_decref(batch);
}
