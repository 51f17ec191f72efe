// SPDX-License-Identifier: MIT
/* Creates under a key: what a retry is, what it answers, and for how long. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/plugin/operations/world.h"

enum { HOUR = 60 * 60 * 1000 };

static struct world world;

static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(idempotency, .init = make, .fini = clean);

/* Who may do everything, with a key. NULL: none. */
static struct mock_request with_key(const char *key)
{
    struct mock_request request;
    mock_request_all(&request);
    request.request.idempotency_key = key;
    request.request.idempotency_key_size = key == NULL ? 0 : strlen(key);
    return request;
}

/* A request points into itself. */
static struct mock_answer *ask(const char *field, const struct mock_request *by,
                               const char *selection, const char *input)
{
    struct mock_request request = *by;
    for (uint32_t i = 0; i < request.request.grant_count; i++)
        request.grant_pointers[i] = &request.grants[i];
    request.request.grants = request.grant_pointers;
    request.request.cancelled = &request.cancelled;
    return world_call(&world, field, selection, &request, "{\"input\":%s}", input);
}

static struct mock_answer *create(const struct mock_request *by, const char *input)
{
    return ask("integrationCreate", by, "integration { " ALL_FIELDS " }", input);
}

#define OF_ACME "{\"organizationId\":\"acme\",\"title\":\"x\"}"

/* The ID of what a create answers, to be freed. */
static char *created(const struct mock_request *by, const char *input)
{
    struct mock_answer *answer = create(by, input);
    cr_assert(answer->resolved, "%s: %s", input, answer->message);
    char *id = strdup(text_member(answer->value, "integration.id"));
    mock_answer_free(&answer);
    return id;
}

static int total(const char *organization_id)
{
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"%s\"}", organization_id);
    const int count = (int)json_integer_value(member(value, "total.count"));
    json_decref(value);
    return count;
}

static void expect_same(const struct mock_request *by, const char *input, const char *id)
{
    char *again = created(by, input);
    cr_expect_str_eq(again, id, "%s made another one", input);
    free(again);
}

static void expect_other(const struct mock_request *by, const char *input, const char *id)
{
    char *again = created(by, input);
    cr_expect_str_neq(again, id, "%s made no other one", input);
    free(again);
}

static void expect_used(const struct mock_request *by, const char *input)
{
    expect_error(create(by, input), "VALIDATION_ERROR",
                 "{\"field\":\"input\",\"reason\":\"idempotency_key_used\"}");
}

/* ---- What a retry answers ---- */

Test(idempotency, a_retry_gets_the_first_answer)
{
    const struct mock_request by = with_key("k");
    struct mock_answer *first = create(&by, OF_ACME), *again = create(&by, OF_ACME);
    cr_assert(first->resolved && again->resolved);
    cr_expect_str_eq(again->json, first->json);
    cr_expect_eq(total("acme"), 1);
    mock_answer_free(&first);
    mock_answer_free(&again);
}

Test(idempotency, a_retry_selects_for_itself)
{
    const struct mock_request by = with_key("k");
    free(created(&by, OF_ACME));
    struct mock_answer *again = ask("integrationCreate", &by,
                                    "__typename integration { isActive title }", OF_ACME);
    cr_assert(again->resolved);
    expect_json(again->value, "{\"__typename\":\"IntegrationPayload\",\"integration\":{\"isActive\""
                              ":true,\"title\":\"x\"}}");
    mock_answer_free(&again);
}

Test(idempotency, what_became_of_it_since_does_not_matter)
{
    char input[160];
    const struct mock_request by = with_key("k");
    struct mock_answer *first = create(&by, OF_ACME);
    const char *id = text_member(first->value, "integration.id");
    for (int i = 0; i < 2; i++) {
        snprintf(input, sizeof input, "{\"id\":\"%s\",\"version\":%d%s}", id, i + 1,
                 i == 0 ? ",\"title\":\"y\",\"isActive\":false" : "");
        struct mock_answer *change = ask(i == 0 ? "integrationUpdate" : "integrationDelete", &by,
                                         NULL, input);
        cr_assert(change->resolved, "%s", change->message);
        mock_answer_free(&change);
        struct mock_answer *again = create(&by, OF_ACME);
        cr_assert(again->resolved, "%s", again->message);
        cr_expect_str_eq(again->json, first->json, "%s", input);
        mock_answer_free(&again);
    }
    cr_expect_eq(total("acme"), 0);
    mock_answer_free(&first);
}

Test(idempotency, keys_survive_the_gateway)
{
    const struct mock_request by = with_key("k");
    char *id = created(&by, OF_ACME);
    world_restart(&world, "");
    expect_same(&by, OF_ACME, id);
    free(id);
}

/* ---- What a retry is ---- */

Test(idempotency, input_of_the_same_meaning_is_the_same)
{
    static const char *const same[] = {
        "{\"title\":\"x\",\"organizationId\":\"acme\"}",
        "{\"organizationId\":\"acme\",\"title\":\" x\\t\"}",
        "{\"organizationId\":\"acme\",\"title\":\"\\u0078\",\"credentialRef\":null}",
    };
    const struct mock_request by = with_key("k");
    char *id = created(&by, OF_ACME);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        expect_same(&by, same[i], id);
    cr_expect_eq(total("acme"), 1);
    free(id);
}

Test(idempotency, other_input_is_rejected)
{
    char with_token[4200], other_token[4200];
    snprintf(with_token, sizeof with_token,
             "{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}",
             world_good_token(&world, "acme"));
    snprintf(other_token, sizeof other_token,
             "{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}",
             world_token(&world, "{\"sub\":\"kv/other\",\"aud\":\"acme\",\"jti\":\"t2\"}"));
    const struct mock_request bare = with_key("bare"), token = with_key("token");
    free(created(&bare, OF_ACME));
    expect_used(&bare, "{\"organizationId\":\"acme\",\"title\":\"X\"}");
    expect_used(&bare, with_token);
    free(created(&token, with_token));
    expect_used(&token, OF_ACME);
    expect_used(&token, other_token);
    cr_expect_eq(total("acme"), 2);
    /* It stays what it was. */
    free(created(&bare, OF_ACME));
    free(created(&token, with_token));
    cr_expect_eq(total("acme"), 2);
}

Test(idempotency, actor_organization_key_and_response_name_are_its_scope)
{
    struct mock_request first = with_key("k"), other;
    first.response_name = "a";
    char *id = created(&first, OF_ACME);
    other = first;
    other.response_name = "b";
    expect_other(&other, OF_ACME, id);
    other.response_name = NULL;
    expect_other(&other, OF_ACME, id);
    other = first;
    other.request.actor_id = "actop";
    expect_other(&other, OF_ACME, id);
    other.request.actor_id_size = 4;
    expect_other(&other, OF_ACME, id);
    other = first;
    other.request.idempotency_key = "K";
    expect_other(&other, OF_ACME, id);
    other.request.idempotency_key = NULL;
    expect_other(&other, OF_ACME, id);
    cr_expect_eq(total("acme"), 7);
    expect_other(&first, "{\"organizationId\":\"globex\",\"title\":\"x\"}", id);
    expect_same(&first, OF_ACME, id);
    cr_expect_eq(total("acme"), 7);
    free(id);
}

Test(idempotency, a_key_has_limits)
{
    char longest[257] = {0};
    struct mock_request by = with_key(memset(longest, 'k', sizeof longest - 1));
    static const char malformed[] = "{\"reason\":\"idempotency_key_malformed\"}";
    by.request.idempotency_key_size = 255;
    char *id = created(&by, OF_ACME);
    expect_same(&by, OF_ACME, id);
    by.request.idempotency_key_size = 256;
    expect_error(create(&by, OF_ACME), "VALIDATION_ERROR", malformed);
    by.request.idempotency_key_size = 0;
    expect_error(create(&by, OF_ACME), "VALIDATION_ERROR", malformed);
    by = with_key("\xff");
    expect_error(create(&by, OF_ACME), "VALIDATION_ERROR", malformed);
    by = with_key("\xc3\xa4 \n");
    expect_other(&by, OF_ACME, id);
    free(id);
}

/* They have a version. */
Test(idempotency, other_mutations_ignore_it)
{
    char input[128];
    const struct mock_request by = with_key("\xff");
    char *id = world_create(&world, "acme", "x");
    snprintf(input, sizeof input, "{\"id\":\"%s\",\"version\":1}", id);
    struct mock_answer *answer = ask("integrationUpdate", &by, NULL, input);
    cr_expect(answer->resolved);
    mock_answer_free(&answer);
    expect_error(ask("integrationUpdate", &by, NULL, input), "CONFLICT", "{\"currentVersion\":2}");
    free(id);
}

/* ---- What is not kept ---- */

Test(idempotency, a_rejected_create_keeps_nothing)
{
    const struct mock_request by = with_key("k");
    expect_error(create(&by, "{\"organizationId\":\"acme\",\"title\":\"\"}"), "VALIDATION_ERROR",
                 "{\"field\":\"input.title\"}");
    expect_error(create(&by, "{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"v4."
                             "public.x\"}"),
                 "VALIDATION_ERROR", "{\"reason\":\"malformed\"}");
    free(created(&by, OF_ACME));
    cr_expect_eq(total("acme"), 1);
}

Test(idempotency, permission_comes_first)
{
    struct mock_request by = with_key("k"), denied = by;
    denied.request.grant_count = 0;
    expect_error(create(&denied, OF_ACME), "PERMISSION_DENIED", "{}");
    char *id = created(&by, OF_ACME);
    expect_error(create(&denied, OF_ACME), "PERMISSION_DENIED", "{}");
    expect_same(&by, OF_ACME, id);
    free(id);
}

/* ---- A token that was good then ---- */

Test(idempotency, a_retry_does_not_need_its_token_any_more)
{
    char input[4200];
    const struct mock_request by = with_key("k"), late = with_key("late");
    snprintf(input, sizeof input,
             "{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}",
             world_good_token(&world, "acme"));
    char *id = created(&by, input);
    world_write_keyring(&world, "revoked", "[]");
    world_restart(&world, "");
    expect_same(&by, input, id);
    expect_error(create(&late, input), "VALIDATION_ERROR",
                 "{\"field\":\"input.credentialRef\",\"reason\":\"revoked_key\"}");
    /* Of an organization that nobody knows, nothing is made. */
    char *at = strstr(input, "acme");
    memcpy(at, "acmo", 4);
    expect_error(create(&by, input), "VALIDATION_ERROR", "{\"reason\":\"revoked_key\"}");
    cr_expect_eq(total("acme"), 1);
    free(id);
}

/* ---- Time ---- */

Test(idempotency, a_key_is_kept_for_24_hours)
{
    const struct mock_request by = with_key("k");
    char *id = created(&by, OF_ACME);
    mock_set_now(world.host, WORLD_NOW + 24 * HOUR - 1);
    expect_same(&by, OF_ACME, id);
    mock_set_now(world.host, WORLD_NOW + 24 * HOUR);
    char *second = created(&by, "{\"organizationId\":\"acme\",\"title\":\"y\"}");
    cr_expect_str_neq(second, id);
    mock_set_now(world.host, WORLD_NOW + 48 * HOUR - 1);
    expect_same(&by, "{\"organizationId\":\"acme\",\"title\":\"y\"}", second);
    cr_expect_eq(total("acme"), 2);
    free(second);
    free(id);
}

/* ---- Several at once ---- */

enum { AT_ONCE = 24 };

/* In one batch or in two, by one instance or by two. */
static void create_at_once(gql_instance *const instances[2])
{
    struct mock_pending *pending[AT_ONCE];
    struct mock_request requests[AT_ONCE];
    char first[64] = "";
    for (int i = 0; i < AT_ONCE; i++) {
        mock_request_all(&requests[i]);
        requests[i].request.idempotency_key = "k";
        requests[i].request.idempotency_key_size = 1;
        pending[i] = mock_start(world.host, instances[i % 2], "Mutation", "integrationCreate",
                                "{\"input\":" OF_ACME "}", "integration { id }", &requests[i]);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        cr_assert(answer->resolved, "%s", answer->message);
        const char *id = text_member(answer->value, "integration.id");
        if (i == 0)
            snprintf(first, sizeof first, "%s", id);
        cr_expect_str_eq(id, first);
        mock_answer_free(&answer);
    }
    cr_expect_eq(total("acme"), 1);
}

Test(idempotency, at_once_one_is_made)
{
    create_at_once((gql_instance *const[]){world.instance, world.instance});
}

Test(idempotency, at_once_in_two_gateways_one_is_made)
{
    gql_instance *other = mock_create(world.host, world_config(&world, ""));
    create_at_once((gql_instance *const[]){world.instance, other});
    mock_destroy(world.host, &other);
}
