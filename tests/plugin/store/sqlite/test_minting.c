// SPDX-License-Identifier: MIT
/* What the file says of the IDs that there were. */
#include <criterion/criterion.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

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

TestSuite(minting, .init = make, .fini = clean);

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

static enum store_status create(void)
{
    return apply((struct store_mutation){.kind = STORE_CREATE,
                                         .organization_id = TEXT("acme"),
                                         .title = TEXT("x")});
}

/* From a clock before 1970: new IDs stay with today's clock, also when it is deleted. */
Test(minting, an_id_of_a_broken_clock_counts_for_nothing)
{
    static const char text[] = "fffffd1e-d8ff-8fff-81ff-494e54471234";
    struct identifier broken;
    cr_assert(identifier_parse(text_of(text), &broken));
    const struct identifier first = fixture_create(store, "acme", "x", true);
    change_file(&scratch, "UPDATE integration SET id = x'fffffd1ed8ff8fff81ff494e54471234'");
    for (int round = 0; round < 3; round++) {
        reopen();
        const struct identifier next = fixture_create(store, "acme", "x", true);
        cr_expect_arr_eq(next.bytes, first.bytes, 5, "after %d rounds", round);
        if (round == 1)
            cr_expect_eq(apply((struct store_mutation){.kind = STORE_DELETE,
                                                       .id = broken,
                                                       .expected_version = 1}),
                         STORE_OK);
    }
}

Test(minting, a_deleted_id_that_is_none_is_damage)
{
    static const char *const damages[] = {
        "INSERT INTO setting VALUES ('highest_deleted', x'018bcfe568008000')",
        "UPDATE setting SET value = x'fffffd1ed8ff8fff81ff494e54471234' WHERE name = "
        "'highest_deleted'",
        "UPDATE setting SET value = zeroblob(17) WHERE name = 'highest_deleted'",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        change_file(&scratch, damages[i]);
        reopen();
        cr_expect_eq(create(), STORE_STOPPED, "%s", damages[i]);
        cr_expect_eq(store_state(store).health, STORE_FAILED, "%s", damages[i]);
    }
    change_file(&scratch, "DELETE FROM setting WHERE name = 'highest_deleted'");
    reopen();
    cr_expect_eq(create(), STORE_OK);
}

/* Far ahead of the clock, in the counter's last place: the next millisecond follows. */
Test(minting, a_stored_id_ahead_of_the_clock_is_followed)
{
    static const char text[] = "028bcfe5-68ff-8fff-81ff-494e54471234";
    struct identifier ahead;
    cr_assert(identifier_parse(text_of(text), &ahead));
    fixture_create(store, "acme", "x", true);
    change_file(&scratch, "UPDATE integration SET id = x'028bcfe568ff8fff81ff494e54471234'");
    reopen();
    const struct identifier next = fixture_create(store, "acme", "x", true);
    cr_expect_arr_eq(next.bytes, ((uint8_t[]){0x02, 0x8b, 0xcf, 0xe5, 0x69, 0x00}), 6);
}

/* An ID that may be garbage is not followed. */
Test(minting, an_index_that_leads_to_another_row_is_damage)
{
    unsigned char page[PAGE_SIZE];
    fixture_create(store, "acme", "x", true);
    fixture_close(&store);
    read_page(&scratch, "sqlite_autoindex_integration_1", page);
    change_file(&scratch, "UPDATE integration SET id = x'018bcfe568ff8fff81ff494e54471234'");
    swap_page(&scratch, "sqlite_autoindex_integration_1", page);
    store = fixture_open(&scratch, "und");
    cr_expect_eq(create(), STORE_STOPPED);
    cr_expect_eq(store_state(store).health, STORE_FAILED);
}
