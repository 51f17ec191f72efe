// SPDX-License-Identifier: MIT
/* Values in the file that this plugin would not have written: clear errors, never cut values. */
#include <criterion/criterion.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static struct scratch scratch;
static struct store *store;
static struct identifier id;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
    id = fixture_create(store, "acme", "x", true);
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(row, .init = make, .fini = clean);

static enum store_status scan(struct store_reader *reader, void *context)
{
    const struct store_range range = {.organization_id = TEXT("acme"),
                                      .filter = *(enum store_filter *)context};
    INTEGRATION_LIST_AUTO list = {0};
    return store_scan(reader, &range, 10, &list);
}

static enum store_status count(struct store_reader *reader, void *context)
{
    return store_count(reader, TEXT("acme"), context);
}

static enum store_status change(enum store_mutation_kind kind, int32_t version)
{
    struct store_mutation mutation = {.kind = kind, .id = id, .expected_version = version};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static void reopen(void)
{
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
}

/* Each on a store that knows nothing of the damage. */
static void expect_damage(const char *damage)
{
    struct integration_copy copy;
    enum store_filter filter = STORE_ALL;
    reopen();
    cr_expect_eq(fixture_get(store, id, &copy), STORE_DAMAGED, "get: %s", damage);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "get: %s", damage);
    reopen();
    cr_expect_eq(fixture_read(store, scan, &filter), STORE_DAMAGED, "scan: %s", damage);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "scan: %s", damage);
    reopen();
    cr_expect_eq(change(STORE_UPDATE, 1), STORE_STOPPED, "update: %s", damage);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "update: %s", damage);
    reopen();
    cr_expect_eq(change(STORE_DELETE, 1), STORE_STOPPED, "delete: %s", damage);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "delete: %s", damage);
}

Test(row, a_value_out_of_range_is_damage_everywhere)
{
    const char *const damages[] = {
        "UPDATE integration SET version = 4294967297", /* 1, if it is cut. */
        "UPDATE integration SET version = 0",
        "UPDATE integration SET version = -2147483648",
        "UPDATE integration SET version = 1, is_active = 2",
        "UPDATE integration SET is_active = 4294967297",
        "UPDATE integration SET is_active = 1, title = CAST(x'61FF62' AS TEXT)",
        "UPDATE integration SET title = CAST(x'6162636465666768696AEDA080' AS TEXT)",
        "UPDATE integration SET title = printf('%.*c', 1021, 'x')",
        "UPDATE integration SET title = 'x', credential_ref = CAST(x'C080' AS TEXT)",
        "UPDATE integration SET credential_ref = printf('%.*c', 4097, 'x')",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        change_file(&scratch, damages[i]);
        expect_damage(damages[i]);
    }
}

Test(row, an_organization_that_is_no_text_is_damage)
{
    struct integration_copy copy;
    change_file(&scratch, "UPDATE organization SET id = CAST(x'61FF' AS TEXT)");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_DAMAGED);
    change_file(&scratch, "UPDATE organization SET id = printf('%.*c', 129, 'x')");
    cr_expect_eq(fixture_get(store, id, &copy), STORE_DAMAGED);
}

Test(row, a_counter_out_of_range_is_damage)
{
    const char *const damages[] = {
        "UPDATE organization SET active = -1",
        "UPDATE organization SET active = 0, inactive = -1",
        "UPDATE organization SET inactive = 9223372036854775807",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_counts counts;
        change_file(&scratch, damages[i]);
        cr_expect_eq(fixture_read(store, count, &counts), STORE_DAMAGED, "%s", damages[i]);
    }
}

Test(row, the_last_version_is_deleted_but_not_updated)
{
    struct integration_copy copy;
    change_file(&scratch, "UPDATE integration SET version = 2147483646");
    cr_expect_eq(change(STORE_UPDATE, INT32_MAX - 1), STORE_OK);
    cr_expect_eq(change(STORE_UPDATE, INT32_MAX), STORE_EXHAUSTED);
    cr_expect_eq(change(STORE_UPDATE, 1), STORE_CONFLICT);
    cr_assert_eq(fixture_get(store, id, &copy), STORE_OK);
    cr_expect_eq(copy.integration.version, INT32_MAX);
    integration_copy_finish(&copy);
    cr_expect_eq(change(STORE_DELETE, INT32_MAX), STORE_OK);
}
