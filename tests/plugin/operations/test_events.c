// SPDX-License-Identifier: MIT
/* gql_events: the delivery of events to consumers. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/plugin/operations/event_calls.h"

TestSuite(events, .init = events_make, .fini = events_clean);

/* ---- Delivery ---- */

Test(events, each_is_delivered_once_in_order)
{
    events_create("acme", 3);
    events_create("globex", 1);
    json_t *first = events_claim("{\"consumer\":\"hooks\",\"limit\":2}"),
           *second = events_claim(HOOKS);
    const bool turned = strcmp(text_member(first, "organizationId"), "acme") != 0;
    events_expect_batch(turned ? second : first, "acme", turned ? "1 2 3" : "1 2");
    events_expect_batch(turned ? first : second, "globex", "1");
    cr_expect_str_eq(text_member(first, "events.0.eventType"), "CREATED");
    events_expect_nothing(world.instance, HOOKS);
    events_acknowledge(first);
    events_acknowledge(second);
    json_decref(first);
    json_decref(second);
    json_t *rest = events_claim(HOOKS);
    if (!turned) {
        events_expect_batch(rest, "acme", "3");
        events_acknowledge(rest);
        json_decref(rest);
    } else {
        cr_expect_null(rest);
    }
    events_expect_nothing(world.instance, HOOKS);
    events_create("acme", 1);
    rest = events_claim(HOOKS);
    events_expect_batch(rest, "acme", "4");
    json_decref(rest);
}

Test(events, consumers_do_not_know_each_other)
{
    events_create("acme", 1);
    json_t *one = events_claim(HOOKS), *other = events_claim("{\"consumer\":\"warehouse\"}");
    events_expect_batch(one, "acme", "1");
    events_expect_batch(other, "acme", "1");
    events_acknowledge(one);
    events_expect_nothing(world.instance, HOOKS);
    json_decref(one);
    json_decref(other);
}

Test(events, a_part_can_be_acknowledged_under_the_same_lease)
{
    events_create("acme", 3);
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "acme", "1 2 3");
#define KEEP ",\"leaseMilliseconds\":60000"
    events_expect_taken(events_acknowledge_as(world.instance, batch, "events.0.position", KEEP));
    events_expect_nothing(world.instance, HOOKS);
    events_expect_taken(events_acknowledge_as(world.instance, batch, "events.1.position", KEEP));
    events_expect_taken(
        events_acknowledge_as(world.instance, batch, "events.0.position", "")); /* It stays. */
    json_t *rest = events_claim(HOOKS);
    events_expect_batch(rest, "acme", "3");
    expect_error(events_acknowledge_as(world.instance, batch, "position", ""), "CONFLICT", "{}");
    events_acknowledge(rest);
    json_decref(rest);
    json_decref(batch);
}

Test(events, what_is_older_is_passed_over)
{
    events_create("acme", 2);
    mock_set_now(world.host, WORLD_NOW + 60000);
    events_create("acme", 1);
    json_t *batch = events_claim("{\"consumer\":\"hooks\",\"since\":\"2027-01-15T08:00:30Z\"}");
    events_expect_batch(batch, "acme", "3");
    json_decref(batch);
    batch = events_claim("{\"consumer\":\"late\",\"since\":\"2030-01-01T00:00:00Z\"}");
    events_expect_batch(batch, "acme", "");
    cr_expect_eq(strlen(text_member(batch, "position")), 16);
    json_decref(batch);
}

/* A gateway that ends between delivery and acknowledgement: others get the events again. */
Test(events, a_lease_that_ran_out_is_taken_over)
{
    events_create("acme", 2);
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    json_t *lost = events_claim(HOOKS);
    events_expect_batch(lost, "acme", "1 2");
    events_expect_nothing(other, HOOKS);
    world_restart(&world, "");
    events_expect_nothing(world.instance, HOOKS);
    mock_set_now(world.host, WORLD_NOW + 59999);
    events_expect_nothing(other, HOOKS);
    mock_set_now(world.host, WORLD_NOW + 60000);
    json_t *again = events_claim_as(other, HOOKS);
    events_expect_batch(again, "acme", "1 2");
    struct mock_answer *late = events_acknowledge_as(world.instance, lost, "position", "");
    cr_expect_not(late->resolved);
    cr_expect_str_eq(late->code, "CONFLICT");
    mock_answer_free(&late);
    events_expect_taken(events_acknowledge_as(other, again, "position", ""));
    mock_set_now(world.host, WORLD_NOW + 600000);
    events_expect_nothing(world.instance, HOOKS);
    json_decref(lost);
    json_decref(again);
    mock_destroy(world.host, &other);
}

Test(events, positions_outlive_restarts)
{
    events_create("acme", 2);
    json_t *batch = events_claim("{\"consumer\":\"hooks\",\"limit\":1}");
    events_acknowledge(batch);
    json_decref(batch);
    world_restart(&world, "");
    batch = events_claim(HOOKS);
    events_expect_batch(batch, "acme", "2");
    events_acknowledge(batch);
    json_decref(batch);
    world_restart(&world, "");
    events_expect_nothing(world.instance, HOOKS);
}

Test(events, an_instance_that_is_bound_delivers_its_own_alone)
{
    events_create("acme", 1);
    events_create("globex", 1);
    world_restart(&world, ",\"organization\":\"globex\"");
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "globex", "1");
    events_expect_nothing(world.instance, HOOKS);
    json_decref(batch);
}

/* ---- Many organizations ---- */

enum { COUNT = 60 };

/* If each has a database of its own, there is room for two of them. */
static void restart_with_little_room(void)
{
    char config[256];
    if (!events_are_apart()) {
        world_restart(&world, "");
        return;
    }
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s\",\"maxOpen\":2}}",
             world.scratch.path);
    mock_destroy(world.host, &world.instance);
    world.instance = mock_create(world.host, config);
}

static void create_in_each(void)
{
    char name[16];
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "o%d", i);
        events_create(name, 1);
    }
}

/* Takes one event, which must be the next of its organization; false: nothing is left. */
static bool take_next(int64_t last[COUNT])
{
    json_t *batch = events_claim("{\"consumer\":\"hooks\",\"limit\":1}");
    if (batch == NULL)
        return false;
    const int number = atoi(text_member(batch, "organizationId") + 1);
    cr_assert_eq(json_array_size(member(batch, "events")), 1);
    const int64_t sequence = json_integer_value(member(batch, "events.0.sequence"));
    cr_expect_eq(sequence, last[number] + 1, "o%d: %d after %d", number, (int)sequence,
                 (int)last[number]);
    last[number] = sequence;
    events_acknowledge(batch);
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
    if (!events_are_apart())
        return; /* There is one. */
    restart_with_little_room();
    for (int i = 0; i < 8; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        events_create(name, 1);
        json_t *batch = events_claim(HOOKS);
        events_acknowledge(batch);
        json_decref(batch);
    }
    restart_with_little_room();
    age_files();
    events_expect_nothing(world.instance, HOOKS);
    const json_int_t before = count_openings();
    cr_expect_geq(before, 8);
    for (int i = 0; i < 3; i++) {
        let_time_pass();
        events_expect_nothing(world.instance, HOOKS);
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
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "c", "2");
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
    events_expect_nothing(world.instance, HOOKS);
    events->watch(world.instance, count_signal, &signals);
    cr_assert(await_signals(1), "the first look signals");
    events_create("acme", 1);
    events_create("acme", 1);
    cr_expect_eq(atomic_load(&signals), 1);
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "acme", "1 2");
    json_decref(batch);
    events_create("acme", 1);
    cr_expect(await_signals(2));
    events->watch(world.instance, NULL, NULL);
    events_expect_nothing(world.instance, HOOKS);
    const int before = atomic_load(&signals);
    events_create("acme", 1);
    cr_expect_eq(atomic_load(&signals), before);
}

Test(events, a_change_of_another_gateway_is_noticed)
{
    if (events_are_apart())
        return; /* It delivers them itself, and if it ends, a survey finds them. */
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    events_create("acme", 1);
    json_t *batch = events_claim_as(other, HOOKS);
    events_expect_batch(batch, "acme", "1");
    events_expect_taken(events_acknowledge_as(other, batch, "position", ""));
    json_decref(batch);
    events->watch(other, count_signal, &signals);
    cr_assert(await_signals(1));
    events_expect_nothing(other, HOOKS);
    const int before = atomic_load(&signals);
    events_create("acme", 1);
    cr_expect(await_signals(before + 1));
    batch = events_claim_as(other, HOOKS);
    events_expect_batch(batch, "acme", "2");
    json_decref(batch);
    mock_destroy(world.host, &other);
}

Test(events, drain_completes_what_is_under_way_and_ends_signals)
{
    events_create("acme", 1);
    events->watch(world.instance, count_signal, &signals);
    struct mock_pending *pending = mock_start_function(world.host, world.instance, "claim",
                                                       events->claim, HOOKS, NULL);
    mock_drain(world.host, world.instance);
    cr_expect(mock_is_done(pending));
    struct mock_answer *answer = mock_wait(&pending);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    expect_error(events_call_of(world.instance, events->claim, NULL, HOOKS), "SERVICE_UNAVAILABLE",
                 "{}");
    const int before = atomic_load(&signals);
    mock_destroy(world.host, &world.instance);
    cr_expect_eq(atomic_load(&signals), before);
    world.instance = mock_create(world.host, world_config(&world, ""));
}

Test(events, a_claim_that_was_cancelled_leases_nothing)
{
    struct mock_request request;
    events_create("acme", 1);
    mock_request_all(&request);
    mock_cancel(&request);
    expect_error(events_call_of(world.instance, events->claim, &request, HOOKS),
                 "SERVICE_UNAVAILABLE", "{}");
    json_t *batch = events_claim(HOOKS);
    events_expect_batch(batch, "acme", "1");
    json_decref(batch);
}
