// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>

#include "plugin/instance/expiries.h"

static struct expiries expiries;

static void make(void)
{
    expiries = (struct expiries){0};
}

static void clean(void)
{
    expiries_finish(&expiries);
}

TestSuite(expiries, .init = make, .fini = clean);

static void add(int number, int64_t time)
{
    char id[16];
    snprintf(id, sizeof id, "o%d", number);
    cr_assert(expiries_add(&expiries, text_of(id), time));
}

Test(expiries, none_is_never)
{
    expiries_sort(&expiries);
    cr_expect_eq(expiries_first(&expiries, 0), INT64_MAX);
}

Test(expiries, of_an_organization_the_first_counts)
{
    add(1, 30);
    add(2, 20);
    add(1, 10);
    add(2, 40);
    expiries_sort(&expiries);
    cr_assert_eq(expiries.count, 2);
    cr_expect_eq(expiries.items[0].time, 10);
    cr_expect_eq(expiries.items[1].time, 20);
    cr_expect_eq(expiries_first(&expiries, 1), 20);
    cr_expect_eq(expiries_first(&expiries, 2), INT64_MAX);
}

/* In any order: what comes late takes the place of the last. */
Test(expiries, the_soonest_are_kept_and_the_others_added_up)
{
    enum { ALL = 2 * EXPIRIES_MOST };
    for (int i = 0; i < ALL; i++) {
        const int number = (i * 7919) % ALL; /* A prime: each number once. */
        add(number, number);
        add(number, number + 5);
    }
    expiries_sort(&expiries);
    cr_assert_eq(expiries.count, EXPIRIES_MOST);
    for (int i = 0; i < EXPIRIES_MOST; i++)
        cr_expect_eq(expiries.items[i].time, i);
    cr_expect_eq(expiries_first(&expiries, EXPIRIES_MOST - 1), EXPIRIES_MOST - 1);
    cr_expect_eq(expiries_first(&expiries, EXPIRIES_MOST), EXPIRIES_MOST);
}
