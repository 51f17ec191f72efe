// SPDX-License-Identifier: MIT
/* The looks, over a store that says what a test has put into it. */
#include <criterion/criterion.h>
#include <time.h>

#include "plugin/instance/inventory.h"
#include "plugin/store/engine.h"

/* {"exp":"2030-01-01T00:00:00Z"}, and a signature of zeros, which nobody looks at. */
#define TOKEN                                            \
    "v4.public.eyJleHAiOiIyMDMwLTAxLTAxVDAwOjAwOjAwWiJ9" \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const int64_t expiry = 1893456000000;

enum content { A_TOKEN, CLOSED, NOTHING };

static struct pool pool;
static struct inventory inventory;
static enum content content;
static enum inventory_step end;
static int busy; /* How many steps find all readers in use. */
static int looks;

static enum inventory_step take(struct store *store, struct store_inventory *look)
{
    (void)store;
    if (busy > 0) {
        busy--;
        return INVENTORY_LATER;
    }
    if (look->place[0]++ == 0)
        return INVENTORY_MORE;
    look->organization(look->user, "active");
    if (content == CLOSED)
        look->closed(look->user, TEXT("acme"));
    else if (content == A_TOKEN)
        look->token(look->user, TEXT("acme"), TEXT(TOKEN));
    looks++;
    return end;
}

static const struct store_engine engine = {.take_inventory = take};
static struct store store = {.engine = &engine};

static void make(void)
{
    pool_init(&pool, "test", 2, 0);
    content = A_TOKEN;
    end = INVENTORY_DONE;
    busy = looks = 0;
    inventory_init(&inventory, &store, &pool);
}

static void clean(void)
{
    inventory_stop(&inventory);
    inventory_finish(&inventory);
    pool_finish(&pool);
}

TestSuite(inventory, .init = make, .fini = clean);

static bool is_under_way(void)
{
    pthread_mutex_lock(&inventory.lock);
    const bool is = inventory.under_way;
    pthread_mutex_unlock(&inventory.lock);
    return is;
}

static void ask(void)
{
    inventory_borrow(&inventory);
    inventory_give_back(&inventory);
}

/* As if a minute had passed; waits for the end of the look. */
static void look_again(void)
{
    pthread_mutex_lock(&inventory.lock);
    inventory.due = 0;
    pthread_mutex_unlock(&inventory.lock);
    ask();
    for (int i = 0; i < 10000 && is_under_way(); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    cr_assert(!is_under_way());
}

static void expect_found(int64_t first, uint64_t active)
{
    const struct inventory_findings *found = inventory_borrow(&inventory);
    cr_expect_eq(expiries_first(&found->expiries, 0), first);
    cr_expect_eq(found->states.counts[0], active);
    inventory_give_back(&inventory);
}

Test(inventory, nobody_looks_before_somebody_asks_and_again_only_after_a_minute)
{
    cr_expect(!is_under_way());
    look_again();
    expect_found(expiry, 1);
    for (int i = 0; i < 100; i++)
        ask();
    cr_expect(!is_under_way());
    cr_expect_eq(looks, 1);
}

Test(inventory, what_is_gone_is_not_found_any_more)
{
    look_again();
    content = NOTHING;
    look_again();
    expect_found(INT64_MAX, 1);
}

Test(inventory, of_a_database_that_is_closed_what_was_found_is_kept)
{
    content = CLOSED;
    look_again();
    expect_found(INT64_MAX, 1);
    content = A_TOKEN;
    look_again();
    content = CLOSED;
    for (int i = 0; i < 3; i++)
        look_again();
    expect_found(expiry, 1);
}

Test(inventory, a_look_that_fails_leaves_what_was_found)
{
    look_again();
    content = NOTHING;
    end = INVENTORY_FAILED;
    look_again();
    expect_found(expiry, 1);
    cr_expect_eq(looks, 2);
}

Test(inventory, waits_for_a_reader_but_not_for_ever)
{
    busy = 3;
    look_again();
    expect_found(expiry, 1);
    content = NOTHING;
    busy = 1000000;
    look_again();
    expect_found(expiry, 1);
    cr_expect_eq(looks, 1);
}

Test(inventory, ends_while_a_look_is_under_way)
{
    busy = 1000000;
    ask();
    inventory_stop(&inventory);
    ask();
    cr_expect_eq(looks, 0);
}
