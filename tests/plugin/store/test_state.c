// SPDX-License-Identifier: MIT
#include "plugin/store/state.h"

#include <criterion/criterion.h>

static struct state_board board;

static void make(void)
{
    state_board_init(&board);
}

static void clean(void)
{
    state_board_finish(&board);
}

TestSuite(state, .init = make, .fini = clean);

static void expect_worst(enum store_health health, const char *reason)
{
    const struct store_state worst = state_worst(&board);
    cr_expect_eq(worst.health, health, "%d", worst.health);
    cr_expect_str_eq(worst.reason, reason);
}

Test(state, the_worst_report_counts_until_it_is_taken_back)
{
    expect_worst(STORE_HEALTHY, "");
    state_report(&board, STATE_CONTENT, STORE_FAILED, "damaged");
    state_report(&board, STATE_FILE, STORE_DEGRADED, "moved");
    expect_worst(STORE_FAILED, "damaged");
    state_report(&board, STATE_CONTENT, STORE_HEALTHY, "");
    expect_worst(STORE_DEGRADED, "moved");
    state_report(&board, STATE_FILE, STORE_HEALTHY, "");
    expect_worst(STORE_HEALTHY, "");
}

Test(state, only_a_change_of_health_is_news)
{
    cr_expect(!state_report(&board, STATE_COMMITS, STORE_HEALTHY, ""));
    cr_expect(state_report(&board, STATE_COMMITS, STORE_FAILED, "one"));
    cr_expect(!state_report(&board, STATE_COMMITS, STORE_FAILED, "two"));
    expect_worst(STORE_FAILED, "two");
    cr_expect(state_report(&board, STATE_COMMITS, STORE_HEALTHY, ""));
}
