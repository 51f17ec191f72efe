// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
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

TestSuite(credentials, .init = make, .fini = clean);

#define CREATE "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}}"

static void expect_rejection(const char *token, const char *reason)
{
    char expected[128];
    snprintf(expected, sizeof expected, "{\"field\":\"input.credentialRef\",\"reason\":\"%s\"}",
             reason);
    struct mock_answer *answer = world_call(&world, "integrationCreate", NULL, NULL, CREATE, token);
    char *extensions = json_dumps(answer->extensions, 0);
    cr_expect(strlen(token) < 8 || strstr(extensions, token) == NULL, "the token is in the error");
    free(extensions);
    expect_error(answer, "VALIDATION_ERROR", expected);
}

Test(credentials, a_good_token_is_stored_changed_and_cleared)
{
    char first[VAULT_PASERK_WRAPPED_SIZE * 8];
    snprintf(first, sizeof first, "%s", world_good_token(&world, "acme"));
    json_t *value = world_resolve(&world, "integrationCreate", "integration { id credentialRef }",
                                  CREATE, first);
    char *id = strdup(text_member(value, "integration.id"));
    cr_expect_str_eq(text_member(value, "integration.credentialRef"), first);
    json_decref(value);
    const char *second =
        world_token(&world, "{\"sub\":\"kv/2\",\"aud\":\"acme\",\"exp\":\"2027-01-15T08:00:01Z\"}");
    value = world_resolve(&world, "integrationUpdate", "integration { credentialRef }",
                          "{\"input\":{\"id\":\"%s\",\"version\":1,\"credentialRef\":\"%s\"}}", id,
                          second);
    cr_expect_str_eq(text_member(value, "integration.credentialRef"), second);
    json_decref(value);
    value = world_resolve(&world, "integrationUpdate", "integration { credentialRef }",
                          "{\"input\":{\"id\":\"%s\",\"version\":2}}", id);
    cr_expect_str_eq(text_member(value, "integration.credentialRef"), second);
    json_decref(value);
    value = world_resolve(&world, "integrationUpdate", "integration { credentialRef }",
                          "{\"input\":{\"id\":\"%s\",\"version\":3,\"credentialRef\":null}}", id);
    expect_json(value, "{\"integration\":{\"credentialRef\":null}}");
    json_decref(value);
    free(id);
}

Test(credentials, every_rejection_has_its_reason)
{
    static const struct {
        const char *claims;
        const char *reason;
    } cases[] = {
        {"{\"sub\":\"kv\",\"aud\":\"other\"}", "wrong_organization"},
        {"{\"sub\":\"kv\",\"aud\":\"acme\",\"exp\":\"2027-01-15T07:58:59Z\"}", "expired"},
        {"{\"sub\":\"kv\",\"aud\":\"acme\",\"nbf\":\"2027-01-15T08:01:01Z\"}", "not_yet_valid"},
        {"{\"sub\":\"kv\",\"aud\":\"acme\",\"iat\":\"2027-01-15T08:01:01Z\"}", "not_yet_valid"},
        {"{\"sub\":\"kv\",\"aud\":\"acme\",\"iat\":1}", "bad_claims"},
        {"{\"sub\":\"\",\"aud\":\"acme\"}", "bad_claims"},
        {"{\"aud\":\"acme\"}", "bad_claims"},
        {"{\"sub\":\"kv\"}", "bad_claims"},
        {"[]", "malformed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_rejection(world_token(&world, cases[i].claims), cases[i].reason);
    expect_rejection("", "malformed");
    expect_rejection("nonsense", "malformed");
    expect_rejection("v4.local.AAAA", "unsupported_version");
    expect_rejection("v3.public.AAAA", "unsupported_version");

    char changed[2048];
    snprintf(changed, sizeof changed, "%s", world_good_token(&world, "acme"));
    changed[20] = changed[20] == 'A' ? 'B' : 'A';
    expect_rejection(changed, "bad_signature");

    char big[5000];
    memset(big, 'A', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    memcpy(big, "v4.public.", 10);
    expect_rejection(big, "malformed");
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), 0,
                 "something that was refused is there");
    json_decref(value);
}

/* Tokens that arrive together are checked on several threads: each must get its own result. */
Test(credentials, many_at_once_are_judged_each)
{
    enum { CALLS = 40 };
    static char arguments[CALLS][VAULT_PASERK_WRAPPED_SIZE * 4];
    struct mock_pending *pending[CALLS];
    for (int i = 0; i < CALLS; i++) {
        const char *token = world_good_token(&world, i % 2 == 0 ? "acme" : "other");
        snprintf(arguments[i], sizeof arguments[i], CREATE, token);
        pending[i] = mock_start(world.host, world.instance, "Mutation", "integrationCreate",
                                arguments[i], NULL, NULL);
    }
    for (int i = 0; i < CALLS; i++) {
        struct mock_answer *answer = mock_wait(&pending[i]);
        cr_expect_eq(answer->resolved, i % 2 == 0, "call %d: %s", i, answer->message);
        if (!answer->resolved)
            cr_expect_str_eq(text_member(answer->extensions, "reason"), "wrong_organization");
        mock_answer_free(&answer);
    }
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"acme\"}");
    cr_expect_eq(json_integer_value(member(value, "total.count")), CALLS / 2);
    json_decref(value);
}

/* A changed keyring takes effect without a restart, also for cached tokens. */
Test(credentials, revocation_takes_effect)
{
    json_decref(
        world_resolve(&world, "integrationCreate", NULL, CREATE, world_good_token(&world, "acme")));
    world_write_keyring(&world, "active", "[\"t1\"]");
    usleep(300000);
    expect_rejection(world_good_token(&world, "acme"), "revoked");
    world_write_keyring(&world, "revoked", "[]");
    usleep(300000);
    expect_rejection(world_good_token(&world, "acme"), "revoked_key");
    world_write_keyring(&world, "retired", "[]");
    usleep(300000);
    json_decref(
        world_resolve(&world, "integrationCreate", NULL, CREATE, world_good_token(&world, "acme")));
}

static void use_token(void)
{
    usleep(300000); /* The next check looks at the file. */
    json_decref(
        world_resolve(&world, "integrationCreate", NULL, CREATE, world_good_token(&world, "acme")));
}

/* The health says that revocations do not arrive, until they can. */
Test(credentials, a_broken_keyring_leaves_the_former_in_force)
{
    size_t position = 0;
    char keyring[128], away[128];
    snprintf(keyring, sizeof keyring, "%s", scratch_file(&world.scratch, "keyring.json"));
    snprintf(away, sizeof away, "%s", scratch_file(&world.scratch, "away.json"));
    FILE *file = fopen(keyring, "w");
    fputs("{", file);
    fclose(file);
    use_token();
    cr_expect_not_null(mock_find_log(world.host, &position, "previous keyring stays in use"));
    expect_health(&world, GQL_HEALTH_DEGRADED, "previous keyring stays in use");
    world_write_keyring(&world, "active", "[]");
    use_token();
    expect_health(&world, GQL_HEALTH_OK, "");
    cr_assert_eq(rename(keyring, away), 0);
    use_token();
    expect_health(&world, GQL_HEALTH_DEGRADED, "previous keyring stays in use");
    cr_assert_eq(rename(away, keyring), 0);
    use_token();
    expect_health(&world, GQL_HEALTH_OK, "");
}

/* It may hold a revocation, so a token is neither accepted nor rejected. */
Test(credentials, a_keyring_that_cannot_be_read_is_no_verdict)
{
    size_t position = 0;
    const char *keyring = scratch_file(&world.scratch, "keyring.json");
    cr_assert_eq(unlink(keyring), 0);
    cr_assert_eq(symlink("keyring.json", keyring), 0);
    usleep(300000);
    expect_error(world_call(&world, "integrationCreate", NULL, NULL, CREATE,
                            world_good_token(&world, "acme")),
                 "SERVICE_UNAVAILABLE", "{}");
    cr_expect_not_null(mock_find_log(world.host, &position, "until the keyring can be read"));
    expect_health(&world, GQL_HEALTH_FAILED, "keyring.json'");
    cr_assert_eq(unlink(scratch_file(&world.scratch, "keyring.json")), 0);
    world_write_keyring(&world, "active", "[]");
    usleep(300000);
    json_decref(
        world_resolve(&world, "integrationCreate", NULL, CREATE, world_good_token(&world, "acme")));
    cr_expect_not_null(mock_find_log(world.host, &position, "can be read again"));
    expect_health(&world, GQL_HEALTH_OK, "");
}

Test(credentials, issuer_and_expiry_can_be_demanded)
{
    char more[512];
    snprintf(more, sizeof more, ",\"limits\":{\"verifiers\":1}");
    mock_destroy(world.host, &world.instance);
    snprintf(more, sizeof more,
             "{\"database\":%s,\"credentials\":{\"keyring\":\"%s/keyring.json\","
             "\"issuer\":\"vault\",\"requireExpiry\":true,\"leewaySeconds\":0}}",
             world_database(&world), world.scratch.path);
    world.instance = mock_create(world.host, more);
    expect_rejection(world_token(&world, "{\"sub\":\"s\",\"aud\":\"acme\",\"iss\":\"vault\"}"),
                     "bad_claims");
    expect_rejection(
        world_token(&world, "{\"sub\":\"s\",\"aud\":\"acme\",\"exp\":\"2028-01-01T00:00:00Z\"}"),
        "wrong_issuer");
    expect_rejection(
        world_token(
            &world,
            "{\"sub\":\"s\",\"aud\":\"acme\",\"iss\":\"vault\",\"exp\":\"2027-01-15T08:00:00Z\"}"),
        "expired");
    json_decref(world_resolve(&world, "integrationCreate", NULL, CREATE,
                              world_token(&world, "{\"sub\":\"s\",\"aud\":\"acme\",\"iss\":"
                                                  "\"vault\",\"exp\":\"2027-01-15T08:00:01Z\"}")));
}

Test(credentials, without_a_keyring_every_token_is_refused)
{
    char config[256];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config, "{\"database\":%s}", world_database(&world));
    world.instance = mock_create(world.host, config);
    expect_rejection(world_good_token(&world, "acme"), "unknown_key");
    json_decref(world_resolve(
        &world, "integrationCreate", NULL,
        "{\"input\":{\"organizationId\":\"a\",\"title\":\"x\",\"credentialRef\":null}}"));
}
