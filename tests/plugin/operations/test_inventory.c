// SPDX-License-Identifier: MIT
/* The metrics of what is stored, which the plugin looks for beside the calls. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/plugin/operations/world.h"

static struct world world;

static void make(void)
{
    world_prepare(&world);
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(inventory, .init = make, .fini = clean);

static void run(const char *script)
{
    char command[1024];
    snprintf(command, sizeof command, "cd %s && { %s; }", world.scratch.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

static void serve(const char *database, const char *keyring)
{
    char config[512];
    snprintf(config, sizeof config, "{\"database\":%s,\"credentials\":{\"keyring\":\"%s/%s\"}}",
             database, world.scratch.path, keyring);
    world.instance = mock_create(world.host, config);
}

static const char *root(const char *more)
{
    static char database[256];
    snprintf(database, sizeof database, "{\"root\":\"%s/root\"%s}", world.scratch.path, more);
    return database;
}

static const char *file(void)
{
    static char database[256];
    snprintf(database, sizeof database, "{\"path\":\"%s/integrations.db\"}", world.scratch.path);
    return database;
}

/* An integration with a token, which expires if `exp` is a time. */
static void store(const char *organization_id, const char *exp)
{
    char claims[256];
    snprintf(claims, sizeof claims, "{\"sub\":\"kv/erp\",\"aud\":\"%s\",\"jti\":\"%s\"%s%s%s}",
             organization_id, exp == NULL ? "never" : exp, exp == NULL ? "" : ",\"exp\":\"",
             exp == NULL ? "" : exp, exp == NULL ? "" : "\"");
    json_decref(world_resolve(
        &world, "integrationCreate", NULL,
        "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\",\"credentialRef\":\"%s\"}}",
        organization_id, world_token(&world, claims)));
}

static json_t *points_of(const char *name, uint32_t organizations)
{
    size_t i;
    json_t *metric, *found = NULL;
    json_t *metrics = mock_metrics(world.host, world.instance, organizations);
    json_array_foreach(metrics, i, metric) {
        if (strcmp(text_member(metric, "name"), name) == 0)
            found = json_incref(json_object_get(metric, "points"));
    }
    json_decref(metrics);
    cr_assert_not_null(found, "there is no metric %s", name);
    return found;
}

static void expect_points(const char *name, uint32_t organizations, const char *expected)
{
    json_t *points = points_of(name, organizations);
    expect_json(points, expected);
    json_decref(points);
}

/* Asks for the metrics, until a look has found something. */
static void await_points(const char *name)
{
    for (int i = 0; i < 1000; i++) {
        json_t *points = points_of(name, 0);
        const bool some = json_array_size(points) > 0;
        json_decref(points);
        if (some)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    cr_assert_fail("%s has no points", name);
}

#define EXPIRY "graphql.plugin.token.expiry"
#define POINT(attributes, value) "{\"attributes\":{" attributes "},\"value\":" value "}"
#define OF(organization, value) POINT("\"graphql.organization\":\"" organization "\"", value)
#define STATE(state, value) POINT("\"graphql.plugin.state\":\"" state "\"", value)

/* WORLD_NOW is 2027-01-15T08:00:00Z. More rows than a step has are behind the first token. */
Test(inventory, tells_when_the_first_token_of_an_organization_expires)
{
    serve(file(), "keyring.json");
    store("acme", "2027-01-16T08:00:00Z");
    store("never", NULL);
    for (int i = 0; i < 120; i++)
        free(world_create(&world, "many", "x"));
    store("gamma", "2027-01-15T10:00:00Z");
    store("acme", "2027-01-15T09:00:00Z");
    store("beta", "2027-01-17T08:00:00Z");
    expect_points(EXPIRY, 0, "[]"); /* This begins the look. */
    await_points(EXPIRY);
    expect_points(EXPIRY, 0, "[" POINT("", "3600") "]");
    expect_points(EXPIRY, 1, "[" OF("acme", "3600") "," OF("_OTHER", "7200") "]");
    expect_points(EXPIRY, 3,
                  "[" OF("acme", "3600") "," OF("gamma", "7200") "," OF("beta", "172800") "]");
    mock_set_now(world.host, WORLD_NOW + 3601500);
    expect_points(EXPIRY, 0, "[" POINT("", "-2") "]");
}

Test(inventory, tells_it_of_the_databases_below_a_root_that_are_open)
{
    run("mkdir root");
    serve(root(""), "keyring.json");
    store("acme", "2027-01-15T09:00:00Z");
    store("beta", "2027-01-15T08:00:01.5Z");
    await_points(EXPIRY);
    expect_points(EXPIRY, 2, "[" OF("beta", "1") "," OF("acme", "3600") "]");
}

static json_int_t count_of(const char *name, const char *state)
{
    size_t i;
    json_int_t count = 0;
    const json_t *point;
    json_t *points = points_of(name, 0);
    json_array_foreach(points, i, point) {
        const json_t *word = json_object_get(json_object_get(point, "attributes"),
                                             "graphql.plugin.state");
        if (strcmp(json_string_value(word), state) == 0)
            count = json_integer_value(json_object_get(point, "value"));
    }
    json_decref(points);
    return count;
}

Test(inventory, counts_the_organizations_below_a_root_in_each_state)
{
    static const struct {
        const char *state;
        json_int_t count;
    } cases[] = {{"active", 3}, {"suspended", 2}, {"moving", 1},
                 {"moved", 1},  {"erased", 1},    {"damaged", 1}};
    run("mkdir root");
    serve(root(",\"maxOpen\":2"), "keyring.json"); /* So most are closed. */
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        free(world_create(&world, ids[i], "x"));
    mock_destroy(world.host, &world.instance);
    run("cd root && say() { echo \"$1\" >\"$(echo */\"$2\")/lease\"; } && say suspended d && "
        "say suspended e && say moving f && say moving g && rm */g/integrations.db && "
        "say erased h && say what i");
    serve(root(",\"maxOpen\":2"), "keyring.json");
    free(world_create(&world, "a", "y"));
    await_points("graphql.plugin.organizations");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const json_int_t count = count_of("graphql.plugin.organizations", cases[i].state);
        cr_expect_eq(count, cases[i].count, "%lld are %s", (long long)count, cases[i].state);
    }
}

/* ---- The keyrings of organizations ---- */

static void await_keyrings(const char *state, json_int_t count)
{
    for (int i = 0; i < 1000 && count_of("graphql.plugin.keyrings", state) != count; i++) {
        struct mock_answer *answer = world_call(
            &world, "integrationCreate", NULL, NULL,
            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}}",
            "v4.public.x"); /* Looks at the file, if nobody has for a while. */
        mock_answer_free(&answer);
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    cr_assert_eq(count_of("graphql.plugin.keyrings", state), count, "%s", state);
}

Test(inventory, counts_the_keyrings_of_organizations_by_state)
{
    run("mkdir root rings && cp keyring.json rings/acme.json && cp keyring.json rings/beta.json");
    serve(root(""), "rings/{organization}.json");
    expect_points("graphql.plugin.keyrings", 0, "[]");
    store("acme", NULL);
    store("beta", NULL);
    expect_points("graphql.plugin.keyrings", 0, "[" STATE("current", "2") "]");
    run("echo no >rings/acme.json");
    await_keyrings("outdated", 1);
    cr_expect_eq(count_of("graphql.plugin.keyrings", "current"), 1);
    run("rm rings/acme.json");
    await_keyrings("failed", 1);
    run("cp keyring.json rings/acme.json");
    await_keyrings("current", 2);
    run("rm -r rings");
}
