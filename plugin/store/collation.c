// SPDX-License-Identifier: MIT
#include "plugin/store/collation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/uenum.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "plugin/base/failure.h"
#include "vault/process_lock.h"

struct collation {
    struct collation *next;
    size_t references;
    UCollator *collator;
    char fingerprint[256];
    char tag[]; /* The locale as it was asked for. */
};

static struct vault_process_lock lock; /* Guards the list and the references. */
static struct collation *collations;

/* False also if *error says why. */
static bool parse_locale(const char *tag, char locale[ULOC_FULLNAME_CAPACITY], UErrorCode *error)
{
    int32_t parsed = 0;
    uloc_forLanguageTag(tag, locale, ULOC_FULLNAME_CAPACITY, &parsed, error);
    return U_SUCCESS(*error) && parsed == (int32_t)strlen(tag);
}

/*
 * Whether ICU knows the language, and the collation that the tag may ask for (`-u-co-`). For what it
 * does not know it would take the root's order without a word. False also if *error says why.
 */
static bool is_known(const char *locale, UErrorCode *error)
{
    char language[ULOC_LANG_CAPACITY], asked[ULOC_KEYWORDS_CAPACITY];
    uloc_getLanguage(locale, language, sizeof language, error);
    const bool speaks = *language == '\0' || *uloc_getISO3Language(locale) != '\0';
    const int32_t size = uloc_getKeywordValue(locale, "collation", asked, sizeof asked, error);
    if (U_FAILURE(*error) || size == 0)
        return speaks && U_SUCCESS(*error);
    UEnumeration *values = ucol_getKeywordValuesForLocale("collation", locale, false, error);
    bool found = false;
    for (const char *value; !found && (value = uenum_next(values, NULL, error)) != NULL;)
        found = strcmp(value, asked) == 0;
    uenum_close(values);
    return speaks && found;
}

/* NULL if *error says why. */
static UCollator *open_collator(const char *locale, UErrorCode *error)
{
    UCollator *collator = ucol_open(locale, error);
    ucol_setStrength(collator, UCOL_SECONDARY);
    ucol_setAttribute(collator, UCOL_NUMERIC_COLLATION, UCOL_ON, error);
    ucol_setAttribute(collator, UCOL_NORMALIZATION_MODE, UCOL_ON, error);
    if (U_SUCCESS(*error))
        return collator;
    ucol_close(collator);
    return NULL;
}

static void write_fingerprint(struct collation *collation, const char *tag)
{
    UVersionInfo rules, data;
    char rules_text[U_MAX_VERSION_STRING_LENGTH], data_text[U_MAX_VERSION_STRING_LENGTH];
    ucol_getVersion(collation->collator, rules);
    ucol_getUCAVersion(collation->collator, data);
    u_versionToString(rules, rules_text);
    u_versionToString(data, data_text);
    snprintf(collation->fingerprint, sizeof collation->fingerprint,
             "icu %s, rules %s, uca %s, locale %s, secondary, numeric, normalized", U_ICU_VERSION,
             rules_text, data_text, tag);
}

static int32_t open_locale(struct collation *collation, const char *tag, gql_failure *failure)
{
    UErrorCode error = U_ZERO_ERROR;
    char locale[ULOC_FULLNAME_CAPACITY];
    const bool parsed = parse_locale(tag, locale, &error);
    const bool known = parsed && is_known(locale, &error);
    if (known)
        collation->collator = open_collator(locale, &error);
    if (error == U_MEMORY_ALLOCATION_ERROR)
        return fail(
            failure, GQL_E_NO_MEMORY,
            "collation.locale: memory ran out while ICU loaded '%s'. ICU does that once in a "
            "process: if trying again does not help, restart the process",
            tag);
    if (!parsed)
        return fail(failure, GQL_E_CONFIG,
                    "collation.locale: '%s' is not a BCP 47 language tag, such as 'und', 'sv' or "
                    "'de-u-co-phonebk'",
                    tag);
    if (!known && U_SUCCESS(error))
        return fail(failure, GQL_E_CONFIG,
                    "collation.locale: ICU knows no order for '%s'. Correct the language, or the "
                    "collation after -u-co-; 'und' is the order for every language",
                    tag);
    if (collation->collator == NULL)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "ICU can't open the collation of the locale '%s' (%s); is its data installed?",
                    tag, u_errorName(error));
    return GQL_OK;
}

static int32_t make(const char *tag, struct collation **ret_collation, gql_failure *failure)
{
    struct collation *collation = calloc(1, sizeof *collation + strlen(tag) + 1);
    if (collation == NULL)
        return fail_no_memory(failure);
    const int32_t code = open_locale(collation, tag, failure);
    if (code != GQL_OK) {
        free(collation);
        return code;
    }
    strcpy(collation->tag, tag);
    write_fingerprint(collation, tag);
    *ret_collation = collation;
    return GQL_OK;
}

/* The place in the list of the locale's collation, or of the end. Call with the lock held. */
static struct collation **find(const char *tag)
{
    struct collation **place = &collations;
    while (*place != NULL && strcmp((*place)->tag, tag) != 0)
        place = &(*place)->next;
    return place;
}

int32_t collation_open(const char *tag, struct collation **ret_collation, gql_failure *failure)
{
    if (vault_process_lock_take(&lock))
        collations = NULL; /* The parent's, which another of its threads may have been changing. */
    struct collation **place = find(tag);
    const int32_t code = *place == NULL ? make(tag, place, failure) : GQL_OK;
    if (code == GQL_OK) {
        (*place)->references++;
        *ret_collation = *place;
    }
    vault_process_lock_give(&lock);
    return code;
}

int32_t collation_init(gql_failure *failure)
{
    static const char tailored[] = "sv"; /* The root's collation would not need ICU's cache. */
    struct collation *collation = NULL;
    struct sort_key key = {0};
    int32_t code = collation_open(tailored, &collation, failure);
    if (code == GQL_OK && !sort_key_make(collation, TEXT("\u00e9 10"), &key))
        code = fail_no_memory(failure);
    sort_key_finish(&key);
    collation_close(&collation);
    return code;
}

void collation_close(struct collation **collation)
{
    struct collation *old = *collation;
    if (old == NULL)
        return;
    *collation = NULL;
    vault_process_lock_take(&lock);
    const bool last = --old->references == 0;
    if (last)
        *find(old->tag) = old->next;
    vault_process_lock_give(&lock);
    if (!last)
        return;
    ucol_close(old->collator);
    free(old);
}

const char *collation_fingerprint(const struct collation *collation)
{
    return collation->fingerprint;
}

bool collation_fingerprint_locale(const char *fingerprint, char *ret_locale, size_t capacity)
{
    static const char before[] = ", locale ";
    const char *named = strstr(fingerprint, before);
    if (named == NULL)
        return false;
    named += sizeof before - 1;
    const size_t size = strcspn(named, ",");
    if (size == 0 || size >= capacity)
        return false;
    memcpy(ret_locale, named, size);
    ret_locale[size] = '\0';
    return true;
}

static bool make_key(const struct collation *collation, const UChar *title, int32_t units,
                     struct sort_key *key)
{
    int32_t size = ucol_getSortKey(collation->collator, title, units, key->room,
                                   (int32_t)sizeof key->room);
    key->data = key->room;
    if (size > (int32_t)sizeof key->room) {
        key->heap = malloc((size_t)size);
        if (key->heap == NULL)
            return false;
        size = ucol_getSortKey(collation->collator, title, units, key->heap, size);
        key->data = key->heap;
    }
    key->size = (size_t)size;
    return size > 0;
}

bool sort_key_make(const struct collation *collation, struct text title, struct sort_key *key)
{
    UChar room[512];
    UChar *heap = NULL, *units = room;
    int32_t count = 0;
    key->heap = NULL;
    /* There are at most as many UTF-16 units as UTF-8 bytes. */
    if (title.size > sizeof room / sizeof *room) {
        units = heap = malloc(title.size * sizeof *heap);
        if (heap == NULL)
            return false;
    }
    UErrorCode error = U_ZERO_ERROR;
    const int32_t capacity = heap == NULL ? (int32_t)(sizeof room / sizeof *room)
                                          : (int32_t)title.size;
    u_strFromUTF8WithSub(units, capacity, &count, title.data, (int32_t)title.size, 0xFFFD, NULL,
                         &error);
    const bool made = U_SUCCESS(error) && make_key(collation, units, count, key);
    free(heap);
    return made;
}

void sort_key_finish(struct sort_key *key)
{
    free(key->heap);
    key->heap = NULL;
}
