// SPDX-License-Identifier: MIT
/* An instance that makes a SQLite database its organization's own, beside one that shared it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

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

TestSuite(dedicated, .init = make, .fini = clean);

static const char *config_of(const char *dedicated, const char *more)
{
    static char config[256];
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s/integrations.db\"%s}%s}",
             world.scratch.path, dedicated, more);
    return config;
}

static void expect_refused(const char *config, const char *said)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_lt(mock_create_fails(world.host, config, &failure), 0);
    cr_expect_not_null(strstr(failure.message, said), "%s said '%s'", config, failure.message);
}

Test(dedicated, other_instances_are_stopped_and_refused)
{
    static const char list[] = "{\"organizationId\":\"acme\"}";
    free(world_create(&world, "acme", "x"));
    expect_refused(config_of(",\"dedicated\":true", ""), "set organization");
    expect_refused(config_of(",\"dedicated\":true", ",\"organization\":\"globex\""),
                   "it has 1 of other organizations' integrations");
    gql_instance *owner =
        mock_create(world.host, config_of(",\"dedicated\":true", ",\"organization\":\"acme\""));
    struct mock_answer *answer = mock_call(world.host, owner, "Query", "integrations", list,
                                           "total { count }", NULL);
    cr_expect(answer->resolved, "%s", answer->message);
    mock_answer_free(&answer);
    expect_error(world_call(&world, "integrations", NULL, NULL, list), "SERVICE_UNAVAILABLE", "{}");
    expect_health(&world, GQL_HEALTH_FAILED, "belongs to the organization 'acme' alone now");
    expect_refused(config_of("", ",\"organization\":\"globex\""), "'acme' alone");
    expect_refused(config_of("", ""), "'acme' alone");
    mock_destroy(world.host, &owner);
}
