// SPDX-License-Identifier: MIT
/* A database that is damaged: whoever finds it says so, and nothing is written from then on. */
#include <criterion/criterion.h>

#include <stdio.h>

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
    fixture_create(store, "acme", "y", false);
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(integrity, .init = make, .fini = clean);

static enum store_status get(void)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, id, &copy);
    integration_copy_finish(&copy);
    return status;
}

static enum store_status scan_reader(struct store_reader *reader, void *context)
{
    const struct store_range *range = context;
    INTEGRATION_LIST_AUTO list = {0};
    return store_scan(reader, range, 10, &list);
}

static enum store_status scan_some(enum store_filter filter)
{
    struct store_range range = {.organization_id = TEXT("acme"), .filter = filter};
    return fixture_read(store, scan_reader, &range);
}

static enum store_status scan_all(void)
{
    return scan_some(STORE_ALL);
}

static enum store_status scan_inactive(void)
{
    return scan_some(STORE_INACTIVE);
}

static enum store_status count_reader(struct store_reader *reader, void *context)
{
    struct store_counts counts;
    return store_count(reader, text_of(context), &counts);
}

static enum store_status count_of(char *organization_id)
{
    return fixture_read(store, count_reader, organization_id);
}

static enum store_status count(void)
{
    char organization_id[] = "acme";
    return count_of(organization_id);
}

static enum store_status change(enum store_mutation_kind kind)
{
    struct store_mutation mutation = {.kind = kind,
                                      .id = id,
                                      .expected_version = 1,
                                      .organization_id = TEXT("acme"),
                                      .title = TEXT("new")};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static enum store_status create(void)
{
    return change(STORE_CREATE);
}

static enum store_status update(void)
{
    return change(STORE_UPDATE);
}

static enum store_status delete (void) { return change(STORE_DELETE); }

static void expect_stopped(const char *name)
{
    const struct store_state state = store_state(store);
    cr_expect_eq(state.health, STORE_FAILED, "%s", name);
    cr_expect_not_null(strstr(state.reason, "damaged"), "%s: %s", name, state.reason);
    cr_expect_eq(create(), STORE_STOPPED, "%s: create", name);
    cr_expect_eq(update(), STORE_STOPPED, "%s: update", name);
    cr_expect_eq(delete (), STORE_STOPPED, "%s: delete", name);
}

/* Who finds damage of which page, and a read that it does not concern. */
static const struct {
    const char *name;
    enum store_status (*finds)(void), result, (*reads)(void);
} pages[] = {
    {"integration", get, STORE_DAMAGED, count},
    {"integration", scan_all, STORE_DAMAGED, count},
    {"integration", update, STORE_STOPPED, count},
    {"integration_by_title", scan_all, STORE_DAMAGED, get},
    {"integration_by_title", create, STORE_STOPPED, get},
    {"integration_by_activity_and_title", scan_inactive, STORE_DAMAGED, scan_all},
    {"integration_by_activity_and_title", delete, STORE_STOPPED, scan_all},
    {"sqlite_autoindex_integration_1", get, STORE_DAMAGED, scan_all},
    {"organization", count, STORE_DAMAGED, NULL},
    {"sqlite_autoindex_organization_1", count, STORE_DAMAGED, get},
};

/*
 * Each page is one that SQLite wrote, but of another moment: the index leads to a row that is not
 * there, or to another one.
 */
static void expect_mismatch(const char *name, enum store_status (*finds)(void))
{
    unsigned char page[PAGE_SIZE];
    id = fixture_create(store, "acme", "a", false);
    fixture_close(&store);
    read_page(&scratch, name, page);
    change_file(&scratch, "UPDATE integration SET id = randomblob(16), title = 'b', sort_key = "
                          "x'7f00', is_active = 1 WHERE title = 'a'");
    swap_page(&scratch, name, page);
    store = fixture_open(&scratch, "und");
    cr_expect_eq(finds(), STORE_DAMAGED, "%s", name);
    cr_expect_eq(create(), STORE_STOPPED, "%s", name);
    fixture_close(&store);
    swap_page(&scratch, name, page);
    store = fixture_open(&scratch, "und");
}

Test(integrity, an_index_that_does_not_agree_with_its_row_is_damage)
{
    expect_mismatch("integration_by_title", scan_all);
    expect_mismatch("integration_by_activity_and_title", scan_inactive);
    expect_mismatch("sqlite_autoindex_integration_1", get);
}

/* The same with an organization: its ID leads to another one. */
Test(integrity, an_id_that_leads_to_another_organization_is_damage)
{
    unsigned char page[PAGE_SIZE];
    fixture_close(&store);
    read_page(&scratch, "sqlite_autoindex_organization_1", page);
    change_file(&scratch, "UPDATE organization SET id = 'b'");
    swap_page(&scratch, "sqlite_autoindex_organization_1", page);
    static char asked[][5] = {"acme", "a", "z"}; /* Itself, and absent neighbours. */
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        store = fixture_open(&scratch, "und");
        cr_expect_eq(count_of(asked[i]), STORE_DAMAGED, "%s", asked[i]);
        cr_expect_eq(create(), STORE_STOPPED, "%s", asked[i]);
        fixture_close(&store);
    }
}

/* A statement that was right when it was written finds another schema. */
Test(integrity, a_schema_that_is_not_the_plugins_is_damage)
{
    fixture_close(&store);
    change_file(&scratch, "DROP INDEX integration_by_title");
    store = fixture_open(&scratch, "und");
    cr_expect_eq(scan_all(), STORE_DAMAGED);
    expect_stopped("index");
}

Test(integrity, an_organization_that_is_missing_is_damage)
{
    change_file(&scratch, "DELETE FROM organization");
    cr_expect_eq(get(), STORE_DAMAGED);
    cr_expect_eq(create(), STORE_STOPPED);
}

static const char *find_line(const char *text)
{
    return strstr(text, "integrations.db' is damaged: ");
}

Test(integrity, whoever_finds_a_damaged_page_stops_writes_until_it_is_mended)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        unsigned char page[PAGE_SIZE] = {0x55};
        id = fixture_create(store, "acme", "z", true);
        fixture_close(&store);
        swap_page(&scratch, pages[i].name, page);
        store = fixture_open(&scratch, "und");
        cr_expect_eq(store_state(store).health, STORE_HEALTHY);
        cr_expect_eq(pages[i].finds(), pages[i].result, "%zu, %s", i, pages[i].name);
        expect_stopped(pages[i].name);
        if (pages[i].reads != NULL)
            cr_expect_eq(pages[i].reads(), STORE_OK, "%zu, %s", i, pages[i].name);
        fixture_close(&store);
        swap_page(&scratch, pages[i].name, page);
        store = fixture_open(&scratch, "und");
        cr_expect_eq(store_state(store).health, STORE_HEALTHY);
        cr_expect_eq(pages[i].finds(), STORE_OK, "%zu, %s", i, pages[i].name);
    }
}

Test(integrity, one_line_says_which_file_and_what_to_do)
{
    unsigned char page[PAGE_SIZE] = {0x55};
    fixture_close(&store);
    swap_page(&scratch, "integration", page);
    store = fixture_open(&scratch, "und");
    get();
    scan_all();
    create();
    const char *line = find_line(fixture_log());
    cr_assert_not_null(line, "%s", fixture_log());
    cr_expect_not_null(strstr(line, "restore a backup"), "%s", line);
    cr_expect_not_null(strstr(line, "integrationsctl reindex"), "%s", line);
    cr_expect_null(find_line(line + 1), "%s", line);
}
