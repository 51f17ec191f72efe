// SPDX-License-Identifier: MIT
/* Which databases a gateway opens, what it says of the others, and whom it lets migrate. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin/store/engine.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(opening, .init = make, .fini = clean, .timeout = 60);

/* `part` NULL: it opens. */
static void expect_opening(const char *more, const char *part)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_more = more;
    const int32_t code = fixture_try_open(&scratch, "und", &store, &failure);
    if (part == NULL) {
        cr_assert_eq(code, GQL_OK, "%s: %s", more, failure.message);
        fixture_close(&store);
        return;
    }
    cr_assert_neq(code, GQL_OK, "%s opens; expected: %s", more, part);
    cr_expect_not_null(strstr(failure.message, part), "'%s' is not in: %s", part, failure.message);
    cr_expect_null(strstr(failure.message, "hush"), "a secret: %s", failure.message);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void open_and_close(void)
{
    expect_opening("{}", NULL);
}

Test(opening, urls_that_are_wrong_are_refused_without_their_secrets)
{
    expect_opening("{\"url\": \"postgresql://a:hush@[b/c\"}", "is no URI of libpq");
    expect_opening("{\"url\": \"postgresql://a:hush@b/c?nothing=1\"}", "is no URI of libpq");
    expect_opening("{\"url\": \"host=127.0.0.1 password=hush nothing\"}", "is no URI of libpq");
    expect_opening("{\"url\": \"postgresql://a:hush@127.0.0.1:1/c\"}", "Connection refused");
    expect_opening("{\"url\": \"postgresql://a:hush@nowhere.invalid/c\"}", "nowhere.invalid");
    expect_opening("{\"passwordFile\": \"/nowhere/password\"}",
                   "'/nowhere/password' can't be read");
}

Test(opening, a_lazy_gateway_starts_without_its_server)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    struct integration_copy copy;
    fixture_busy_timeout_ms = 100;
    fixture_more = "{\"open\": \"lazy\", \"url\": \"postgresql://a:hush@127.0.0.1:1/c\"}";
    cr_assert_eq(fixture_try_open(&scratch, "und", &store, &failure), GQL_OK);
    const struct store_state state = store_state(store);
    cr_expect_eq(state.health, STORE_FAILED);
    cr_expect_not_null(strstr(state.reason, "Connection refused"), "%s", state.reason);
    cr_expect_eq(fixture_get(store, (struct identifier){{0}}, &copy), STORE_UNREACHABLE);
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("x")};
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_UNREACHABLE);
    cr_expect_null(strstr(fixture_log(), "hush"), "%s", fixture_log());
    fixture_close(&store);
}

Test(opening, only_who_is_to_migrate_creates_the_tables)
{
    expect_opening("{\"migrate\": false}", "has no tables of this plugin");
    expect_opening("{}", NULL);
    expect_opening("{\"migrate\": false}", NULL);
}

Test(opening, passwords_are_read_from_a_file)
{
    char more[1024], path[128];
    fixture_place(scratch_file(&scratch, "integrations.db"));
    space_run(scratch.path, "CREATE USER locked PASSWORD $$right$$ SUPERUSER");
    snprintf(path, sizeof path, "%s", scratch_file(&scratch, "password"));
    snprintf(more, sizeof more, "{\"url\": \"%s&user=locked\", \"passwordFile\": \"%s\"}",
             space_url(scratch.path), path);
    write_file(path, "hush\n");
    expect_opening(more, "password authentication failed for user");
    write_file(path, "right\n");
    expect_opening(more, NULL);
}

static void *open_in_thread(void *argument)
{
    (void)argument;
    struct store *store = fixture_open(&scratch, "und");
    fixture_close(&store);
    return NULL;
}

Test(opening, gateways_may_migrate_at_once)
{
    enum { GATEWAYS = 6 };
    pthread_t threads[GATEWAYS];
    fixture_place(scratch_file(&scratch, "integrations.db"));
    for (int i = 0; i < GATEWAYS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, open_in_thread, NULL), 0);
    for (int i = 0; i < GATEWAYS; i++)
        pthread_join(threads[i], NULL);
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    fixture_close(&store);
}

Test(opening, schemas_that_do_not_fit_are_refused)
{
    open_and_close();
    space_run(scratch.path, "UPDATE setting SET value = $$99$$ WHERE name = $$schema$$");
    expect_opening("{}", NULL); /* It only adds. */
    space_run(scratch.path, "UPDATE setting SET value = $$99$$ WHERE name = $$oldest_reader$$");
    expect_opening("{}", "schema version 99, which a plugin that supports version 99 or later");
    space_run(scratch.path, "UPDATE setting SET value = $$0$$ WHERE name = $$schema$$");
    expect_opening("{\"migrate\": false}", "schema version 0, this plugin needs");
    expect_opening("{}", "another application's");
    space_run(scratch.path, "UPDATE setting SET value = $$other$$ WHERE name = $$application$$");
    expect_opening("{}", "of another application");
}

Test(opening, tables_of_another_application_are_left_alone)
{
    fixture_place(scratch_file(&scratch, "integrations.db"));
    space_run(scratch.path, "CREATE TABLE setting (id integer)");
    expect_opening("{}", "of another application");
    space_run(scratch.path, "DROP TABLE setting; CREATE TABLE event (id integer)");
    expect_opening("{}", "another application's");
    space_run(scratch.path, "SELECT id FROM event");
}

Test(opening, rights_that_are_missing_are_named)
{
    char sql[512], more[1024];
    const char *name = strrchr(scratch.path, '-') + 1;
    open_and_close();
    snprintf(sql, sizeof sql,
             "CREATE USER \"%s\"; GRANT USAGE ON SCHEMA \"%s\" TO \"%s\"; "
             "GRANT SELECT ON ALL TABLES IN SCHEMA \"%s\" TO \"%s\"",
             name, strrchr(scratch.path, '/') + 1, name, strrchr(scratch.path, '/') + 1, name);
    space_run(scratch.path, sql);
    snprintf(more, sizeof more, "{\"url\": \"%s&user=%s\"}", space_url(scratch.path), name);
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_more = more;
    cr_assert_eq(fixture_try_open(&scratch, "und", &store, &failure), GQL_OK, "%s",
                 failure.message);
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("x")};
    fixture_apply(store, &mutation);
    cr_expect_eq(mutation.status, STORE_DENIED, "%d, %s", mutation.status, mutation.detail.text);
    cr_expect_eq(store_state(store).health, STORE_DEGRADED);
    snprintf(sql, sizeof sql,
             "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"%s\" TO \"%s\"",
             strrchr(scratch.path, '/') + 1, name);
    space_run(scratch.path, sql);
    fixture_create(store, "acme", "x", true);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    fixture_close(&store);
}

Test(opening, a_commit_that_is_not_durable_enough_is_refused)
{
    char more[1024];
    open_and_close();
    static const struct {
        const char *server, *wanted, *part;
    } cases[] = {
        {"off", "on", "synchronous_commit is 'off'"},
        {"off", "local", "synchronous_commit is 'off'"},
        {"local", "on", "synchronous_commit is 'local'"},
        {"on", "remote_apply", "synchronous_commit is 'on'"},
        {"local", "local", NULL},
        {"remote_apply", "on", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(more, sizeof more,
                 "{\"url\": \"%s%%20-csynchronous_commit%%3D%s\", \"synchronousCommit\": \"%s\"}",
                 space_url(scratch.path), cases[i].server, cases[i].wanted);
        expect_opening(more, cases[i].part);
    }
}

Test(opening, a_server_that_is_read_only_is_not_taken)
{
    char more[1024];
    open_and_close();
    snprintf(more, sizeof more, "{\"url\": \"%s%%20-cdefault_transaction_read_only%%3Don\"}",
             space_url(scratch.path));
    expect_opening(more, "read-only");
}

Test(opening, statements_need_not_be_prepared)
{
    fixture_more = "{\"preparedStatements\": false}";
    struct store *store = fixture_open(&scratch, "und");
    for (int i = 0; i < 3; i++)
        fixture_create(store, "acme", "x", i != 0);
    cr_expect_eq(fixture_counts(store, "acme").active, 2);
    cr_expect_eq(fixture_counts(store, "acme").inactive, 1);
    fixture_close(&store);
}

static enum store_status scan(struct store_reader *reader, void *list)
{
    return store_scan(reader, &(struct store_range){.organization_id = TEXT("acme")}, 9, list);
}

Test(opening, another_order_stops_lists_and_changes_but_not_reads_by_id)
{
    struct integration_copy copy;
    struct integration_list list = {0};
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    struct store *other = fixture_open(&scratch, "sv");
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("y")};
    fixture_apply(other, &mutation);
    cr_expect_eq(mutation.status, STORE_STOPPED);
    cr_expect_eq(fixture_read(other, scan, &list), STORE_STOPPED);
    cr_expect_eq(fixture_get(other, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    const struct store_state state = store_state(other);
    cr_expect_eq(state.health, STORE_FAILED);
    cr_expect_not_null(strstr(state.reason, "this gateway orders by"), "%s", state.reason);
    cr_expect_eq(fixture_read(store, scan, &list), STORE_OK);
    cr_expect_eq(list.count, 1);
    integration_list_finish(&list);
    fixture_close(&other);
    fixture_close(&store);
}

/* While the gateway runs. */
Test(opening, a_schema_that_is_too_new_stops_everything)
{
    struct integration_copy copy;
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    space_run(scratch.path, "UPDATE setting SET value = $$99$$ WHERE name <> $$secret$$ AND "
                            "name IN ($$schema$$, $$oldest_reader$$)");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_STOPPED);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
    space_run(scratch.path, "UPDATE setting SET value = $$1$$ WHERE name = $$oldest_reader$$");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    fixture_close(&store);
}
