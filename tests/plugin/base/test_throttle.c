// SPDX-License-Identifier: MIT
#include "plugin/base/throttle.h"

#include <criterion/criterion.h>

Test(throttle, one_a_minute_passes_and_counts_the_others)
{
    const uint64_t minute = UINT64_C(60000000000), start = 5;
    struct throttle throttle = {0};
    unsigned held = 99;
    cr_assert(throttle_pass(&throttle, start, &held));
    cr_expect_eq(held, 0);
    cr_expect(!throttle_pass(&throttle, start, &held));
    cr_expect(!throttle_pass(&throttle, start + minute - 1, &held));
    cr_assert(throttle_pass(&throttle, start + minute, &held));
    cr_expect_eq(held, 2, "%u", held);
    cr_assert(throttle_pass(&throttle, start + 3 * minute, &held));
    cr_expect_eq(held, 0, "%u", held);
}
