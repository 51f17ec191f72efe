// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/instance/places.h"

static struct places places;

static void make(void)
{
    places_init(&places);
    places.limit = 10;
    places.limit_of_each = 4;
}

static void clean(void)
{
    places_finish(&places);
}

TestSuite(places, .init = make, .fini = clean);

Test(places, one_organization_leaves_room_for_others)
{
    struct place flood[4], more, others[4];
    for (int i = 0; i < 4; i++)
        cr_expect_eq(places_take(&places, &flood[i], TEXT("a")), PLACES_TAKEN);
    cr_expect_eq(places_take(&places, &more, TEXT("a")), PLACES_FULL_FOR_ORGANIZATION);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(places_take(&places, &others[i], TEXT("b")), PLACES_TAKEN);
    cr_expect_eq(places_take(&places, &more, TEXT("b")), PLACES_FULL_FOR_ORGANIZATION);
    places_free(&places, &flood[1]);
    cr_expect_eq(places_take(&places, &more, TEXT("a")), PLACES_TAKEN);
    places_free(&places, &more);
}

Test(places, there_is_a_limit_for_all)
{
    struct place taken[10], more;
    char ids[10];
    for (int i = 0; i < 10; i++) {
        ids[i] = (char)('a' + i);
        cr_expect_eq(places_take(&places, &taken[i], (struct text){&ids[i], 1}), PLACES_TAKEN);
    }
    cr_expect_eq(places_take(&places, &more, TEXT("z")), PLACES_FULL);
    for (int i = 9; i >= 0; i -= 3)
        places_free(&places, &taken[i]);
    for (int i = 9; i >= 0; i -= 3)
        cr_expect_eq(places_take(&places, &taken[i], TEXT("z")), PLACES_TAKEN);
    cr_expect_eq(places_take(&places, &more, TEXT("y")), PLACES_FULL);
}

/* Places in one bucket are taken and freed in any order. */
Test(places, any_order)
{
    struct place taken[4];
    for (unsigned order = 0; order < 24; order++) {
        bool held[4] = {true, true, true, true};
        for (int i = 0; i < 4; i++)
            cr_assert_eq(places_take(&places, &taken[i], TEXT("a")), PLACES_TAKEN);
        for (unsigned left = 4, rest = order; left > 0; rest /= left, left--) {
            unsigned which = rest % left, i = 0;
            while (!held[i] || which-- > 0)
                i++;
            held[i] = false;
            places_free(&places, &taken[i]);
        }
        cr_expect_eq(places.count, 0);
    }
}
