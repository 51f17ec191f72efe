// SPDX-License-Identifier: MIT
/* The keys of creates in the database. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

enum { HOUR = 60 * 60 * 1000 };

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(keys, .init = make, .fini = clean, .timeout = 60);

static struct store_key key_of(int number)
{
    struct store_key key;
    memset(&key, 0xA5, sizeof key);
    memcpy(key.scope, &number, sizeof number);
    return key;
}

static enum store_status apply(enum store_mutation_kind kind, const char *organization_id,
                               int number)
{
    const struct store_key key = key_of(number);
    struct store_mutation mutation = {.kind = kind,
                                      .organization_id = text_of(organization_id),
                                      .title = TEXT("x"),
                                      .key = &key};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status create(int number)
{
    return apply(STORE_CREATE, "acme", number);
}

Test(keys, a_retry_writes_nothing)
{
    cr_assert_eq(create(1), STORE_OK);
    cr_expect_eq(create(1), STORE_REPEATED);
    cr_expect_eq(apply(STORE_REPEAT, "acme", 1), STORE_REPEATED);
    space_expect_rows(scratch.path, "integration", 1);
    space_expect_rows(scratch.path, "event", 1);
    space_expect_rows(scratch.path, "batch", 1);
    space_expect_rows(scratch.path, "idempotent_create", 1);
}

Test(keys, a_look_for_a_retry_makes_nothing)
{
    cr_expect_eq(apply(STORE_REPEAT, "acme", 1), STORE_NOT_FOUND);
    space_expect_rows(scratch.path, "organization", 0);
    cr_assert_eq(create(1), STORE_OK);
    cr_expect_eq(apply(STORE_REPEAT, "globex", 1), STORE_NOT_FOUND);
    space_expect_rows(scratch.path, "organization", 1);
}

Test(keys, one_without_a_key_keeps_nothing)
{
    fixture_create(store, "acme", "x", true);
    space_expect_rows(scratch.path, "idempotent_create", 0);
}

Test(keys, an_expired_key_is_replaced)
{
    const int64_t begin = fixture_now_ms;
    cr_assert_eq(create(1), STORE_OK);
    fixture_now_ms = begin + 24 * HOUR;
    cr_expect_eq(create(1), STORE_OK);
    cr_expect_eq(create(1), STORE_REPEATED);
    space_expect_rows(scratch.path, "idempotent_create", 1);
    space_expect_rows(scratch.path, "integration", 2);
    fixture_now_ms = begin;
}

Test(keys, a_key_that_is_none_is_damage)
{
    cr_assert_eq(create(1), STORE_OK);
    space_run(scratch.path, "ALTER TABLE idempotent_create DROP CONSTRAINT "
                            "idempotent_create_input_check; "
                            "UPDATE idempotent_create SET input = $$short$$");
    cr_expect_eq(create(1), STORE_DAMAGED);
    space_expect_rows(scratch.path, "integration", 1);
}
