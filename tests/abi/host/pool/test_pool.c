// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/host/pool/pool_fixture.h"

TestSuite(pool, .timeout = 120);

static void expect_answers(const char *expected)
{
    char all[MAX_ANSWERS * (sizeof *answers + 1)] = "";
    char *end = all;
    for (int i = 0; i < MAX_ANSWERS && answers[i][0] != '\0'; i++)
        end = stpcpy(stpcpy(end, i > 0 ? " " : ""), answers[i]);
    cr_expect_str_eq(all, expected, "the answers are: %s", all);
}

/* ---- First use ---- */

Test(pool, lets_calls_wait_in_order_while_another_key_is_served)
{
    pool_set_up((gql_pool_options){.threads = 1});
    cr_expect_eq(pool_call("hot", 1), GQL_PENDING);
    await_answers(1);
    await_list("hot open 0 0");
    set_flag(&control.hold, true);
    for (int i = 2; i < 6; i++)
        cr_expect_eq(pool_call("cold", i), GQL_PENDING);
    await_count(&control.begun, 2);
    cr_expect_eq(pool_call("hot", 6), GQL_OK, "the hot key does not wait");
    await_list("cold creating 0 4; hot open 0 0");
    set_flag(&control.hold, false);
    await_answers(6);
    expect_answers("1:1 6:1 2:2 3:2 4:2 5:2");
    await_list("cold open 0 0; hot open 0 0");
    cr_expect_eq(pool_call("cold", 7), GQL_OK, "the instance is there");
    cr_expect_eq(configured, 2);
    pool_tear_down();
}

Test(pool, keeps_keys_apart_that_differ_in_any_byte)
{
    static const struct {
        const char *bytes;
        size_t size;
    } keys[] = {{"a", 1}, {"A", 1}, {"a\0", 2}, {"a\0b", 3}, {"\xff", 1}, {"..", 2}, {"a/b", 3}};
    gql_pool_key *listed = NULL;
    size_t count = 0;
    pool_set_up((gql_pool_options){0});
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(gql_pool_suspend_key(pool, keys[i].bytes, keys[i].size), GQL_OK);
    cr_assert_eq(gql_pool_list_keys(pool, &listed, &count), GQL_OK);
    cr_expect_eq(count, 7);
    cr_expect_eq(listed[3].key_size, 2);
    cr_expect_eq(memcmp(listed[3].key, "a\0", 3), 0);
    free(listed);
    pool_tear_down();
}

Test(pool, refuses_keys_without_bytes_and_with_too_many)
{
    static char key[GQL_POOL_KEY_SIZE + 2];
    memset(key, 'k', GQL_POOL_KEY_SIZE + 1);
    pool_set_up((gql_pool_options){0});
    const size_t wrong[] = {0, GQL_POOL_KEY_SIZE + 1};
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(gql_pool_suspend_key(pool, key, wrong[i]), GQL_E_MISUSE);
        cr_expect_eq(gql_pool_resume_key(pool, key, wrong[i]), GQL_E_MISUSE);
        cr_expect_eq(gql_pool_close_key(pool, key, wrong[i]), GQL_E_MISUSE);
    }
    cr_expect_eq(pool_call("", 1), GQL_E_MISUSE);
    cr_expect_eq(pool_call(key, 1), GQL_E_MISUSE);
    cr_expect_eq(gql_pool_suspend_key(pool, NULL, 1), GQL_E_MISUSE);
    key[GQL_POOL_KEY_SIZE] = '\0';
    cr_expect_eq(pool_call(key, 2), GQL_PENDING);
    await_answers(1);
    pool_tear_down();
}

Test(pool, bounds_the_calls_that_wait)
{
    pool_set_up((gql_pool_options){.max_waiting_per_key = 2, .max_waiting = 3, .threads = 1});
    set_flag(&control.hold, true);
    pool_call("a", 1), pool_call("a", 2);
    cr_expect_eq(pool_call("a", 3), GQL_OK, "beyond the bound of the key");
    pool_call("b", 4);
    cr_expect_eq(pool_call("c", 5), GQL_OK, "beyond the bound of the pool");
    await_list("a creating 0 2; b creating 0 1");
    set_flag(&control.hold, false);
    await_answers(5);
    expect_answers("3:SERVICE_UNAVAILABLE 5:SERVICE_UNAVAILABLE 1:1 2:1 4:2");
    await_list("a open 0 0; b open 0 0");
    cr_expect_eq(pool_call("c", 6), GQL_PENDING, "the places are free again");
    await_answers(6);
    pool_tear_down();
}

/* ---- Eviction ---- */

Test(pool, evicts_the_least_recently_used_and_none_under_a_call)
{
    pool_set_up((gql_pool_options){.max_idle = 2, .threads = 1});
    set_flag(&control.keep, true);
    pool_call("busy", 1);
    await_kept(1);
    set_flag(&control.keep, false);
    pool_call("a", 2);
    await_list("a open 0 0; busy open 1 0");
    pool_call("b", 3);
    await_list("a open 0 0; b open 0 0; busy open 1 0");
    pool_call("a", 4); /* Now b is the least recently used. */
    pool_call("c", 5);
    await_list("a open 0 0; busy open 1 0; c open 0 0");
    complete_kept(); /* The third idle one. */
    await_list("busy open 0 0; c open 0 0");
    cr_expect_eq(pool_call("a", 6), GQL_PENDING, "a new instance");
    await_answers(6);
    expect_answers("2:2 3:3 4:2 5:4 1:1 6:5");
    pool_tear_down();
}

/* ---- The operator ---- */

Test(pool, suspends_and_resumes)
{
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.keep, true);
    pool_call("a", 1);
    await_kept(1);
    cr_expect_eq(gql_pool_suspend_key(pool, "a", 1), GQL_OK);
    cr_expect_eq(pool_call("a", 2), GQL_OK, "is rejected");
    await_list("a suspending 1 0");
    complete_kept();
    await_list("a suspended 0 0");
    cr_expect_eq(control.destroyed, 1);
    cr_expect_eq(gql_pool_suspend_key(pool, "a", 1), GQL_OK, "again");
    cr_expect_eq(gql_pool_close_key(pool, "a", 1), GQL_OK);
    cr_expect_eq(pool_call("a", 3), GQL_OK, "a closed one stays suspended");
    set_flag(&control.keep, false);
    cr_expect_eq(gql_pool_resume_key(pool, "a", 1), GQL_OK);
    await_list("");
    cr_expect_eq(pool_call("a", 4), GQL_PENDING);
    await_answers(4);
    expect_answers("2:SERVICE_UNAVAILABLE 1:1 3:SERVICE_UNAVAILABLE 4:2");
    pool_tear_down();
}

Test(pool, suspends_while_calls_wait)
{
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.hold, true);
    pool_call("a", 1);
    await_count(&control.begun, 1);
    pool_call("b", 2); /* Its job waits behind that of a. */
    gql_pool_suspend_key(pool, "a", 1);
    gql_pool_suspend_key(pool, "b", 1);
    await_answers(2);
    await_list("a suspending 0 0; b suspended 0 0");
    set_flag(&control.hold, false);
    await_list("a suspended 0 0; b suspended 0 0");
    expect_answers("1:SERVICE_UNAVAILABLE 2:SERVICE_UNAVAILABLE");
    cr_expect_eq(control.begun, 1, "b is not created");
    gql_pool_resume_key(pool, "b", 1);
    pool_call("b", 3);
    await_answers(3);
    cr_expect_eq(configured, 3, "a configuration from after the suspension");
    pool_tear_down();
}

Test(pool, closes_and_lets_later_calls_wait_for_a_new_instance)
{
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.keep, true);
    pool_call("a", 1);
    await_kept(1);
    await_list("a open 1 0"); /* One that is being created still serves those that come. */
    set_flag(&control.keep, false);
    cr_expect_eq(gql_pool_close_key(pool, "a", 1), GQL_OK);
    cr_expect_eq(pool_call("a", 2), GQL_PENDING);
    await_list("a closing 1 1");
    complete_kept();
    await_answers(2);
    expect_answers("1:1 2:2");
    await_list("a open 0 0");
    set_flag(&control.hold, true);
    pool_call("b", 3);
    await_count(&control.begun, 3);
    gql_pool_close_key(pool, "b", 1);
    set_flag(&control.hold, false);
    await_list("a open 0 0");
    expect_answers("1:1 2:2 3:3");
    cr_expect_eq(gql_pool_close_key(pool, "unknown", 7), GQL_OK);
    cr_expect_eq(gql_pool_resume_key(pool, "unknown", 7), GQL_OK);
    pool_tear_down();
}

/* ---- Failures ---- */

Test(pool, answers_those_that_wait_for_an_instance_that_fails)
{
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.hold, true);
    set_flag(&control.fails, true);
    pool_call("acme\n", 1), pool_call("acme\n", 2);
    set_flag(&control.hold, false);
    await_answers(2);
    expect_answers("1:SERVICE_UNAVAILABLE 2:SERVICE_UNAVAILABLE");
    await_list("acme\n failed 0 0 " POOLED_PATH ": the disk is on fire");
    cr_expect_str_eq(last_log,
                     "no instance for the key acme?: " POOLED_PATH ": the disk is on fire");
    pool_tear_down();
}

Test(pool, tries_again_after_a_pause_that_doubles)
{
    static const int pauses[] = {1, 2, 4, 8, 16, 32, 60, 60};
    int answered = 0;
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.fails, true);
    for (int i = 0; i < 8; i++) {
        cr_expect_eq(pool_call("a", i), GQL_PENDING, "attempt %d", i);
        await_answers(++answered);
        await_list("a failed 0 0 " POOLED_PATH ": the disk is on fire");
        clock_time += pauses[i] * 1000 - 1;
        cr_expect_eq(pool_call("a", i), GQL_OK, "too early after attempt %d", i);
        await_answers(++answered);
        clock_time++;
    }
    cr_expect_eq(control.begun, 8);
    set_flag(&control.fails, false);
    pool_call("a", 8);
    await_answers(++answered);
    await_list("a open 0 0");
    pool_tear_down();
}

Test(pool, forgets_a_failure_when_resumed_or_closed)
{
    int32_t (*const forgets[])(gql_pool * pool, const char *key,
                               size_t key_size) = {gql_pool_resume_key, gql_pool_close_key};
    pool_set_up((gql_pool_options){.threads = 1});
    set_flag(&control.fails, true);
    for (int i = 0; i < 2; i++) {
        pool_call("a", i);
        await_answers(i + 1);
        await_list("a failed 0 0 " POOLED_PATH ": the disk is on fire");
        cr_expect_eq(forgets[i](pool, "a", 1), GQL_OK);
        await_list("");
    }
    set_flag(&control.fails, false);
    cr_expect_eq(pool_call("a", 3), GQL_PENDING);
    await_answers(3);
    pool_tear_down();
}

Test(pool, takes_a_missing_configuration_for_a_failure)
{
    pool_set_up((gql_pool_options){.threads = 1});
    config_failure = "no such tenant";
    cr_expect_eq(pool_call("a", 1), GQL_OK);
    await_list("a failed 0 0 no such tenant");
    cr_expect_str_eq(last_log, "no instance for the key a: no such tenant");
    last_log[0] = '\0';
    cr_expect_eq(pool_call("a", 2), GQL_OK);
    cr_expect_str_eq(last_log, "", "nothing is tried before the pause is over");
    clock_time += 1000;
    config_failure = NULL;
    cr_expect_eq(pool_call("a", 3), GQL_PENDING);
    await_answers(3);
    expect_answers("1:SERVICE_UNAVAILABLE 2:SERVICE_UNAVAILABLE 3:1");
    pool_tear_down();
}

static void release(gql_answer *answer)
{
    gql_answer_release(answer);
}

static int32_t never(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    cr_assert_fail("an instance was called");
    return GQL_E_MISUSE;
}

Test(pool, remembers_a_bounded_number_of_failures)
{
    enum { BEYOND = 1003, KEPT = 1000 };
    gql_pool_key *keys = NULL;
    size_t count = 0;
    char key[16];
    const gql_call nothing = {.struct_size = sizeof nothing};
    pool_set_up((gql_pool_options){0});
    config_failure = "no such tenant";
    for (int i = 0; i < BEYOND; i++) {
        snprintf(key, sizeof key, "%04d", i);
        cr_assert_eq(gql_pool_call(pool, key, 4, never, &nothing, release, NULL), GQL_OK);
    }
    cr_assert_eq(gql_pool_list_keys(pool, &keys, &count), GQL_OK);
    cr_expect_eq(count, KEPT);
    cr_expect_str_eq(keys[0].key, "0003", "the oldest ones are forgotten");
    free(keys);
    pool_tear_down();
}

/* ---- The end ---- */

static void *destroy_pool(void *unused)
{
    (void)unused;
    gql_pool_destroy(&pool);
    return NULL;
}

static void expect_health(uint32_t expected, const char *why)
{
    char reason[128] = "?";
    cr_expect_eq(gql_pool_health(pool, reason, sizeof reason), expected, "%s", why);
    cr_expect_str_eq(reason, why);
}

static void expect_failure_in_health(const char *start, const char *end)
{
    char reason[512] = "?";
    cr_expect_eq(gql_pool_health(pool, reason, sizeof reason), GQL_HEALTH_DEGRADED);
    cr_expect(strncmp(reason, start, strlen(start)) == 0 && strstr(reason, end) != NULL, "%s",
              reason);
}

static void set_health(int number, uint32_t health)
{
    pthread_mutex_lock(&control.mutex);
    control.health[number] = health;
    pthread_mutex_unlock(&control.mutex);
}

Test(pool, says_how_its_instances_fare_together)
{
    pool_set_up((gql_pool_options){.max_idle = 2, .threads = 1});
    expect_health(GQL_HEALTH_OK, "");
    pool_call("a", 1);
    await_list("a open 0 0");
    pool_call("b", 2);
    await_list("a open 0 0; b open 0 0");
    expect_health(GQL_HEALTH_OK, "");
    set_health(2, GQL_HEALTH_DEGRADED);
    expect_health(GQL_HEALTH_DEGRADED, "b: instance 2 is unwell");
    set_health(1, GQL_HEALTH_FAILED);
    expect_health(GQL_HEALTH_DEGRADED, "a: instance 1 is unwell, and 1 more");
    set_health(2, GQL_HEALTH_FAILED);
    expect_health(GQL_HEALTH_FAILED, "a: instance 1 is unwell, and 1 more");
    cr_expect_eq(gql_pool_health(pool, NULL, 0), GQL_HEALTH_FAILED);
    await_list("a open 0 0; b open 0 0");
    pool_call("c", 3); /* The order of use is as before: a is let go. */
    await_list("b open 0 0; c open 0 0");
    set_health(2, GQL_HEALTH_OK);
    set_flag(&control.fails, true);
    pool_call("d", 4);
    await_answers(4);
    expect_failure_in_health("No instance for d: ", "the disk is on fire");
    cr_expect_eq(gql_pool_resume_key(pool, "d", 1), GQL_OK);
    expect_health(GQL_HEALTH_OK, "");
    pool_tear_down();
}

Test(pool, is_destroyed_while_instances_are_created_and_calls_are_under_way)
{
    pthread_t destroyer;
    pool_set_up((gql_pool_options){.threads = 2});
    set_flag(&control.keep, true);
    pool_call("busy", 1);
    await_kept(1);
    set_flag(&control.hold, true);
    pool_call("a", 2), pool_call("b", 3), pool_call("c", 4);
    await_count(&control.begun, 3);
    pthread_create(&destroyer, NULL, destroy_pool, NULL);
    await_answers(3);
    set_flag(&control.hold, false);
    await_count(&control.destroyed, 2);
    cr_expect_eq(control.created, 3, "c is not created any more");
    complete_kept();
    pthread_join(destroyer, NULL);
    await_answers(4);
    cr_expect_eq(control.destroyed, 3);
    cr_expect_str_eq(answers[3], "1:1", "the call under way is completed");
    pool_tear_down();
}

Test(pool, refuses_wrong_options)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_pool *other = NULL;
    pool_set_up((gql_pool_options){0});
    cr_expect_eq(gql_pool_create(NULL, &(gql_pool_options){0}, &other, &failure), GQL_E_MISUSE);
    cr_expect_neq(strstr(failure.message, "must not be NULL"), NULL);
    gql_pool_destroy(&other);
    gql_pool_destroy(NULL);
    pool_tear_down();
}

static void list_metrics(void *user, const char *key, size_t key_size, const char *json,
                         size_t json_size)
{
    char *list = user;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(gql_metrics_check(json, json_size, &failure), GQL_OK, "%s", failure.message);
    const char *value = strstr(json, "\"value\":");
    sprintf(list + strlen(list), "%.*s %d; ", (int)key_size, key, atoi(value + 8));
}

Test(pool, passes_on_the_metrics_of_each_instance)
{
    char list[128] = "";
    pool_set_up((gql_pool_options){.max_idle = 2, .threads = 1});
    cr_expect_eq(gql_pool_metrics(pool, 0, list_metrics, list), GQL_OK);
    cr_expect_str_eq(list, "", "there is no instance yet");
    pool_call("b", 1);
    await_list("b open 0 0");
    pool_call("a", 2);
    await_list("a open 0 0; b open 0 0");
    cr_expect_eq(gql_pool_suspend_key(pool, "c", 1), GQL_OK);
    cr_expect_eq(gql_pool_metrics(pool, 0, list_metrics, list), GQL_OK);
    cr_expect_str_eq(list, "a 2; b 1; ", "the metrics are: %s", list);
    pool_tear_down();
}
