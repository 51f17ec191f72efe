// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/store/tenants/databases.h"

static struct waiting waiting, ended;
static struct visit visits[4];

static void start(void)
{
    waiting_init(&waiting);
    waiting_init(&ended);
    for (size_t i = 0; i < 4; i++)
        waiting_add(&waiting, &visits[i]);
}

/* Fails unless the list has the visits of these numbers, which it loses. */
static void expect(struct waiting *list, const char *numbers)
{
    for (const char *number = numbers; *number != '\0'; number++)
        cr_expect_eq(waiting_take(list), &visits[*number - '0'], "%s, at %s", numbers, number);
    cr_expect_null(waiting_take(list), "%s", numbers);
}

TestSuite(waiting, .init = start);

Test(waiting, who_comes_first_is_first_and_who_comes_back_is_in_front)
{
    struct visit *woken = waiting_take(&waiting);
    waiting_add(&waiting, woken);
    expect(&waiting, "0123");
    waiting_add(&waiting, &visits[2]);
    waiting_add(&waiting, &visits[1]);
    expect(&waiting, "12");
}

Test(waiting, all_are_taken)
{
    struct visit *first = waiting_take_all(&waiting);
    cr_expect_eq(first, &visits[0]);
    cr_expect_eq(first->next->next->next, &visits[3]);
    expect(&waiting, "");
    visits[3].waits_since = 0;
    waiting_add(&waiting, &visits[3]);
    expect(&waiting, "3");
}

Test(waiting, those_end_whose_deadline_has_passed_or_who_gave_up)
{
    static const uint32_t cancelled = 1;
    for (size_t i = 0; i < 4; i++)
        visits[i].waits_since = 10 * (i + 1);
    visits[1].deadline.at = 1;
    visits[3].deadline.cancelled = &cancelled;
    cr_expect(waiting_end_impatient(&waiting, 10, &ended));
    cr_expect_eq(visits[0].status, STORE_SHORTAGE);
    cr_expect_eq(visits[1].status, STORE_EXPIRED);
    cr_expect_eq(visits[3].status, STORE_EXPIRED);
    expect(&ended, "013");
    expect(&waiting, "2");
    cr_expect_not(waiting_end_impatient(&waiting, 0, &ended));
}
