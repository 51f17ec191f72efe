// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/instance/version_table.h"

static struct version_table table;

static void clean(void)
{
    version_table_finish(&table);
}

TestSuite(version_table, .fini = clean);

Test(version_table, the_last_version_counts)
{
    cr_expect_eq(version_table_get(&table, 4), 0, "an empty one has none");
    version_table_put(&table, 4, 7);
    version_table_put(&table, 6, 8);
    version_table_put(&table, 4, 9);
    cr_expect_eq(version_table_get(&table, 4), 9);
    cr_expect_eq(version_table_get(&table, 6), 8);
    cr_expect_eq(version_table_get(&table, 8), 0);
    cr_expect_eq(table.count, 2);
}

/* Hashes that meet at one place, and the one that stands for no hash. */
Test(version_table, hashes_that_meet_are_kept_apart)
{
    static const uint64_t hashes[] = {0, 1 << 8, 1 << 16, UINT64_C(1) << 63, UINT64_MAX << 8};
    for (uint64_t i = 0; i < 5; i++)
        version_table_put(&table, hashes[i], i + 1);
    for (uint64_t i = 0; i < 5; i++)
        cr_expect_eq(version_table_get(&table, hashes[i]), i + 1, "%d", (int)i);
}

Test(version_table, it_grows_and_loses_none)
{
    enum { COUNT = 10000 };
    for (uint64_t i = 1; i <= COUNT; i++)
        version_table_put(&table, i * UINT64_C(0x9E3779B97F4A7C15), i);
    for (uint64_t i = 1; i <= COUNT; i++)
        cr_expect_eq(version_table_get(&table, i * UINT64_C(0x9E3779B97F4A7C15)), i);
    cr_expect_eq(table.count, COUNT);
    cr_expect_leq(table.capacity * sizeof *table.entries, COUNT * 48, "%zu places", table.capacity);
}
