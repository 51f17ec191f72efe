// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>

#include "plugin/store/collation.h"

static int compare(const struct collation *collation, const char *a, const char *b)
{
    SORT_KEY_AUTO key_a, key_b;
    cr_assert(sort_key_make(collation, text_of(a), &key_a));
    cr_assert(sort_key_make(collation, text_of(b), &key_b));
    const int order = memcmp(key_a.data, key_b.data,
                             key_a.size < key_b.size ? key_a.size : key_b.size);
    return order != 0 ? order : (key_a.size > key_b.size) - (key_a.size < key_b.size);
}

static struct collation *open_collation(const char *locale)
{
    struct collation *collation = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(collation_open(locale, &collation, &failure), GQL_OK, "%s", failure.message);
    return collation;
}

Test(collation, a_locale_that_is_none_is_refused)
{
    static const char *const none[] = {
        "not a locale!", "en_US",           "qwertz",          "xx",
        "english",       "sv-u-co-garbage", "sv-u-co-phonebk", "xx-u-co-search",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct collation *collation = NULL;
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(collation_open(none[i], &collation, &failure), GQL_E_CONFIG, "%s", none[i]);
        cr_expect_null(collation);
        cr_expect_not_null(strstr(failure.message, none[i]), "%s", failure.message);
    }
}

Test(collation, locales_that_icu_knows_are_taken)
{
    static const char *const known[] = {
        "und",
        "en",
        "en-US",
        "de-u-co-phonebk",
        "tlh",
        "zh-Hant-TW",
        "sv-u-co-trad",
        "und-u-co-emoji",
        "de-CH",
        "sr-Latn",
        "es-u-co-search",
        "de-1996",
        "zh-Hans-u-co-pinyin",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct collation *collation = open_collation(known[i]);
        collation_close(&collation);
    }
}

Test(collation, natural_order)
{
    static const char *const rising[] = {
        "", "-1", "1", "2", "10", "a", "á", "ab", "b", "item2", "item10", "item010b", "Z", "漢",
    };
    struct collation *collation = open_collation("und");
    for (size_t i = 0; i + 1 < sizeof rising / sizeof *rising; i++)
        cr_expect_lt(compare(collation, rising[i], rising[i + 1]), 0, "'%s' is not before '%s'",
                     rising[i], rising[i + 1]);
    collation_close(&collation);
}

Test(collation, case_and_normalization_make_no_difference)
{
    struct collation *collation = open_collation("und");
    cr_expect_eq(compare(collation, "STRASSE", "strasse"), 0);
    cr_expect_eq(compare(collation, "caf\u00e9", "cafe\u0301"), 0);
    cr_expect_eq(compare(collation, "item2", "item02"), 0);
    cr_expect_neq(compare(collation, "resume", "r\u00e9sum\u00e9"), 0);
    collation_close(&collation);
}

Test(collation, a_locale_has_an_order_and_a_fingerprint_of_its_own)
{
    struct collation *root = open_collation("und"), *swedish = open_collation("sv");
    cr_expect_lt(compare(root, "ö", "z"), 0);
    cr_expect_gt(compare(swedish, "ö", "z"), 0);
    cr_expect_str_neq(collation_fingerprint(root), collation_fingerprint(swedish));
    collation_close(&root);
    collation_close(&swedish);
    collation_close(&swedish);
}

/* Keys of titles that exceed the room in the struct must compare as well. */
Test(collation, long_titles_get_long_keys)
{
    char a[1021], b[1021];
    struct collation *collation = open_collation("und");
    memset(a, 'x', 1020);
    memcpy(b, a, 1020);
    a[1020] = b[1020] = '\0';
    b[1019] = 'y';
    cr_expect_lt(compare(collation, a, b), 0);
    cr_expect_eq(compare(collation, a, a), 0);
    collation_close(&collation);
}

/* In any order of closing; what was refused, or closed, is not remembered. */
Test(collation, a_locale_is_shared)
{
    struct collation *first = open_collation("sv"), *other = open_collation("de");
    struct collation *second = open_collation("sv"), *wrong = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(first, second);
    cr_expect_neq(first, other);
    cr_expect_neq(collation_open("not a locale!", &wrong, &failure), GQL_OK);
    cr_expect_neq(collation_open("not a locale!", &wrong, &failure), GQL_OK);
    collation_close(&first);
    cr_expect_null(first);
    cr_expect_gt(compare(second, "ö", "z"), 0);
    cr_expect_lt(compare(other, "ö", "z"), 0);
    collation_close(&second);
    cr_expect_lt(compare(other, "ö", "z"), 0);
    first = open_collation("sv");
    cr_expect_gt(compare(first, "ö", "z"), 0);
    collation_close(&other);
    collation_close(&first);
}

enum { THREADS = 8, ROUNDS = 50 };

static void *open_and_close(void *unused)
{
    static const char *const locales[] = {"sv", "de", "und"};
    for (int i = 0; i < ROUNDS; i++) {
        struct collation *collation = open_collation(locales[i % 3]);
        cr_assert_eq(compare(collation, "ö", "z") > 0, i % 3 == 0);
        collation_close(&collation);
    }
    return unused;
}

Test(collation, threads_open_and_close_at_once)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, open_and_close, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}
