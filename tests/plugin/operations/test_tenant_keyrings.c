// SPDX-License-Identifier: MIT
/* Tokens where each organization has a keyring of its own. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static struct vault_secret others; /* Another key than the world's. */

static const char *config_of(const char *keyring)
{
    static char config[1024];
    snprintf(config, sizeof config, "{\"database\":%s,\"credentials\":{\"keyring\":\"%s/%s\"}}",
             world_database(&world), world.scratch.path, keyring);
    return config;
}

static void run(const char *script)
{
    char command[1024];
    snprintf(command, sizeof command, "cd %s && { %s; }", world.scratch.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

static void make(void)
{
    unsigned char public_key[32];
    world_prepare(&world);
    cr_assert(vault_secret_init(VAULT_SECRET_KEY_SIZE, &others));
    crypto_sign_keypair(public_key, others.bytes);
    run("mkdir keyrings");
    world.instance = mock_create(world.host, config_of("keyrings/{organization}.json"));
}

static void clean(void)
{
    run("rm -r keyrings");
    vault_secret_finish(&others);
    world_end(&world);
}

TestSuite(tenant_keyrings, .init = make, .fini = clean);

static void use_other_key(void)
{
    const struct vault_secret key = world.key;
    world.key = others;
    others = key;
}

/* Replaces keyrings/NAME. */
static void put(const char *name, const char *state, const char *revoked)
{
    char script[256];
    world_write_keyring(&world, state, revoked);
    snprintf(script, sizeof script, "mv keyring.json keyrings/%s", name);
    run(script);
}

static void wait_for_a_look(void)
{
    usleep(300000);
}

#define CREATE "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\",\"credentialRef\":\"%s\"}}"

static void expect_stored(const char *organization_id)
{
    json_decref(world_resolve(&world, "integrationCreate", NULL, CREATE, organization_id,
                              world_good_token(&world, organization_id)));
}

static void expect_rejection(const char *organization_id, const char *reason)
{
    char members[128];
    snprintf(members, sizeof members, "{\"field\":\"input.credentialRef\",\"reason\":\"%s\"}",
             reason);
    expect_error(world_call(&world, "integrationCreate", NULL, NULL, CREATE, organization_id,
                            world_good_token(&world, organization_id)),
                 "VALIDATION_ERROR", members);
}

static void expect_unavailable(const char *organization_id)
{
    expect_error(world_call(&world, "integrationCreate", NULL, NULL, CREATE, organization_id,
                            world_good_token(&world, organization_id)),
                 "SERVICE_UNAVAILABLE", "{}");
}

Test(tenant_keyrings, each_key_is_good_for_its_own_organization)
{
    put("acme.json", "active", "[]");
    use_other_key();
    put("beta.json", "active", "[]");
    expect_stored("beta");
    expect_rejection("acme", "unknown_key");
    use_other_key();
    expect_stored("acme");
    expect_rejection("beta", "unknown_key");
}

/* Their names are those of the folders. */
Test(tenant_keyrings, odd_organizations_have_files_of_their_own)
{
    put("+a+c+m+e.json", "active", "[]");
    put("=2e.=2facme.json", "active", "[]");
    expect_stored("ACME");
    expect_stored("../acme");
    expect_unavailable("acme");
}

/* tests/plugin/base/test_organization.c. */
Test(tenant_keyrings, organizations_with_one_tag_do_not_share_a_keyring)
{
    put("org-1955.json", "active", "[]");
    expect_stored("org-1955");
    expect_unavailable("org-2482");
}

Test(tenant_keyrings, one_that_is_missing_is_no_verdict_and_is_looked_for_again)
{
    size_t position = 0;
    put("beta.json", "active", "[]");
    expect_unavailable("acme");
    expect_unavailable("acme");
    expect_stored("beta");
    const char *line = mock_find_log(world.host, &position, "organization 'acme': tokens can't be");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "keyrings/acme.json"), "%s", line);
    cr_expect_null(mock_find_log(world.host, &position, "tokens can't be"), "once a minute");
    expect_health(&world, GQL_HEALTH_OK, "");
    put("acme.json", "active", "[]");
    expect_stored("acme");
}

Test(tenant_keyrings, one_that_is_no_keyring_rejects_its_own_organization)
{
    size_t position = 0;
    put("beta.json", "active", "[]");
    run("echo { > keyrings/acme.json");
    expect_unavailable("acme");
    expect_stored("beta");
    cr_expect_not_null(mock_find_log(world.host, &position, "organization 'acme'"));
    put("acme.json", "active", "[]");
    expect_stored("acme");
    run("echo { > keyrings/acme.json");
    wait_for_a_look();
    expect_stored("acme");
    cr_expect_not_null(mock_find_log(world.host, &position, "organization 'acme'"));
}

Test(tenant_keyrings, a_revocation_is_in_force_for_its_organization)
{
    size_t position = 0;
    put("acme.json", "active", "[]");
    put("beta.json", "active", "[]");
    expect_stored("acme");
    expect_stored("beta");
    put("acme.json", "active", "[\"t1\"]");
    wait_for_a_look();
    expect_rejection("acme", "revoked");
    expect_stored("beta");
    put("beta.json", "revoked", "[]");
    wait_for_a_look();
    expect_rejection("beta", "revoked_key");
    cr_expect_not_null(
        mock_find_log(world.host, &position, "organization 'acme': the keyring was reloaded"));
}

/* Unlike a keyring for all, whose file is only missing by mistake. */
Test(tenant_keyrings, one_that_is_removed_is_not_used_any_more)
{
    size_t position = 0;
    put("acme.json", "active", "[]");
    put("beta.json", "active", "[]");
    expect_stored("acme");
    run("mv keyrings/acme.json kept");
    wait_for_a_look();
    expect_unavailable("acme");
    expect_stored("beta");
    cr_expect_not_null(mock_find_log(world.host, &position, "organization 'acme'"));
    run("mv kept keyrings/acme.json");
    wait_for_a_look();
    expect_stored("acme");
}

/* As Kubernetes replaces the files of a volume: all of them, by one link. */
Test(tenant_keyrings, a_link_that_is_switched_is_seen)
{
    run("cd keyrings && mkdir first second && ln -s first ..data && "
        "ln -s ..data/acme.json acme.json && ln -s ..data/beta.json beta.json");
    put("first/acme.json", "active", "[]");
    put("first/beta.json", "active", "[]");
    put("second/acme.json", "active", "[\"t1\"]");
    put("second/beta.json", "active", "[]");
    expect_stored("acme");
    expect_stored("beta");
    run("cd keyrings && ln -s second ..next && mv -T ..next ..data");
    wait_for_a_look();
    expect_rejection("acme", "revoked");
    expect_stored("beta");
}

Test(tenant_keyrings, an_unknown_placeholder_is_refused)
{
    static const struct {
        const char *keyring, *said;
    } cases[] = {
        {"{tenant}.json", "There is no {tenant}"},
        {"{organization}/{id}.json", "There is no {id}"},
        {"{organization", "belongs to no placeholder"},
        {"keyring}.json", "belongs to no placeholder"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(mock_create_fails(world.host, config_of(cases[i].keyring), &failure),
                     GQL_E_CONFIG);
        cr_expect_not_null(strstr(failure.message, "credentials.keyring"), "%s", failure.message);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s", failure.message);
    }
}
