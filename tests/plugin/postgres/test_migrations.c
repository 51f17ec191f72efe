// SPDX-License-Identifier: MIT
/* Databases of each older schema, which one gateway or several at once bring to this version's. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "plugin/store/postgres/migrations.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(migrations, .init = make, .fini = clean, .timeout = 60);

/* ---- Older databases ---- */

/* What version 1 had of a table, without what later ones have added. */
static const struct {
    const char *table, *columns;
} first[] = {
    {"organization", "tag, id, active, inactive, trail_length, trail_hash, highest"},
    {"integration", "tag, id, organization, version, is_active, title, sort_key, credential_ref"},
    {"event", "tag, organization, sequence, entity, salt, digest, hash, body"},
};

enum { TABLES = sizeof first / sizeof first[0] };

static void run_file(void)
{
    char command[256];
    snprintf(command, sizeof command, "\\i %s", scratch_file(&scratch, "old.sql"));
    space_run(scratch.path, command);
}

/* The statements that make a database of this version one of an older version. */
static void write_older(int version)
{
    FILE *file = fopen(scratch_file(&scratch, "old.sql"), "w");
    cr_assert_not_null(file);
    fputs("SET client_min_messages = error;\n", file);
    for (int i = 0; i < TABLES; i++)
        fprintf(file, "CREATE TABLE saved_%s AS SELECT * FROM %s;\n", first[i].table,
                first[i].table);
    fputs("DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables "
          "WHERE schemaname = current_schema() AND tablename <> 'setting' "
          "AND tablename NOT LIKE 'saved%' "
          "LOOP EXECUTE format('DROP TABLE %I CASCADE', t); END LOOP; END $$;\n",
          file);
    for (int i = 0; i < version; i++)
        fprintf(file, "%s\n", postgres_migration_sql[i]);
    for (int i = 0; i < TABLES; i++)
        fprintf(file, "INSERT INTO %s (%s) SELECT %s FROM saved_%s; DROP TABLE saved_%s;\n",
                first[i].table, first[i].columns, first[i].columns, first[i].table, first[i].table);
    fprintf(file, "UPDATE setting SET value = '%d' WHERE name = 'schema';\n", version);
    fclose(file);
}

/* With one integration. */
static struct identifier make_older(int version)
{
    store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    fixture_close(&store);
    write_older(version);
    run_file();
    return id;
}

static void expect_failure(const char *more, const char *part)
{
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_more = more;
    cr_assert_neq(fixture_try_open(&scratch, "und", &store, &failure), GQL_OK, "%s", part);
    cr_expect_not_null(strstr(failure.message, part), "'%s' is not in: %s", part, failure.message);
    fixture_more = NULL;
}

/* ---- What works afterwards ---- */

static enum store_status apply(struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status verify(struct store_reader *reader, void *check)
{
    return store_verify_trail(reader, TEXT("acme"), check);
}

static void expect_all_works(struct identifier id)
{
    struct trail_check check;
    const struct store_key key = {.scope = {1}, .input = {2}};
    const struct store_mutation create = {.kind = STORE_CREATE,
                                          .organization_id = TEXT("acme"),
                                          .title = TEXT("y"),
                                          .key = &key};
    cr_expect_eq(apply(create), STORE_OK);
    cr_expect_eq(apply(create), STORE_REPEATED);
    cr_expect_eq(apply((
                     struct store_mutation){.kind = STORE_DELETE, .id = id, .expected_version = 1}),
                 STORE_OK);
    cr_assert_eq(fixture_read(store, verify, &check), STORE_OK);
    cr_expect_eq(check.fault, TRAIL_SOUND);
    cr_expect_eq(check.head.length, 3);
    fixture_now_ms += INT64_C(400) * 86400000;
    while (apply((struct store_mutation){.kind = STORE_SWEEP}) == STORE_OK)
        continue;
    space_expect_rows(scratch.path, "deleted", 0);
    space_expect_rows(scratch.path, "event", 0);
    cr_assert_eq(fixture_read(store, verify, &check), STORE_OK);
    cr_expect_eq(check.fault, TRAIL_SOUND);
    cr_expect_eq(check.checkpoint.head.length, 3);
}

Test(migrations, each_older_schema_is_migrated_with_what_it_has)
{
    const int64_t begin = fixture_now_ms;
    fixture_trail_ms = INT64_C(30) * 86400000;
    for (int version = 1; version < postgres_migration_count; version++) {
        char expected[64];
        const struct identifier id = make_older(version);
        snprintf(expected, sizeof expected, "schema version %d, this plugin needs", version);
        expect_failure("{\"migrate\": false}", expected);
        store = fixture_open(&scratch, "und");
        expect_all_works(id);
        fixture_close(&store);
        fixture_now_ms = begin;
        space_run(scratch.path, "DO $$ BEGIN EXECUTE format($a$DROP SCHEMA %I CASCADE; CREATE "
                                "SCHEMA %1$I$a$, current_schema()); END $$");
    }
}

/* Somebody else's table of that name: nothing of the step stays. */
Test(migrations, a_step_that_fails_leaves_the_version_before)
{
    const struct identifier id = make_older(1);
    space_run(scratch.path, "CREATE TABLE deleted (a text)");
    expect_failure("{}", "The schema can't be migrated");
    space_expect_rows(scratch.path, "setting WHERE name = $$schema$$ AND value = $$2$$", 1);
    space_expect_rows(scratch.path, "idempotent_create", 0);
    space_run(scratch.path, "DROP TABLE deleted");
    fixture_trail_ms = INT64_C(30) * 86400000;
    store = fixture_open(&scratch, "und");
    expect_all_works(id);
}

/* ---- At once ---- */

enum { GATEWAYS = 4 };

static void *open_in_thread(void *opened)
{
    *(struct store **)opened = fixture_open(&scratch, "und");
    return NULL;
}

Test(migrations, gateways_that_migrate_at_once_wait_for_each_other)
{
    pthread_t threads[GATEWAYS];
    struct store *stores[GATEWAYS];
    const struct identifier id = make_older(1);
    fixture_trail_ms = INT64_C(30) * 86400000;
    FILE *holder = space_begin(scratch.path, "SELECT 1 FROM setting FOR UPDATE");
    for (int i = 0; i < GATEWAYS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, open_in_thread, &stores[i]), 0);
    space_await(scratch.path, "FROM pg_stat_activity WHERE wait_event_type = $$Lock$$ "
                              "AND query LIKE $$%setting%$$ HAVING count(*) >= 4");
    space_end(holder);
    for (int i = 0; i < GATEWAYS; i++)
        pthread_join(threads[i], NULL);
    store = stores[0];
    expect_all_works(id);
    for (int i = 1; i < GATEWAYS; i++) {
        cr_expect_eq(fixture_counts(stores[i], "acme").active, 1);
        fixture_close(&stores[i]);
    }
}

/* Gateways of the version before go on while the schema is migrated, and after it. */
Test(migrations, a_gateway_goes_on_while_a_schema_is_added_to)
{
    store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "x", true);
    space_run(scratch.path, "ALTER TABLE organization ADD COLUMN later bigint; ALTER TABLE "
                            "integration ADD COLUMN later bigint; UPDATE setting SET value = "
                            "$$99$$ WHERE name = $$schema$$");
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    fixture_create(store, "acme", "y", true);
    cr_expect_eq(fixture_counts(store, "acme").active, 2);
}
