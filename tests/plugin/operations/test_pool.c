// SPDX-License-Identifier: MIT
/* The metrics of connections to a server: only with database.url. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

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

TestSuite(pool, .init = make, .fini = clean, .timeout = 60);

/* Of the points of a metric, the one that has such a state, or -1. */
static json_int_t value_of(const char *name, const char *state)
{
    size_t i, k;
    const json_t *metric, *point;
    json_int_t value = -1;
    json_t *metrics = mock_metrics(world.host, world.instance, 0);
    json_array_foreach(metrics, i, metric) {
        if (strcmp(text_member(metric, "name"), name) != 0)
            continue;
        json_array_foreach(member(metric, "points"), k, point) {
            const json_t *attributes = member(point, "attributes");
            const json_t *found = json_object_get(attributes, "db.client.connection.state");
            const json_t *pool = json_object_get(attributes, "db.client.connection.pool.name");
            cr_expect_str_eq(json_string_value(pool), "database.url");
            if (state == NULL || strcmp(json_string_value(found), state) == 0)
                value = json_integer_value(member(point, "value"));
        }
    }
    json_decref(metrics);
    return value;
}

/* How many a histogram of the process has counted, which has no attributes. */
static json_int_t count_of(const char *name)
{
    size_t i;
    const json_t *metric;
    json_int_t count = 0;
    json_t *metrics = mock_metrics(world.host, NULL, 0);
    json_array_foreach(metrics, i, metric) {
        const json_t *point = json_array_get(member(metric, "points"), 0);
        if (strcmp(text_member(metric, "name"), name) == 0)
            count = json_integer_value(json_object_get(point, "count"));
    }
    json_decref(metrics);
    return count;
}

Test(pool, counts_changes_and_their_batches)
{
    for (int i = 0; i < 3; i++)
        free(world_create(&world, "acme", "x"));
    cr_expect_eq(count_of("graphql.plugin.batch.size"), 3);
    cr_expect_eq(count_of("graphql.plugin.queue.duration"), 3);
}

static json_int_t connections(void)
{
    return value_of("db.client.connection.count", "idle") +
           value_of("db.client.connection.count", "used");
}

Test(pool, counts_connections)
{
    cr_expect_eq(value_of("db.client.connection.max", NULL), 4);
    cr_expect_eq(value_of("db.client.connection.pending_requests", NULL), 0);
    cr_expect_eq(connections(), 1, "%lld", (long long)connections());
    free(world_create(&world, "acme", "x"));
    cr_expect_geq(connections(), 1);
    cr_expect_leq(connections(), 4);
}
