// SPDX-License-Identifier: MIT
/* The metrics: what a known sequence of calls leaves in them, and what their page says. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/plugin/operations/world.h"
#include "vault/file.h"
#include "vault/limit.h"

static struct world world;

static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(metrics, .init = make, .fini = clean);

/* ---- Reading them ---- */

static json_t *read_metrics(bool of_process, uint32_t organizations)
{
    json_t *metrics = mock_metrics(world.host, of_process ? NULL : world.instance, organizations);
    cr_assert_not_null(metrics, "the plugin offers %s", GQL_EXT_METRICS);
    return metrics;
}

static const json_t *metric_of(const json_t *metrics, const char *name)
{
    size_t i;
    const json_t *metric;
    json_array_foreach(metrics, i, metric) {
        if (strcmp(text_member(metric, "name"), name) == 0)
            return metric;
    }
    cr_assert_fail("there is no metric %s", name);
    return NULL;
}

/* The point with exactly these attributes, as JSON; NULL: there is none. */
static const json_t *point_of(const json_t *metrics, const char *name, const char *attributes)
{
    size_t i;
    const json_t *point, *found = NULL;
    json_t *wanted = json_loads(attributes, 0, NULL);
    cr_assert_not_null(wanted, "%s", attributes);
    json_array_foreach(member(metric_of(metrics, name), "points"), i, point) {
        if (json_equal(json_object_get(point, "attributes"), wanted))
            found = point;
    }
    json_decref(wanted);
    return found;
}

/* A histogram's count, or the value; -1: there is no such point. */
static json_int_t number_of(bool of_process, const char *name, const char *attributes)
{
    json_t *metrics = read_metrics(of_process, 0);
    const json_t *point = point_of(metrics, name, attributes);
    const json_t *number = json_object_get(point, "count");
    if (number == NULL)
        number = json_object_get(point, "value");
    const json_int_t value = number == NULL ? -1 : json_integer_value(number);
    json_decref(metrics);
    return value;
}

static void expect_count(json_int_t expected, bool of_process, const char *name,
                         const char *attributes)
{
    const json_int_t number = number_of(of_process, name, attributes);
    cr_expect_eq(number, expected, "%s %s is %lld, not %lld", name, attributes, (long long)number,
                 (long long)expected);
}

static void expect_call(json_int_t expected, const char *field, const char *code)
{
    char attributes[128];
    snprintf(attributes, sizeof attributes, "{\"graphql.field\":\"%s\"%s%s%s}", field,
             code == NULL ? "" : ",\"error.type\":\"", code == NULL ? "" : code,
             code == NULL ? "" : "\"");
    expect_count(expected, true, "graphql.plugin.call.duration", attributes);
}

static void forget(struct mock_answer *answer)
{
    mock_answer_free(&answer);
}

/* ---- Calls ---- */

static void create_with(const char *token)
{
    forget(world_call(
        &world, "integrationCreate", NULL, NULL,
        "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\",\"credentialRef\":\"%s\"}}",
        token));
}

Test(metrics, count_each_call_by_field_and_outcome)
{
    struct mock_request nobody, stranger, late;
    char *id = world_create(&world, "acme", "x");
    mock_request(&nobody, NULL);
    mock_request(&stranger, "stranger");
    mock_request_all(&late);
    late.request.deadline = 1;
    for (int i = 0; i < 3; i++)
        forget(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", id));
    forget(world_call(&world, "integration", NULL, &nobody, "{\"id\":\"%s\"}", id));
    forget(world_call(&world, "integration", NULL, &late, "{\"id\":\"%s\"}", id));
    forget(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"acme\"}"));
    forget(world_call(&world, "integrations", NULL, &stranger, "{\"organizationId\":\"acme\"}"));
    forget(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"\"}"));
    forget(mock_load(world.host, world.instance, "Integration", "[]", "id", NULL));
    forget(world_call(&world, "integrationUpdate", NULL, NULL,
                      "{\"input\":{\"id\":\"%s\",\"version\":9}}", id));
    for (int i = 0; i < 2; i++)
        forget(world_call(&world, "integrationDelete", NULL, NULL,
                          "{\"input\":{\"id\":\"%s\",\"version\":1}}", id));
    expect_call(3, "Query.integration", NULL);
    expect_call(1, "Query.integration", "UNAUTHORIZED");
    expect_call(1, "Query.integration", "SERVICE_UNAVAILABLE");
    expect_call(1, "Query.integrations", NULL);
    expect_call(1, "Query.integrations", "PERMISSION_DENIED");
    expect_call(1, "Query.integrations", "VALIDATION_ERROR");
    expect_call(1, "Integration", NULL);
    expect_call(1, "Mutation.integrationCreate", NULL);
    expect_call(1, "Mutation.integrationUpdate", "CONFLICT");
    expect_call(1, "Mutation.integrationDelete", NULL);
    expect_call(1, "Mutation.integrationDelete", "NOT_FOUND");
    expect_call(-1, "Mutation.integrationUpdate", NULL);
    mock_drain(world.host, world.instance);
    forget(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"acme\"}"));
    expect_call(1, "Query.integrations", "SERVICE_UNAVAILABLE");
    free(id);
}

Test(metrics, count_commits_and_tokens)
{
    char good[VAULT_TOKEN_LIMIT + 1];
    snprintf(good, sizeof good, "%s", world_good_token(&world, "acme"));
    create_with(good);
    create_with(good);
    create_with("v4.public.x");
    create_with(world_good_token(&world, "beta"));
    static const char batch[] = "{\"db.system.name\":\"sqlite\",\"db.operation.name\":\"BATCH\"}";
    expect_count(2, true, "db.client.operation.duration", batch);
    expect_count(2, true, "graphql.plugin.queue.duration", "{}");
    expect_count(2, true, "graphql.plugin.batch.size", "{}");
    expect_count(2, true, "graphql.plugin.token.check.duration", "{}");
    expect_count(1, true, "graphql.plugin.token.check.duration", "{\"error.type\":\"malformed\"}");
    expect_count(1, true, "graphql.plugin.token.check.duration",
                 "{\"error.type\":\"wrong_organization\"}");
    expect_count(1, true, "graphql.plugin.token.cache.lookups",
                 "{\"graphql.plugin.result\":\"hit\"}");
    expect_count(2, true, "graphql.plugin.token.cache.lookups",
                 "{\"graphql.plugin.result\":\"miss\"}");
    expect_count(1, true, "graphql.plugin.database.open.duration", "{}");
    expect_count(1, true, "graphql.plugin.info", "{\"graphql.plugin.version\":\"0.1.0\"}");
}

Test(metrics, add_up_durations_and_sizes)
{
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "acme", "y"));
    json_t *metrics = read_metrics(true, 0);
    const json_t *sizes = point_of(metrics, "graphql.plugin.batch.size", "{}");
    expect_json(json_object_get(sizes, "sum"), "2");
    expect_json(json_object_get(sizes, "buckets"), "[2,0,0,0,0,0,0,0,0,0]");
    expect_json(member(metric_of(metrics, "graphql.plugin.batch.size"), "bounds"),
                "[1,2,4,8,16,32,64,128,256]");
    expect_json(member(metric_of(metrics, "db.client.operation.duration"), "bounds"),
                "[0.001,0.005,0.01,0.05,0.1,0.5,1,5,10]");
    const json_t *calls = point_of(metrics, "graphql.plugin.call.duration",
                                   "{\"graphql.field\":\"Mutation.integrationCreate\"}");
    const double sum = json_number_value(json_object_get(calls, "sum"));
    cr_expect(sum > 0 && sum < 60, "two creates took %g s", sum);
    json_decref(metrics);
}

/* ---- The state of an instance ---- */

static void await_keyring_failure(void)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    for (int i = 0; i < 200; i++) {
        create_with("v4.public.x"); /* Looks at the file, if nobody has for a while. */
        if (number_of(false, "graphql.plugin.keyring.failing", "{}") == 1)
            return;
        nanosleep(&pause, NULL);
    }
    cr_assert_fail("a keyring that is none shows");
}

Test(metrics, tell_how_an_instance_is)
{
    free(world_create(&world, "acme", "x"));
    expect_count(0, false, "graphql.plugin.calls", "{}");
    expect_count(0, false, "graphql.plugin.queue.length", "{}");
    expect_count(1, false, "graphql.plugin.databases", "{\"graphql.plugin.state\":\"active\"}");
    cr_expect_gt(number_of(false, "graphql.plugin.database.size",
                           "{\"graphql.plugin.file\":\"database\"}"),
                 0);
    cr_expect_gt(number_of(false, "graphql.plugin.database.size",
                           "{\"graphql.plugin.file\":\"log\"}"),
                 0);
    expect_count(0, false, "graphql.plugin.keyring.failing", "{}");
    expect_count(1, false, "graphql.plugin.keyring.keys", "{\"graphql.plugin.state\":\"active\"}");
    expect_count(0, false, "graphql.plugin.keyring.keys", "{\"graphql.plugin.state\":\"revoked\"}");
    struct vault_failure failure;
    const struct vault_file_access access = vault_file_own_access(0600);
    cr_assert(
        vault_file_write(scratch_file(&world.scratch, "keyring.json"), "no", 2, &access, &failure));
    await_keyring_failure();
    expect_count(1, false, "graphql.plugin.keyring.keys", "{\"graphql.plugin.state\":\"active\"}");
    world_write_keyring(&world, "revoked", "[]");
    for (int i = 0; i < 200 && number_of(false, "graphql.plugin.keyring.failing", "{}") != 0; i++) {
        create_with("v4.public.x");
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    }
    expect_count(1, false, "graphql.plugin.keyring.keys", "{\"graphql.plugin.state\":\"revoked\"}");
}

/* ---- Organizations ---- */

static void make_root(const char *more)
{
    char config[512];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s/root\"%s}}", world.scratch.path,
             more);
    world.instance = mock_create(world.host, config);
}

static json_int_t size_of_all(uint32_t organizations, size_t *ret_points, bool *ret_others)
{
    size_t i;
    const json_t *point;
    json_int_t sum = 0;
    json_t *metrics = read_metrics(false, organizations);
    const json_t *points = member(metric_of(metrics, "graphql.plugin.database.size"), "points");
    *ret_points = json_array_size(points);
    *ret_others = false;
    json_array_foreach(points, i, point) {
        const json_t *attributes = json_object_get(point, "attributes");
        const char *id = json_string_value(json_object_get(attributes, "graphql.organization"));
        cr_expect_eq(id != NULL, organizations > 0);
        *ret_others = *ret_others || (id != NULL && strcmp(id, "_OTHER") == 0);
        sum += json_integer_value(json_object_get(point, "value"));
    }
    json_decref(metrics);
    return sum;
}

Test(metrics, tell_organizations_apart_as_far_as_the_host_asks)
{
    static const struct {
        uint32_t organizations;
        size_t points; /* A database and a log each. */
        bool others;
    } cases[] = {{0, 2, false}, {1, 4, true}, {2, 6, true}, {3, 6, false}, {100, 6, false}};
    mkdir(scratch_file(&world.scratch, "root"), 0700);
    make_root("");
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "beta", "x"));
    free(world_create(&world, "ga\\\"ma", "x"));
    expect_count(3, false, "graphql.plugin.databases", "{\"graphql.plugin.state\":\"active\"}");
    json_int_t all = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t points;
        bool others;
        const json_int_t sum = size_of_all(cases[i].organizations, &points, &others);
        cr_expect_eq(points, cases[i].points, "%u: %zu points", cases[i].organizations, points);
        cr_expect_eq(others, cases[i].others, "%u", cases[i].organizations);
        cr_expect(all == 0 || sum == all, "%u: the sum is the same", cases[i].organizations);
        all = sum;
    }
}

Test(metrics, count_what_is_closed_for_want_of_room)
{
    mkdir(scratch_file(&world.scratch, "root"), 0700);
    make_root(",\"maxOpen\":1");
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "beta", "x"));
    expect_count(1, true, "graphql.plugin.database.evictions",
                 "{\"graphql.plugin.reason\":\"room\"}");
    expect_count(0, true, "graphql.plugin.database.evictions",
                 "{\"graphql.plugin.reason\":\"idle\"}");
}

/* ---- Limits ---- */

static struct mock_pending *start_create(const char *organization_id)
{
    static struct mock_request all;
    char arguments[128];
    mock_request_all(&all);
    snprintf(arguments, sizeof arguments, "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\"}}",
             organization_id);
    return mock_start(world.host, world.instance, "Mutation", "integrationCreate", arguments, NULL,
                      &all);
}

static void expect_rejections(const char *limit, json_int_t expected)
{
    char attributes[128];
    snprintf(attributes, sizeof attributes, "{\"graphql.plugin.limit\":\"%s\"}", limit);
    expect_count(expected, true, "graphql.plugin.rejections", attributes);
}

Test(metrics, count_rejections_by_limit)
{
    sqlite3 *locker;
    char config[512];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config,
             "{\"database\":{\"path\":\"%s/integrations.db\",\"busyTimeoutMilliseconds\":1000},"
             "\"limits\":{\"pendingMutations\":2,\"pendingMutationsPerOrganization\":1}}",
             world.scratch.path);
    world.instance = mock_create(world.host, config);
    cr_assert_eq(sqlite3_open_v2(scratch_file(&world.scratch, "integrations.db"), &locker,
                                 SQLITE_OPEN_READWRITE, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_exec(locker, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct mock_pending *first = start_create("acme"), *other = start_create("acme"),
                        *second = start_create("beta"), *third = start_create("gamma");
    forget(mock_wait(&other));
    forget(mock_wait(&third));
    expect_count(2, false, "graphql.plugin.queue.length", "{}");
    expect_count(2, false, "graphql.plugin.calls", "{}");
    forget(mock_wait(&first)); /* After the busy timeout. */
    forget(mock_wait(&second));
    sqlite3_close(locker);
    expect_rejections("limits.pendingMutations", 1);
    expect_rejections("limits.pendingMutationsPerOrganization", 1);
    expect_rejections("database.busyTimeoutMilliseconds", 2);
    expect_rejections("database.maxOpen", 0);
}

/* ---- The page ---- */

static char *read_page(void)
{
    char *text = NULL;
    size_t size;
    struct vault_failure failure;
    const char *path = getenv("PAGE");
    cr_assert(path != NULL && vault_file_read(path, 1 << 20, &text, &size, &failure));
    return text;
}

/* From a marker to the next heading. */
static char *table_of(char *page, const char *marker)
{
    char *start = strstr(page, marker);
    cr_assert_not_null(start, "%s", marker);
    char *end = strstr(start, "\n## ");
    return strndup(start, (size_t)(end - start));
}

static size_t count_rows(const char *table)
{
    size_t rows = 0;
    for (const char *at = table; (at = strstr(at, "\n| `")) != NULL; at++)
        rows++;
    return rows;
}

static void expect_row(const char *table, const json_t *metric)
{
    char start[256], end[256];
    snprintf(start, sizeof start, "\n| `%s` | %s | `%s` | ", text_member(metric, "name"),
             text_member(metric, "kind"), text_member(metric, "unit"));
    snprintf(end, sizeof end, " | %s |", text_member(metric, "description"));
    const char *row = strstr(table, start);
    cr_assert_not_null(row, "no row begins with%s", start);
    const char *line_end = strchr(row + 1, '\n');
    const char *found = strstr(row, end);
    cr_expect(found != NULL && (line_end == NULL || found < line_end),
              "the row of %s does not end with%s", text_member(metric, "name"), end);
}

static void expect_attributes(const char *table, const json_t *metric)
{
    size_t i;
    const json_t *point, *value;
    const char *name;
    char row_start[128], quoted[64];
    snprintf(row_start, sizeof row_start, "\n| `%s` |", text_member(metric, "name"));
    const char *row = strstr(table, row_start);
    char *line = strndup(row, strcspn(row + 1, "\n") + 1);
    json_array_foreach(json_object_get(metric, "points"), i, point) {
        json_object_foreach(json_object_get(point, "attributes"), name, value) {
            snprintf(quoted, sizeof quoted, "`%s`", name);
            cr_expect_not_null(strstr(line, quoted), "%s is not in the row%s", quoted, line);
        }
    }
    free(line);
}

Test(metrics, are_those_of_the_page)
{
    static const char *const markers[] = {"<!-- metrics: instance -->",
                                          "<!-- metrics: process -->"};
    char *page = read_page();
    free(world_create(&world, "acme", "x"));
    create_with("v4.public.x");
    for (int of_process = 0; of_process < 2; of_process++) {
        size_t i;
        const json_t *metric;
        json_t *metrics = read_metrics(of_process, 1);
        char *table = table_of(page, markers[of_process]);
        cr_expect_eq(count_rows(table), json_array_size(metrics));
        json_array_foreach(metrics, i, metric) {
            expect_row(table, metric);
            expect_attributes(table, metric);
        }
        free(table);
        json_decref(metrics);
    }
    free(page);
}

/* ---- The contract ---- */

static void ignore(void *user, const char *json, uint64_t size)
{
    (void)json, (void)size;
    ++*(int *)user;
}

Test(metrics, reject_what_breaks_the_contract)
{
    int times = 0;
    const gql_metrics *metrics = mock_plugin(world.host)->extension(GQL_EXT_METRICS);
    const gql_metrics_query small = {.struct_size = GQL_METRICS_QUERY_SIZE_0_2 - 1};
    cr_expect_eq(metrics->read(NULL, &small, ignore, &times), GQL_E_MISUSE);
    cr_expect_eq(metrics->read(world.instance, &small, ignore, &times), GQL_E_MISUSE);
    cr_expect_eq(metrics->read(NULL, NULL, NULL, NULL), GQL_E_MISUSE);
    cr_expect_eq(times, 0);
    cr_expect_eq(metrics->read(world.instance, NULL, ignore, &times), GQL_OK);
    cr_expect_eq(times, 1);
}
