// SPDX-License-Identifier: MIT
/* Another gateway changes the order or the schema of a database while a store uses it. */
#include <criterion/criterion.h>
#include <sqlite3.h>

#include "tests/plugin/fixture.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(agreement, .init = make, .fini = clean);

static void run_sql(const char *sql)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

static enum store_status write_one(struct store *store, struct identifier *id)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("a"),
                                    .title = TEXT("x")};
    fixture_apply(store, &create);
    integration_copy_finish(&create.result);
    *id = create.id;
    return create.status;
}

static enum store_status scan_all(struct store_reader *reader, void *context)
{
    INTEGRATION_LIST_AUTO list = {0};
    (void)context;
    return store_scan(reader, &(struct store_range){.organization_id = TEXT("a")}, 10, &list);
}

static enum store_status get_one(struct store *store, struct identifier id)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, id, &copy);
    integration_copy_finish(&copy);
    return status;
}

static void expect(struct store *store, struct identifier id, enum store_status writes,
                   enum store_status scans, enum store_status gets, const char *when)
{
    struct identifier other;
    cr_expect_eq(fixture_read(store, scan_all, NULL), scans, "%s: pages", when);
    cr_expect_eq(get_one(store, id), gets, "%s: reads by ID", when);
    cr_expect_eq(write_one(store, &other), writes, "%s: writes", when);
    cr_expect_eq(store_state(store).health, writes == STORE_OK ? STORE_HEALTHY : STORE_FAILED, "%s",
                 when);
}

Test(agreement, a_gateway_with_another_collation_stops_the_first_one)
{
    struct identifier id;
    struct store *first = fixture_open(&scratch, "und");
    cr_assert_eq(write_one(first, &id), STORE_OK);
    expect(first, id, STORE_OK, STORE_OK, STORE_OK, "alone");
    struct store *second = fixture_open(&scratch, "sv");
    expect(first, id, STORE_STOPPED, STORE_STOPPED, STORE_OK, "after the rebuild");
    expect(second, id, STORE_OK, STORE_OK, STORE_OK, "the one that rebuilt");
    cr_expect_not_null(strstr(fixture_log(), "locale sv, secondary, numeric, normalized' now"),
                       "%s", fixture_log());
    cr_expect_not_null(strstr(fixture_log(), "this gateway orders by 'icu"), "%s", fixture_log());
    cr_expect_not_null(strstr(fixture_log(), "integrations.db': The database is ordered by"), "%s",
                       fixture_log());
    struct store *third = fixture_open(&scratch, "und");
    expect(first, id, STORE_OK, STORE_OK, STORE_OK, "after the second rebuild");
    expect(second, id, STORE_STOPPED, STORE_STOPPED, STORE_OK, "the other one");
    fixture_close(&third);
    fixture_close(&second);
    fixture_close(&first);
}

/* Which no older plugin may use; and back, to one that every plugin may. */
#define RAISE_SCHEMA "PRAGMA user_version = 99; DELETE FROM setting WHERE name = 'oldest_reader'"
#define LOWER_SCHEMA "PRAGMA user_version = 1"

Test(agreement, whatever_the_other_gateway_did)
{
    static const struct {
        const char *name, *change, *undo, *said;
        enum store_status gets;
    } cases[] = {
        {"another ICU",
         "UPDATE setting SET value = CAST('icu 1.0' AS BLOB) WHERE name = 'collation'", NULL,
         "ordered by 'icu 1.0'", STORE_OK},
        {"a prefix", "UPDATE setting SET value = substr(value, 1, 20) WHERE name = 'collation'",
         NULL, "The database is ordered by", STORE_OK},
        {"none", "DELETE FROM setting WHERE name = 'collation'", NULL, "ordered by ''", STORE_OK},
        {"a newer schema", RAISE_SCHEMA, LOWER_SCHEMA, "schema version 99", STORE_STOPPED},
    };
    struct identifier id;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *store = fixture_open(&scratch, "und");
        cr_assert_eq(write_one(store, &id), STORE_OK);
        expect(store, id, STORE_OK, STORE_OK, STORE_OK, cases[i].name);
        run_sql(cases[i].change);
        expect(store, id, STORE_STOPPED, STORE_STOPPED, cases[i].gets, cases[i].name);
        cr_expect_not_null(strstr(fixture_log(), cases[i].said), "%s", fixture_log());
        if (cases[i].undo != NULL) {
            run_sql(cases[i].undo);
            expect(store, id, STORE_OK, STORE_OK, STORE_OK, cases[i].name);
            cr_expect_not_null(strstr(fixture_log(), "integrations.db': The database fits"), "%s",
                               fixture_log());
        }
        fixture_close(&store);
    }
}

/* Whoever watches the state may send nothing until it is good. */
Test(agreement, the_state_follows_without_calls)
{
    struct identifier id;
    struct store *store = fixture_open(&scratch, "und");
    cr_assert_eq(write_one(store, &id), STORE_OK);
    run_sql(RAISE_SCHEMA);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
    run_sql(LOWER_SCHEMA);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    fixture_close(&store);
}
