// SPDX-License-Identifier: MIT
/* Databases that belong to one organization alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(ownership, .init = make, .fini = clean);

/* An instance that is bound to the organization, or to none. */
static struct store *open_as(const char *organization, bool dedicated)
{
    fixture_organization = organization;
    fixture_dedicated = dedicated;
    return fixture_open(&scratch, "und");
}

static void expect_refused(const char *organization, bool dedicated, int32_t code, const char *said)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_organization = organization;
    fixture_dedicated = dedicated;
    cr_expect_eq(fixture_try_open(&scratch, "und", &store, &failure), code, "%s was let in",
                 organization);
    cr_expect_not_null(strstr(failure.message, said), "%s: %s", organization, failure.message);
    fixture_close(&store);
}

static void fill(const char *organization, int count)
{
    struct store *store = open_as(NULL, false);
    for (int i = 0; i < count; i++)
        fixture_create(store, organization, "x", i % 2 == 0);
    fixture_close(&store);
}

Test(ownership, a_dedicated_database_refuses_others_by_name)
{
    struct store *store = open_as("org-1955", true);
    const struct identifier id = fixture_create(store, "org-1955", "x", true);
    fixture_close(&store);
    for (int dedicated = 0; dedicated < 2; dedicated++) {
        struct integration_copy copy;
        store = open_as("org-1955", dedicated);
        cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
        integration_copy_finish(&copy);
        fixture_close(&store);
        expect_refused(
            "acme", dedicated, GQL_E_UNAVAILABLE,
            "belongs to the organization 'org-1955' alone, and this instance serves acme");
        expect_refused("org-2482", dedicated, GQL_E_UNAVAILABLE, "'org-1955' alone"); /* Its tag. */
        expect_refused("ORG-1955", dedicated, GQL_E_UNAVAILABLE, "'org-1955' alone");
        expect_refused("org-195", dedicated, GQL_E_UNAVAILABLE, "'org-1955' alone");
        expect_refused("org-19555", dedicated, GQL_E_UNAVAILABLE, "'org-1955' alone");
    }
    expect_refused(NULL, false, GQL_E_UNAVAILABLE,
                   "this instance serves any; use another database, or set organization");
}

Test(ownership, a_database_for_nobody_is_not_made)
{
    expect_refused(NULL, true, GQL_E_CONFIG, "database.dedicated: nobody is named");
    cr_expect_neq(access(scratch_file(&scratch, "integrations.db"), F_OK), 0);
}

/* Who shares a database goes on sharing it. */
Test(ownership, an_instance_that_is_bound_shares_a_database)
{
    static const char *const organizations[] = {"acme", "globex", NULL};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            struct store *store = open_as(organizations[i], false);
            fixture_create(store, "acme", "x", true);
            fixture_close(&store);
        }
    }
}

/* With the counts, and untouched. */
Test(ownership, rows_that_are_no_owner_s_are_counted)
{
    fill("acme", 4);
    expect_refused(
        "globex", true, GQL_E_UNAVAILABLE,
        "can't belong to 'globex' alone: it has 4 of other organizations' integrations, and 0 of its own");
    fill("org-1955", 3);
    fill("org-2482", 2); /* The same tag. */
    expect_refused("org-1955", true, GQL_E_UNAVAILABLE, "it has 6 of other");
    change_file(&scratch, "DELETE FROM integration WHERE organization <> 1");
    /* Another upper bit of the tag, another lower one; and all other bits, which do not matter. */
    change_file(&scratch,
                "UPDATE integration SET id = x'018bcfe5680080018f5f494e54475e42' WHERE key = 1");
    change_file(&scratch,
                "UPDATE integration SET id = x'018bcfe5680080028f7f494e54475e43' WHERE key = 2");
    change_file(&scratch,
                "UPDATE integration SET id = x'018bcfe568008fffaf60494e54475e42' WHERE key = 3");
    expect_refused(
        "acme", true, GQL_E_UNAVAILABLE,
        "it has 0 of other organizations' integrations, and 2 of its own with IDs from before");
    struct store *store = open_as(NULL, false);
    cr_expect_eq(fixture_counts(store, "acme").active + fixture_counts(store, "acme").inactive, 4);
    fixture_close(&store);
    change_file(&scratch, "DELETE FROM integration WHERE key <= 2");
    store = open_as("acme", true); /* The two others fit, and nothing is left of the others. */
    fixture_close(&store);
    expect_refused("globex", false, GQL_E_UNAVAILABLE, "'acme' alone");
}

static enum store_status get_one(struct store *store, struct identifier id)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, id, &copy);
    integration_copy_finish(&copy);
    return status;
}

static enum store_status create_one(struct store *store)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("acme"),
                                    .title = TEXT("x")};
    fixture_apply(store, &create);
    integration_copy_finish(&create.result);
    return create.status;
}

/* Instances that share a database when one makes it its own. */
Test(ownership, others_that_use_it_stop)
{
    struct store *any = open_as(NULL, false), *other = open_as("globex", false);
    struct store *same = open_as("acme", false);
    const struct identifier id = fixture_create(any, "acme", "x", true);
    struct store *owner = open_as("acme", true);
    struct store *const stopped[] = {any, other}, *const going[] = {same, owner};
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(get_one(stopped[i], id), STORE_STOPPED);
        cr_expect_eq(create_one(stopped[i]), STORE_STOPPED);
        cr_expect_eq(store_state(stopped[i]).health, STORE_FAILED);
        cr_expect_eq(get_one(going[i], id), STORE_OK);
        cr_expect_eq(create_one(going[i]), STORE_OK);
        cr_expect_eq(store_state(going[i]).health, STORE_HEALTHY);
    }
    cr_expect_not_null(strstr(fixture_log(), "to the organization 'acme' alone now"), "%s",
                       fixture_log());
    change_file(&scratch, "DELETE FROM setting WHERE name = 'owner'");
    cr_expect_eq(create_one(any), STORE_OK, "an operator has set it free");
    fixture_close(&owner);
    fixture_close(&same);
    fixture_close(&other);
    fixture_close(&any);
}

Test(ownership, an_owner_that_can_not_be_is_damage)
{
    fill("acme", 1);
    change_file(&scratch, "INSERT INTO setting VALUES ('owner', zeroblob(129))");
    expect_refused("acme", true, GQL_E_UNAVAILABLE, "reading the owner");
    expect_refused(NULL, false, GQL_E_UNAVAILABLE, "reading the owner");
}
