// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/store/tenants/database_table.h"

enum { LIMIT = 3 };

static struct database_table table;

static void start(void)
{
    cr_assert(table_init(&table, LIMIT));
}

static void end(void)
{
    table_finish(&table);
}

TestSuite(database_table, .init = start, .fini = end);

static struct database *add(uint64_t hash, const char *id)
{
    struct database *database = table_take(&table, hash, text_of(id));
    cr_assert_not_null(database);
    atomic_store(&database->inside, DATABASE_OPEN);
    return database;
}

static void leave(struct database *database)
{
    atomic_fetch_sub(&database->inside, DATABASE_VISIT);
}

static void remove_closed(struct database *database)
{
    cr_assert_eq(atomic_load(&database->inside), 0);
    table_give(&table, database);
}

/* Hashes meet in a bucket, or are the same. */
Test(database_table, organizations_are_told_apart)
{
    struct database *acme = add(7, "acme"), *same = add(7, "ACME"), *near = add(7 + 4, "beta");
    cr_expect_eq(table_find(&table, 7, TEXT("acme")), acme);
    cr_expect_eq(table_find(&table, 7, TEXT("ACME")), same);
    cr_expect_eq(table_find(&table, 7 + 4, TEXT("beta")), near);
    cr_expect_null(table_find(&table, 7 + 4, TEXT("acme")));
    cr_expect_eq(table_look(&table, 7 + 4), near);
    cr_expect_null(table_look(&table, 7 + 8));
    cr_expect_not(database_is_of(table_look(&table, 7), TEXT("beta")));
    for (int i = 0; i < LIMIT; i++)
        remove_closed(table_shut(&table));
    cr_expect_null(table_look(&table, 7));
}

Test(database_table, places_are_used_again)
{
    struct database *places[LIMIT] = {add(1, "a"), add(2, "b"), add(3, "c")};
    cr_expect(table_is_full(&table));
    for (int round = 0; round < 3; round++) {
        struct database *shut = table_shut_idle(&table);
        cr_assert_not_null(shut);
        remove_closed(shut);
        cr_expect_not(table_is_full(&table));
        cr_expect_eq(add(100 + (uint64_t)round, "new"), shut);
    }
    int seen = 0;
    for (struct database *each = NULL; (each = table_next(&table, each)) != NULL; seen++)
        cr_expect(each == places[0] || each == places[1] || each == places[2]);
    cr_expect_eq(seen, LIMIT);
    cr_expect_eq(table.made, LIMIT);
}

Test(database_table, what_is_visited_stays_and_what_was_not_lately_goes)
{
    struct database *first = add(1, "a"), *second = add(2, "b"), *third = add(3, "c");
    cr_assert(database_enter(first));
    database_note_visit(first);
    database_note_visit(third);
    cr_expect_eq(table_shut_idle(&table), second, "the others were visited");
    cr_expect_eq(table_shut_idle(&table), third, "the first is visited now");
    cr_expect_null(table_shut_idle(&table));
    cr_expect_not(database_enter(second));
    leave(first);
    cr_expect_eq(table_shut_idle(&table), first);
}

Test(database_table, who_is_inside_when_all_are_shut_is_the_last)
{
    struct database *visited = add(1, "a"), *idle = add(2, "b");
    cr_expect_eq(table_enter_any(&table) == NULL, false);
    struct database *entered = atomic_load(&visited->inside) > DATABASE_OPEN ? visited : idle;
    cr_expect_eq(table_shut(&table), entered == visited ? idle : visited);
    cr_expect_null(table_shut(&table));
    cr_expect_null(table_enter_any(&table));
    cr_expect_eq(atomic_load(&entered->inside), DATABASE_VISIT);
    leave(entered);
    cr_expect_eq(atomic_load(&entered->inside), 0, "who leaves last knows it");
}

Test(database_table, an_empty_one_has_none)
{
    cr_expect_null(table_enter_any(&table));
    cr_expect_null(table_shut_idle(&table));
    cr_expect_null(table_shut(&table));
    cr_expect_null(table_next(&table, NULL));
}
