// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/row_order.h"

#include <criterion/criterion.h>

static struct row_place place(const char *key, uint8_t id)
{
    return (struct row_place){key, strlen(key), {{id}}};
}

static enum store_status take(struct row_order *order, const char *key, uint8_t id)
{
    struct store_detail detail;
    const struct row_place taken = place(key, id);
    return row_order_take(order, &taken, &detail);
}

Test(row_order, is_by_key_then_length_then_id)
{
    const struct row_place places[] = {place("", 9),   place("a", 1),  place("a", 2),
                                       place("aa", 0), place("ab", 0), place("b", 0)};
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            const int order = row_place_compare(&places[i], &places[j]);
            cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%d and %d: %d", i, j,
                         order);
        }
    }
}

Test(row_order, takes_rows_that_rise_strictly)
{
    ROW_ORDER_AUTO order = {0};
    cr_expect_eq(take(&order, "", 0), STORE_OK);
    cr_expect_eq(take(&order, "a", 1), STORE_OK);
    cr_expect_eq(take(&order, "a", 1), STORE_DAMAGED, "twice");
    cr_expect_eq(take(&order, "a", 0), STORE_DAMAGED);
    cr_expect_eq(take(&order, "a", 2), STORE_OK);
    cr_expect_eq(take(&order, "a long key, for which room must be made", 0), STORE_OK);
    cr_expect_eq(take(&order, "a", 3), STORE_DAMAGED);
    cr_expect_eq(take(&order, "b", 0), STORE_OK);
}

Test(row_order, takes_rows_that_fall_strictly)
{
    ROW_ORDER_AUTO order = {.backward = true};
    cr_expect_eq(take(&order, "b", 1), STORE_OK);
    cr_expect_eq(take(&order, "b", 1), STORE_DAMAGED, "twice");
    cr_expect_eq(take(&order, "c", 0), STORE_DAMAGED);
    cr_expect_eq(take(&order, "b", 0), STORE_OK);
    cr_expect_eq(take(&order, "", 9), STORE_OK);
}
