// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/instance/rejections.h"

#define SECOND UINT64_C(1000000000)

static struct rejections rejections;
static unsigned held;

static void make(void)
{
    rejections_init(&rejections, "Changes");
}

static void clean(void)
{
    rejections_finish(&rejections);
}

TestSuite(rejections, .init = make, .fini = clean);

static uint64_t proved;

static void expect_state(uint64_t now, enum store_health health, const char *part)
{
    const struct store_state state = rejections_state(&rejections, now, proved);
    cr_expect_eq(state.health, health, "%d: %s", state.health, state.reason);
    cr_expect_not_null(strstr(state.reason, part), "'%s' is not in: %s", part, state.reason);
}

static void reject(uint64_t now, int times)
{
    for (int i = 0; i < times; i++)
        rejections_add(&rejections, STORE_FULL, "why", now, &held);
}

Test(rejections, what_has_no_cause_is_no_failure_of_the_store)
{
    static const enum store_status none[] = {STORE_OK, STORE_NOT_FOUND, STORE_CONFLICT,
                                             STORE_EXHAUSTED, STORE_EXPIRED};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect_null(rejections_cause(none[i]));
    cr_expect_not_null(rejections_cause(STORE_BROKEN));
}

Test(rejections, some_degrade_and_several_in_a_row_fail)
{
    expect_state(SECOND, STORE_HEALTHY, "");
    reject(SECOND, 1);
    expect_state(SECOND, STORE_DEGRADED, "disk is full: why");
    reject(SECOND, 2);
    expect_state(SECOND, STORE_FAILED, "Changes rejected in a row: 3");
    rejections_end(&rejections, SECOND, &held);
    expect_state(SECOND, STORE_HEALTHY, "");
    reject(SECOND, 1);
    expect_state(SECOND, STORE_DEGRADED, "");
}

Test(rejections, a_proof_ends_what_was_rejected_before)
{
    proved = SECOND;
    reject(SECOND, 3);
    expect_state(2 * SECOND, STORE_FAILED, "");
    proved = 2 * SECOND;
    expect_state(2 * SECOND, STORE_HEALTHY, "");
    reject(3 * SECOND, 2);
    expect_state(3 * SECOND, STORE_DEGRADED, "in a row: 2");
}

Test(rejections, a_minute_without_calls_says_nothing_any_more)
{
    reject(SECOND, 3);
    expect_state(60 * SECOND, STORE_FAILED, "");
    expect_state(61 * SECOND, STORE_HEALTHY, "");
    reject(62 * SECOND, 1);
    expect_state(62 * SECOND, STORE_FAILED, "");
}

Test(rejections, the_end_counts_what_no_line_told)
{
    cr_expect_not(rejections_may_end(&rejections));
    reject(SECOND, 5);
    rejections_add(&rejections, STORE_SHORTAGE, "", SECOND, &held);
    rejections_add(&rejections, STORE_SHORTAGE, "", SECOND, &held);
    cr_expect_not(rejections_add(&rejections, STORE_BROKEN, "", SECOND, &held), "logged twice");
    cr_expect(rejections_may_end(&rejections));
    cr_expect(rejections_end(&rejections, SECOND, &held));
    cr_expect_eq(held, 5, "%u", held);
    cr_expect_not(rejections_may_end(&rejections));
}

/* Calls that fail and succeed in turn must not flood the log; nothing is forgotten either. */
Test(rejections, ends_are_told_once_a_minute)
{
    reject(SECOND, 1);
    cr_expect(rejections_end(&rejections, SECOND, &held));
    for (int i = 0; i < 3; i++) {
        reject(SECOND, 2);
        cr_expect_not(rejections_end(&rejections, SECOND, &held));
    }
    cr_expect(rejections_end(&rejections, 62 * SECOND, &held));
    cr_expect_eq(held, 6, "%u", held);
}
