// SPDX-License-Identifier: MIT
/* Deleted integrations: kept beside the others, seen by nobody, erased when their time is over. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static const int64_t DAY = 86400000;

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

TestSuite(deleted_rows, .init = make, .fini = clean);

static void reopen(void)
{
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
}

static enum store_status apply(struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status delete (struct identifier id) {
    return apply((struct store_mutation){.kind = STORE_DELETE, .id = id, .expected_version = 1});
}

static enum store_status sweep(void)
{
    return apply((struct store_mutation){.kind = STORE_SWEEP});
}

static struct identifier create(const char *organization_id, const char *title, const char *token)
{
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = text_of(organization_id),
                                      .title = text_of(title),
                                      .credential_ref = text_of(token)};
    cr_assert_eq(apply(mutation), STORE_OK);
    INTEGRATION_LIST_AUTO list;
    const struct store_range range = {.organization_id = text_of(organization_id)};
    integration_list_init(&list);
    fixture_scan(store, &range, &list);
    size_t i = 0;
    while (i < list.count && !text_equal(list.items[i].title, text_of(title)))
        i++;
    cr_assert_lt(i, list.count, "'%s' was not created", title);
    return list.items[i].id;
}

static long long count(const char *sql)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const long long value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return value;
}

/* In the file of a store that is closed. */
static bool file_has(const char *bytes)
{
    FILE *file = fopen(scratch_file(&scratch, "integrations.db"), "r");
    char *content = malloc(1 << 22);
    const size_t size = fread(content, 1, 1 << 22, file);
    fclose(file);
    const bool has = memmem(content, size, bytes, strlen(bytes)) != NULL;
    free(content);
    return has;
}

Test(deleted_rows, a_deleted_integration_is_kept_with_all_that_it_had_and_seen_by_nobody)
{
    const struct identifier id = create("acme", "mail", "v4.public.x");
    create("acme", "other", NULL);
    cr_expect_eq(delete (id), STORE_OK);
    cr_expect_eq(count("SELECT count(*) FROM deleted JOIN organization ON key = organization"
                       " WHERE organization.id = 'acme' AND time = 1700000000000 AND version = 1"
                       " AND is_active = 1 AND title = 'mail' AND credential_ref = 'v4.public.x'"),
                 1);
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_NOT_FOUND);
    cr_expect_eq(fixture_counts(store, "acme").active, 1);
    INTEGRATION_LIST_AUTO list;
    const struct store_range range = {.organization_id = TEXT("acme")};
    integration_list_init(&list);
    fixture_scan(store, &range, &list);
    cr_expect_eq(list.count, 1);
    cr_expect_eq(delete (id), STORE_NOT_FOUND);
    cr_expect_eq(apply((struct store_mutation){
                     .kind = STORE_UPDATE, .id = id, .expected_version = 1, .title = TEXT("back")}),
                 STORE_NOT_FOUND);
}

Test(deleted_rows, without_retention_a_deleted_integration_is_gone_at_once)
{
    const struct identifier kept = create("acme", "kept", NULL);
    cr_expect_eq(delete (kept), STORE_OK);
    fixture_deleted_ms = 0;
    reopen();
    const struct identifier id = create("acme", "gone", "v4.public.gone-at-once");
    cr_expect_eq(delete (id), STORE_OK);
    cr_expect_eq(count("SELECT count(*) FROM deleted WHERE title = 'gone'"), 0);
    fixture_now_ms++;
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(count("SELECT count(*) FROM deleted"), 0, "what was kept before");
    fixture_close(&store);
    cr_expect_not(file_has("gone-at-once"), "it was not overwritten");
    store = fixture_open(&scratch, "und");
}

Test(deleted_rows, only_what_is_too_old_is_swept_and_overwritten)
{
    const struct identifier old = create("acme", "old", "v4.public.old-token");
    const struct identifier young = create("globex", "young", "v4.public.young-token");
    cr_expect_eq(delete (old), STORE_OK);
    fixture_now_ms += DAY;
    cr_expect_eq(delete (young), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    fixture_now_ms += 29 * DAY;
    cr_expect_eq(sweep(), STORE_NOT_FOUND, "on the last day");
    fixture_now_ms++;
    cr_expect_eq(sweep(), STORE_OK);
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
    cr_expect_eq(count("SELECT count(*) FROM deleted WHERE title = 'young'"), 1);
    cr_expect_eq(count("SELECT count(*) FROM deleted"), 1);
    fixture_close(&store);
    cr_expect_not(file_has("old-token"), "it was not overwritten");
    cr_expect(file_has("young-token"));
    store = fixture_open(&scratch, "und");
}

Test(deleted_rows, a_sweep_has_bounded_steps)
{
    change_file(&scratch, "INSERT INTO organization (id) VALUES ('acme')");
    change_file(&scratch,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 250)"
                " INSERT INTO deleted SELECT key, CAST(printf('%016d', i) AS BLOB), i, 1,"
                " 1, 'x', NULL FROM n, organization");
    for (int rest = 150; rest >= -50; rest -= 100) {
        cr_expect_eq(sweep(), STORE_OK);
        cr_expect_eq(count("SELECT count(*) FROM deleted"), rest < 0 ? 0 : rest);
    }
    cr_expect_eq(sweep(), STORE_NOT_FOUND);
}

/* Also where the clock has gone back. */
Test(deleted_rows, new_ids_are_above_deleted_ones)
{
    const struct identifier id = create("acme", "x", NULL);
    cr_expect_eq(delete (id), STORE_OK);
    fixture_now_ms -= DAY;
    reopen();
    const struct identifier next = create("acme", "y", NULL);
    cr_expect_gt(memcmp(next.bytes, id.bytes, IDENTIFIER_SIZE), 0);
}

Test(deleted_rows, an_organization_of_its_own_has_no_deleted_ones_of_others)
{
    cr_expect_eq(delete (create("globex", "x", NULL)), STORE_OK);
    fixture_close(&store);
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_dedicated = true;
    fixture_organization = "acme";
    cr_expect_eq(fixture_try_open(&scratch, "und", &store, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "it has 1 of other organizations' integrations"),
                       "%s", failure.message);
    fixture_dedicated = false;
    fixture_organization = NULL;
    store = fixture_open(&scratch, "und");
}
