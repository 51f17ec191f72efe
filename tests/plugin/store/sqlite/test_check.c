// SPDX-License-Identifier: MIT
/* A database that was not closed is checked in the background. */
#include <criterion/criterion.h>
#include <time.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "x", true);
    fixture_create(store, "acme", "y", false);
    fixture_close(&store);
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(check, .init = make, .fini = clean, .timeout = 120);

/* A commit that concerns no integration. */
static const char unrelated[] = "INSERT OR REPLACE INTO setting VALUES ('test', randomblob(8))";

/* Waits, generously, until the log has the text behind `since`. */
static bool await_log(size_t since, const char *text)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (int i = 0; i < 10000 && strstr(fixture_log() + since, text) == NULL; i++)
        nanosleep(&pause, NULL);
    return strstr(fixture_log() + since, text) != NULL;
}

static enum store_status create(void)
{
    struct store_mutation mutation = {.kind = STORE_CREATE,
                                      .organization_id = TEXT("other"),
                                      .title = TEXT("new")};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static void expect_found(const char *name)
{
    const size_t since = strlen(fixture_log());
    change_and_die(&scratch, unrelated);
    store = fixture_open(&scratch, "und");
    cr_expect(await_log(since, "is damaged: "), "%s: %s", name, fixture_log() + since);
    cr_expect_eq(store_state(store).health, STORE_FAILED, "%s", name);
    cr_expect_eq(create(), STORE_STOPPED, "%s", name);
    fixture_close(&store);
}

static void expect_sound(void)
{
    const size_t since = strlen(fixture_log());
    change_and_die(&scratch, unrelated);
    store = fixture_open(&scratch, "und");
    cr_expect(await_log(since, "it is sound"), "%s", fixture_log() + since);
    cr_expect_eq(store_state(store).health, STORE_HEALTHY);
    cr_expect_eq(create(), STORE_OK);
    fixture_close(&store);
}

static const char *const trees[] = {
    "integration",
    "integration_by_title",
    "integration_by_activity_and_title",
    "sqlite_autoindex_integration_1",
    "organization",
    "sqlite_autoindex_organization_1",
    "event",
    "event_by_entity",
};

enum { TREES = sizeof trees / sizeof *trees };

Test(check, finds_a_damaged_page)
{
    for (size_t i = 0; i < TREES; i++) {
        unsigned char page[PAGE_SIZE] = {0x55};
        swap_page(&scratch, trees[i], page);
        expect_found(trees[i]);
        swap_page(&scratch, trees[i], page);
    }
    expect_sound();
}

/* Each page is one that SQLite wrote, but an older one: a write that the disk lost. */
Test(check, finds_a_page_that_was_not_written)
{
    unsigned char pages[TREES][PAGE_SIZE];
    for (size_t i = 0; i < TREES; i++)
        read_page(&scratch, trees[i], pages[i]);
    store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "z", true);
    fixture_create(store, "new", "z", true);
    fixture_close(&store);
    for (size_t i = 0; i < TREES; i++) {
        swap_page(&scratch, trees[i], pages[i]);
        expect_found(trees[i]);
        swap_page(&scratch, trees[i], pages[i]);
    }
    expect_sound();
}

Test(check, finds_values_and_counters_that_are_wrong)
{
    static const struct {
        const char *damage, *undo;
    } cases[] = {
        {"UPDATE organization SET active = active + 1",
         "UPDATE organization SET active = active - 1"},
        {"UPDATE organization SET active = active + 1, inactive = inactive - 1",
         "UPDATE organization SET active = active - 1, inactive = inactive + 1"},
        {"UPDATE integration SET version = -version", "UPDATE integration SET version = -version"},
        {"DROP TRIGGER integration_uncounted; DELETE FROM integration",
         "UPDATE organization SET active = 0, inactive = 0; CREATE TRIGGER integration_uncounted "
         "AFTER DELETE ON integration BEGIN\n    UPDATE organization\n    SET active = active - "
         "old.is_active, inactive = inactive - 1 + old.is_active\n    WHERE key = "
         "old.organization;\nEND"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        change_file(&scratch, cases[i].damage);
        expect_found(cases[i].damage);
        change_file(&scratch, cases[i].undo);
    }
    expect_sound();
}

Test(check, is_made_only_after_an_unclean_end_and_up_to_the_size_that_is_set)
{
    store = fixture_open(&scratch, "und");
    fixture_close(&store);
    cr_expect_null(strstr(fixture_log(), "not closed"), "%s", fixture_log());
    fixture_check_mib = 0;
    change_and_die(&scratch, unrelated);
    store = fixture_open(&scratch, "und");
    fixture_close(&store);
    cr_expect_null(strstr(fixture_log(), "not closed"), "%s", fixture_log());
    fixture_check_mib = 1;
    change_file(&scratch, "INSERT INTO setting VALUES ('large', zeroblob(1100000))");
    change_and_die(&scratch, unrelated);
    store = fixture_open(&scratch, "und");
    fixture_close(&store);
    cr_expect_not_null(strstr(fixture_log(), "larger than database.checkMiB"), "%s", fixture_log());
    cr_expect_null(strstr(fixture_log(), "sound"), "%s", fixture_log());
}

/* Counting the organizations takes for ever. */
static const char endless[] =
    "DROP TABLE organization; CREATE VIEW organization AS WITH RECURSIVE number(key) AS "
    "(VALUES (1) UNION ALL SELECT key + 1 FROM number) "
    "SELECT key, 'x' || key AS id, 0 AS active, 0 AS inactive FROM number";

Test(check, waits_for_its_turn_and_ends_with_its_store)
{
    struct scratch second = scratch_make();
    struct store *waiting = fixture_open(&second, "und");
    fixture_close(&waiting);
    change_and_die(&scratch, endless);
    change_and_die(&second, unrelated);
    store = fixture_open(&scratch, "und");
    waiting = fixture_open(&second, "und");
    fixture_create(waiting, "acme", "served meanwhile", true);
    store_drain(waiting);
    store_drain(waiting);
    fixture_close(&waiting);
    cr_expect_null(strstr(fixture_log(), "sound"), "%s", fixture_log());
    fixture_close(&store);
    cr_expect_not_null(strstr(fixture_log(), "not checked to its end"), "%s", fixture_log());
    cr_expect_null(strstr(fixture_log(), "is damaged"), "%s", fixture_log());
    scratch_remove(&second);
}
