// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>

#include "plugin/instance/denial_budget.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE (DENIAL_SECONDS * SECOND)
#define BEGIN (1000 * MINUTE)

static struct denial_budget budget;

static void make(void)
{
    denial_budget_init(&budget);
}

static void clean(void)
{
    denial_budget_finish(&budget);
}

TestSuite(denial_budget, .init = make, .fini = clean);

/* Of `count` refusals, how many are recorded; *ret_held: as the last of them says. */
static int taken(struct text organization_id, struct text actor_id, uint64_t now, int count,
                 uint32_t *ret_held)
{
    int recorded = 0;
    for (int i = 0; i < count; i++)
        recorded += denial_budget_take(&budget, organization_id, actor_id, now, ret_held);
    return recorded;
}

Test(denial_budget, some_at_once_then_one_a_minute)
{
    uint32_t held = 99;
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN, 4000, &held), DENIALS_AT_ONCE);
    cr_expect_eq(held, 0);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN + MINUTE - 1, 10, &held), 0);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN + MINUTE, 1, &held), 1);
    cr_expect_eq(held, 4000 - DENIALS_AT_ONCE + 10);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN + MINUTE, 5, &held), 0);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN + 3 * MINUTE, 1, &held), 1);
    cr_expect_eq(held, 5);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), BEGIN + 3 * MINUTE, 1, &held), 1);
    cr_expect_eq(held, 0);
}

Test(denial_budget, after_a_pause_it_is_whole_again)
{
    uint32_t held = 0;
    taken(TEXT("acme"), TEXT("eve"), BEGIN, 100, &held);
    const uint64_t later = BEGIN + 1000 * MINUTE;
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), later, 1, &held), 1);
    cr_expect_eq(held, 100 - DENIALS_AT_ONCE);
    cr_expect_eq(taken(TEXT("acme"), TEXT("eve"), later, 100, &held), DENIALS_AT_ONCE - 1);
}

Test(denial_budget, each_actor_has_one_in_each_organization)
{
    uint32_t held;
    taken(TEXT("ab"), TEXT("c"), BEGIN, 100, &held);
    cr_expect_eq(taken(TEXT("a"), TEXT("bc"), BEGIN, 100, &held), DENIALS_AT_ONCE);
    cr_expect_eq(taken(TEXT("ab"), TEXT("d"), BEGIN, 100, &held), DENIALS_AT_ONCE);
    cr_expect_eq(taken(TEXT("ac"), TEXT("c"), BEGIN, 100, &held), DENIALS_AT_ONCE);
}

/* Whoever has many actors has no more places than there are. */
Test(denial_budget, many_actors_are_bounded_too)
{
    char name[16];
    uint32_t held;
    int recorded = 0;
    for (int i = 0; i < 4 * DENIAL_SETS * DENIAL_PLACES; i++) {
        const int size = snprintf(name, sizeof name, "eve-%d", i);
        recorded += taken(TEXT("acme"), (struct text){name, (size_t)size}, BEGIN, 20, &held);
    }
    cr_expect_leq(recorded, DENIAL_SETS * DENIAL_PLACES * DENIALS_AT_ONCE);
    cr_expect_gt(recorded, DENIAL_SETS * DENIAL_PLACES * DENIALS_AT_ONCE / 2);
    /* Later there is room for others. */
    cr_expect_eq(taken(TEXT("acme"), TEXT("adam"), BEGIN + 11 * MINUTE, 1, &held), 1);
    cr_expect_eq(held, 0);
}
