// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/instance/backlog.h"
#include "plugin/store/store.h"

#define NOW INT64_C(1800000000000)
#define HALF_MINUTE (30 * 1000)
#define HOOKS TEXT("hooks")

static struct backlog backlog;

static void make(void)
{
    backlog_init(&backlog);
}

static void clean(void)
{
    backlog_finish(&backlog);
}

TestSuite(backlog, .init = make, .fini = clean);

/* NULL: there is none. */
static void expect_taken(struct text consumer, const char *expected)
{
    struct backlog_item *item = backlog_take(&backlog, consumer);
    if (expected == NULL)
        cr_expect_null(item, "%s is left", item->id);
    else if (item == NULL)
        cr_expect_fail("%s is missing", expected);
    else
        cr_expect(text_equal(backlog_organization(item), text_of(expected)), "%.*s, not %s",
                  (int)item->size, item->id, expected);
    free(item);
}

/* The steps of a survey; -1: there is none to do. */
static int64_t place_of_survey(struct text consumer, int64_t now)
{
    int64_t place = -1;
    const bool surveys = backlog_surveys(&backlog, consumer, now, &place);
    cr_expect_eq(surveys, place != -1);
    return place;
}

static void end_survey(struct text consumer, int64_t now)
{
    backlog_surveyed(&backlog, consumer, place_of_survey(consumer, now), SURVEY_END, now);
}

/* ---- Organizations ---- */

Test(backlog, what_has_changed_is_taken_once_in_order)
{
    cr_expect_not(backlog_note(&backlog, TEXT("early")), "nobody has joined");
    cr_assert(backlog_join(&backlog, HOOKS));
    cr_assert(backlog_join(&backlog, HOOKS));
    cr_expect_eq(backlog.count, 1);
    cr_expect(backlog_note(&backlog, TEXT("b")));
    cr_expect(backlog_note(&backlog, TEXT("a")));
    cr_expect(backlog_note(&backlog, TEXT("b")));
    cr_expect(backlog_add(&backlog, HOOKS, TEXT("a")));
    expect_taken(HOOKS, "b");
    cr_expect(backlog_note(&backlog, TEXT("b")));
    expect_taken(HOOKS, "a");
    expect_taken(HOOKS, "b");
    expect_taken(HOOKS, NULL);
    cr_expect(backlog_note(&backlog, TEXT("c")), "the list begins anew");
    struct backlog_item *taken = backlog_take(&backlog, HOOKS);
    cr_assert_not_null(taken);
    backlog_note(&backlog, TEXT("c"));
    expect_taken(HOOKS, "c"); /* Who has taken it may still have it. */
    free(taken);
}

Test(backlog, ids_are_compared_as_a_whole)
{
    static const char bytes[] = "a\0b";
    cr_assert(backlog_join(&backlog, HOOKS));
    backlog_note(&backlog, (struct text){bytes, 1});
    backlog_note(&backlog, (struct text){bytes, 2});
    backlog_note(&backlog, (struct text){bytes, 3});
    for (size_t size = 1; size <= 3; size++) {
        struct backlog_item *item = backlog_take(&backlog, HOOKS);
        cr_assert_not_null(item);
        cr_expect_eq(item->size, size);
        free(item);
    }
}

Test(backlog, each_consumer_has_his_own)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    cr_assert(backlog_join(&backlog, TEXT("warehouse")));
    backlog_note(&backlog, TEXT("both"));
    cr_expect(backlog_add(&backlog, HOOKS, TEXT("one")));
    cr_expect_not(backlog_add(&backlog, TEXT("hook"), TEXT("stranger")));
    expect_taken(TEXT("hook"), NULL);
    expect_taken(TEXT("warehouse"), "both");
    expect_taken(TEXT("warehouse"), NULL);
    expect_taken(HOOKS, "both");
    expect_taken(HOOKS, "one");
    backlog_note(&backlog, TEXT("left behind")); /* Is freed with the backlog. */
}

Test(backlog, so_many_consumers_and_no_more)
{
    char name[CONSUMER_NAME_MAX + 1];
    for (int i = 0; i < BACKLOG_CONSUMERS_MAX; i++) {
        snprintf(name, sizeof name, "%064d", i);
        cr_assert(backlog_join(&backlog, text_of(name)));
    }
    cr_expect_not(backlog_join(&backlog, HOOKS));
    cr_expect(backlog_join(&backlog, text_of(name)), "who has joined is known");
}

/* ---- Versions ---- */

/* A claim that finds nothing in the first one. */
static void settle(struct text consumer)
{
    struct backlog_item *item = backlog_take(&backlog, consumer);
    cr_assert_not_null(item);
    backlog_settle(&backlog, consumer, item);
    free(item);
}

Test(backlog, what_was_empty_is_left_until_it_has_changed)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    cr_assert(backlog_join(&backlog, TEXT("warehouse")));
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 7));
    settle(HOOKS);
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 7));
    expect_taken(HOOKS, NULL);
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("b"), 7));
    expect_taken(HOOKS, "b"); /* Had events: it is not settled. */
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("b"), 7));
    expect_taken(HOOKS, "b");
    cr_expect(backlog_find(&backlog, TEXT("warehouse"), TEXT("a"), 7));
    expect_taken(TEXT("warehouse"), "a");
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 8));
    expect_taken(HOOKS, "a");
    cr_expect(backlog_note(&backlog, TEXT("a")));
    expect_taken(HOOKS, "a");
    cr_expect_not(backlog_find(&backlog, TEXT("stranger"), TEXT("a"), 7));
}

Test(backlog, without_a_version_nothing_is_settled)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    for (int i = 0; i < 2; i++) {
        cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 0));
        settle(HOOKS);
    }
    cr_expect(backlog_note(&backlog, TEXT("a")));
    settle(HOOKS);
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 7));
    cr_expect(backlog_note(&backlog, TEXT("a")));
    settle(HOOKS); /* It was visited after it was found. */
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 7));
    expect_taken(HOOKS, NULL);
    cr_expect(backlog_note(&backlog, TEXT("a")));
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 9));
    settle(HOOKS);
    cr_expect(backlog_find(&backlog, HOOKS, TEXT("a"), 9));
    expect_taken(HOOKS, NULL);
}

/* ---- Surveys ---- */

Test(backlog, a_survey_goes_on_where_its_last_step_ended)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    cr_expect_eq(place_of_survey(HOOKS, NOW), 0, "a new consumer needs one");
    backlog_surveyed(&backlog, HOOKS, 0, 1000, NOW);
    backlog_surveyed(&backlog, HOOKS, 0, 900, NOW); /* Another one's same step. */
    cr_expect_eq(place_of_survey(HOOKS, NOW), 1000);
    backlog_surveyed(&backlog, HOOKS, 1000, SURVEY_END, NOW);
    cr_expect_eq(place_of_survey(HOOKS, NOW), -1);
    cr_expect_eq(place_of_survey(TEXT("warehouse"), NOW), -1, "who has not joined has none");
}

Test(backlog, a_survey_comes_again_after_a_while)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    end_survey(HOOKS, NOW);
    cr_expect_eq(place_of_survey(HOOKS, NOW + HALF_MINUTE - 1), -1);
    cr_expect_eq(place_of_survey(HOOKS, NOW + HALF_MINUTE), 0);
    end_survey(HOOKS, NOW + HALF_MINUTE);
    cr_expect_eq(place_of_survey(HOOKS, NOW + HALF_MINUTE), -1);
    cr_expect_eq(place_of_survey(HOOKS, NOW - 1), 0, "the clock was set back");
}

Test(backlog, doubts_during_a_survey_lead_to_another_one)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    end_survey(HOOKS, NOW);
    backlog_doubt(&backlog);
    cr_expect_eq(place_of_survey(HOOKS, NOW), 0);
    backlog_surveyed(&backlog, HOOKS, 0, 1000, NOW);
    backlog_doubt(&backlog);
    cr_expect_eq(place_of_survey(HOOKS, NOW), 1000, "the present one is not interrupted");
    backlog_surveyed(&backlog, HOOKS, 1000, SURVEY_END, NOW);
    cr_expect_eq(place_of_survey(HOOKS, NOW), 0);
    end_survey(HOOKS, NOW);
    cr_expect_eq(place_of_survey(HOOKS, NOW), -1);
}

Test(backlog, the_first_reminder_counts)
{
    cr_assert(backlog_join(&backlog, HOOKS));
    end_survey(HOOKS, NOW);
    cr_expect_not(backlog_is_reminded(&backlog, INT64_MAX), "there is no reminder");
    backlog_remind(&backlog, HOOKS, NOW + 20);
    backlog_remind(&backlog, HOOKS, NOW + 10);
    backlog_remind(&backlog, HOOKS, NOW + 15);
    backlog_remind(&backlog, TEXT("warehouse"), NOW);
    cr_expect_not(backlog_is_reminded(&backlog, NOW + 9));
    cr_expect_eq(place_of_survey(HOOKS, NOW + 9), -1);
    cr_expect(backlog_is_reminded(&backlog, NOW + 10));
    end_survey(HOOKS, NOW + 10);
    cr_expect_not(backlog_is_reminded(&backlog, NOW + 20), "its survey finds the others, too");
}
