// SPDX-License-Identifier: MIT
#include "tests/faults/truth.h"

#include <criterion/criterion.h>

#include "plugin/store/collation.h"

static int compare_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

/* By organization, title and ID. */
static int compare(const struct truth *truth, const struct integration *a,
                   const struct integration *b)
{
    SORT_KEY_AUTO a_key, b_key;
    cr_assert(sort_key_make(truth->collation, a->title, &a_key));
    cr_assert(sort_key_make(truth->collation, b->title, &b_key));
    int order = compare_bytes(a->organization_id.data, a->organization_id.size,
                              b->organization_id.data, b->organization_id.size);
    if (order == 0)
        order = compare_bytes(a_key.data, a_key.size, b_key.data, b_key.size);
    return order != 0 ? order : memcmp(a->id.bytes, b->id.bytes, IDENTIFIER_SIZE);
}

void truth_add(struct truth *truth, const struct integration *integration)
{
    size_t place = truth->count++;
    cr_assert_leq(truth->count, TRUTH_MAX);
    while (place > 0 && compare(truth, &truth->items[place - 1].integration, integration) > 0) {
        truth->items[place] = truth->items[place - 1];
        place--;
    }
    cr_assert(integration_copy_init(&truth->items[place], integration));
}

static size_t find(const struct truth *truth, const struct identifier *id)
{
    size_t i = 0;
    while (i < truth->count && !identifier_equal(&truth->items[i].integration.id, id))
        i++;
    return i;
}

void truth_remove(struct truth *truth, const struct identifier *id)
{
    const size_t place = find(truth, id);
    cr_assert_lt(place, truth->count);
    integration_copy_finish(&truth->items[place]);
    truth->count--;
    memmove(&truth->items[place], &truth->items[place + 1],
            (truth->count - place) * sizeof *truth->items);
}

void truth_finish(struct truth *truth)
{
    while (truth->count > 0)
        integration_copy_finish(&truth->items[--truth->count]);
}

const struct integration *truth_find(const struct truth *truth, const struct identifier *id)
{
    const size_t place = find(truth, id);
    return place == truth->count ? NULL : &truth->items[place].integration;
}

struct store_counts truth_counts(const struct truth *truth, struct text organization_id)
{
    struct store_counts counts = {0, 0};
    for (size_t i = 0; i < truth->count; i++) {
        const struct integration *item = &truth->items[i].integration;
        if (!text_equal(item->organization_id, organization_id))
            continue;
        counts.active += item->is_active;
        counts.inactive += !item->is_active;
    }
    return counts;
}

static bool is_same_text(struct text a, struct text b)
{
    return (a.data == NULL) == (b.data == NULL) && text_equal(a, b);
}

bool truth_is_same(const struct integration *a, const struct integration *b)
{
    return a->version == b->version && a->is_active == b->is_active &&
           is_same_text(a->title, b->title) &&
           is_same_text(a->organization_id, b->organization_id) &&
           is_same_text(a->credential_ref, b->credential_ref);
}

unsigned truth_judge_one(const struct truth *truth, const struct identifier *id,
                         const struct integration *answer)
{
    const struct integration *right = truth_find(truth, id);
    if (right == NULL || answer == NULL)
        return right == answer ? 0 : answer == NULL ? WRONG_LOST : WRONG_EXTRA;
    return identifier_equal(&answer->id, id) && truth_is_same(right, answer) ? 0 : WRONG_CONTENT;
}

/* `place` is an item's. */
static bool is_in(const struct truth *truth, const struct store_range *range, size_t place)
{
    const struct integration *item = &truth->items[place].integration;
    const struct store_position *start = range->backward ? range->before : range->after;
    if (!text_equal(item->organization_id, range->organization_id) ||
        (range->filter != STORE_ALL && item->is_active != (range->filter == STORE_ACTIVE)))
        return false;
    if (start == NULL)
        return true;
    return range->backward ? place < find(truth, &start->id) : place > find(truth, &start->id);
}

/* Sets at most `limit` items in the range's order. */
static size_t list_range(const struct truth *truth, const struct store_range *range, size_t limit,
                         const struct integration *items[])
{
    size_t count = 0;
    for (size_t i = 0; i < truth->count && count < limit; i++) {
        const size_t place = range->backward ? truth->count - 1 - i : i;
        if (is_in(truth, range, place))
            items[count++] = &truth->items[place].integration;
    }
    return count;
}

static const struct integration *find_in(const struct integration_list *list,
                                         const struct identifier *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (identifier_equal(&list->items[i].id, id))
            return &list->items[i];
    }
    return NULL;
}

static unsigned judge_row(const struct truth *truth, const struct store_range *range,
                          const struct integration_list *answer, size_t row)
{
    const struct integration *item = &answer->items[row];
    const size_t place = find(truth, &item->id);
    if (find_in(answer, &item->id) != item)
        return WRONG_TWICE;
    if (place == truth->count || !is_in(truth, range, place))
        return WRONG_EXTRA;
    return truth_is_same(&truth->items[place].integration, item) ? 0 : WRONG_CONTENT;
}

unsigned truth_judge_page(const struct truth *truth, const struct store_range *range, size_t limit,
                          const struct integration_list *answer)
{
    const struct integration *right[TRUTH_MAX];
    const size_t count = list_range(truth, range, limit, right);
    unsigned wrong = 0, moved = 0;
    for (size_t i = 0; i < answer->count; i++)
        wrong |= judge_row(truth, range, answer, i);
    for (size_t i = 0; i < count; i++) {
        if (find_in(answer, &right[i]->id) == NULL)
            wrong |= WRONG_LOST;
        else if (i >= answer->count || !identifier_equal(&answer->items[i].id, &right[i]->id))
            moved = WRONG_ORDER;
    }
    return wrong != 0 ? wrong : moved;
}
