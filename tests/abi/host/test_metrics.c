// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

/* ---- Whether a text is a list of metrics ---- */

#define METRIC(kind, more) \
    "[{\"name\":\"a.b\",\"kind\":\"" kind "\",\"unit\":\"s\",\"description\":\"d\"" more "}]"
#define POINTS(points) ",\"points\":[" points "]"
#define HISTOGRAM(bounds, point) METRIC("histogram", ",\"bounds\":" bounds POINTS(point))

Test(metrics, accepts_what_the_header_describes)
{
    static const char *const good[] = {
        "[]",
        METRIC("counter", POINTS("")),
        METRIC("gauge", POINTS("{\"attributes\":{},\"value\":-0.5}")),
        METRIC("gauge", ",\"worst\":\"lowest\"" POINTS("")),
        METRIC("updowncounter", POINTS("{\"attributes\":{\"x.y_z\":\"\"},\"value\":3}")),
        METRIC("counter", ",\"later\":1" POINTS("{\"attributes\":{},\"value\":1,\"later\":[]}")),
        HISTOGRAM("[0.001,0.01,1]",
                  "{\"attributes\":{},\"count\":3,\"sum\":1.5,\"buckets\":[1,0,0,2]}"),
        HISTOGRAM("[]", "{\"attributes\":{},\"count\":0,\"sum\":0,\"buckets\":[0]}"),
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(gql_metrics_check(good[i], strlen(good[i]), &failure), GQL_OK, "%s: %s",
                     good[i], failure.message);
    }
}

Test(metrics, refuses_all_else_with_the_reason)
{
    static const struct {
        const char *text;
        const char *why;
    } bad[] = {
        {"[", "metrics: not JSON: "},
        {"{}", "the text is not a list"},
        {"[1]", "a metric without a name: a metric is not an object"},
        {"[{}]", "`name` is not lower-case words"},
        {"[{\"name\":\"A\"}]", "A: `name` is not lower-case words"},
        {"[{\"name\":\"a..b\"}]", "`name`"},
        {"[{\"name\":\"a.\"}]", "`name`"},
        {"[{\"name\":\"\"}]", "`name`"},
        {"[{\"name\":\"a\\u0000b\"}]", "`name`"},
        {METRIC("sum", POINTS("")), "a.b: `kind` is none that hosts know"},
        {"[{\"name\":\"a\",\"kind\":\"gauge\",\"unit\":\"s\"}]", "`unit` or `description`"},
        {METRIC("gauge", ""), "there is no list `points`"},
        {METRIC("gauge", POINTS("1")), "a point is not an object"},
        {METRIC("gauge", POINTS("{\"value\":1}")), "without an object `attributes`"},
        {METRIC("gauge", POINTS("{\"attributes\":{\"a\":1},\"value\":1}")), "an attribute"},
        {METRIC("gauge", POINTS("{\"attributes\":{\"A\":\"\"},\"value\":1}")), "an attribute"},
        {METRIC("gauge", POINTS("{\"attributes\":{},\"value\":\"1\"}")), "without a number"},
        {METRIC("gauge", ",\"worst\":\"highest\"" POINTS("")), "`worst` is not `lowest`"},
        {METRIC("gauge", ",\"worst\":1" POINTS("")), "`worst` is not `lowest`"},
        {METRIC("counter", ",\"worst\":\"lowest\"" POINTS("")), "it is no gauge's"},
        {METRIC("histogram", POINTS("")), "without a list `bounds`"},
        {HISTOGRAM("[2,1]", ""), "`bounds` are not rising"},
        {HISTOGRAM("[1,1]", ""), "`bounds` are not rising"},
        {HISTOGRAM("[-1]", ""), "`bounds` are not rising"},
        {HISTOGRAM("[1e3]", ""), "without an exponent"},
        {HISTOGRAM("[1]", "{\"attributes\":{},\"value\":1}"), "without `count`, `sum`"},
        {HISTOGRAM("[1]", "{\"attributes\":{},\"count\":1,\"sum\":1,\"buckets\":[1]}"),
         "one bucket more"},
        {HISTOGRAM("[1]", "{\"attributes\":{},\"count\":1,\"sum\":1,\"buckets\":[1,1]}"),
         "`count` is not the sum"},
        {HISTOGRAM("[1]", "{\"attributes\":{},\"count\":1,\"sum\":1,\"buckets\":[2,-1]}"),
         "a bucket is not a number"},
        {"[{\"name\":\"a\",\"kind\":\"gauge\",\"unit\":\"\",\"description\":\"\",\"points\":[]},"
         "{\"name\":\"a\",\"kind\":\"gauge\",\"unit\":\"\",\"description\":\"\",\"points\":[]}]",
         "two metrics of that name"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(gql_metrics_check(bad[i].text, strlen(bad[i].text), &failure), GQL_E_MISUSE,
                     "%s", bad[i].text);
        cr_expect_not_null(strstr(failure.message, bad[i].why), "%s: \"%s\"", bad[i].text,
                           failure.message);
    }
}

/* ---- The library's own ---- */

static void copy(void *user, const char *json, uint64_t size)
{
    *(char **)user = strndup(json, size);
}

static void expect_in(const char *json, const char *part)
{
    cr_expect_not_null(strstr(json, part), "%s is not in %s", part, json);
}

Test(metrics, the_host_library_counts_loads_by_outcome)
{
    gql_runtime *runtime;
    gql_library *library;
    char *json = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                    NULL),
                 GQL_OK);
    cr_assert_eq(gql_library_open(runtime, HELLO_PATH, &library, NULL), GQL_OK);
    for (int i = 0; i < 2; i++)
        cr_expect_lt(gql_library_open(runtime, "/nowhere.so", &library, NULL), 0);
    cr_expect_eq(gql_library_open(runtime, FROZEN_0_1_PATH, &library, NULL), GQL_E_VERSION);
    cr_assert_eq(gql_runtime_metrics(runtime, copy, &json), GQL_OK);
    cr_expect_eq(gql_metrics_check(json, strlen(json), &failure), GQL_OK, "%s", failure.message);
    expect_in(json, "\"name\":\"graphql.host.plugin.loads\"");
    expect_in(json, "{\"attributes\":{},\"value\":1},{\"attributes\":{\"error.type\":\"misuse\"}");
    expect_in(json, "{\"attributes\":{\"error.type\":\"unavailable\"},\"value\":2}");
    expect_in(json, "{\"attributes\":{\"error.type\":\"version\"},\"value\":1}");
    expect_in(json, "{\"attributes\":{\"error.type\":\"stale-reply\"},\"value\":0}");
    free(json);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
}

static void fail(void *user, const char *json, uint64_t size)
{
    (void)user, (void)json, (void)size;
    cr_assert_fail("hello has no metrics");
}

Test(metrics, a_plugin_need_not_have_any)
{
    gql_runtime *runtime;
    gql_library *library;
    cr_assert_eq(gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                    NULL),
                 GQL_OK);
    cr_assert_eq(gql_library_open(runtime, HELLO_PATH, &library, NULL), GQL_OK);
    cr_expect_eq(gql_library_metrics(library, NULL, 0, fail, NULL), GQL_OK);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
}
