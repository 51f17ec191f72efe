// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/reader.h"

#include <stdio.h>

#include "plugin/base/organization.h"
#include "plugin/store/postgres/place.h"
#include "plugin/store/postgres/tuple.h"

/* A position as it stands in the index; without one, before or behind all of them. */
struct bound {
    struct sort_key key;
    const uint8_t *data;
    size_t size;
    struct text id;
};

static void bound_finish(struct bound *bound)
{
    sort_key_finish(&bound->key);
}

#define BOUND_AUTO __attribute__((cleanup(bound_finish))) struct bound

/* Higher than any key, which is shorter. */
static const uint8_t *highest_key(void)
{
    static _Thread_local uint8_t bytes[PLACE_KEY_MAX + 1];
    memset(bytes, 0xFF, sizeof bytes);
    return bytes;
}

static bool bound_make(struct bound *bound, const struct collation *collation,
                       const struct store_position *position, bool is_end)
{
    *bound = (struct bound){.id = TEXT("")};
    if (position == NULL) {
        bound->data = highest_key();
        bound->size = is_end ? PLACE_KEY_MAX + 1 : 0;
        return true;
    }
    if (!sort_key_make(collation, position->title, &bound->key))
        return false;
    bound->data = bound->key.data;
    bound->size = place_key_size(&bound->key);
    bound->id = (struct text){(const char *)position->id.bytes, IDENTIFIER_SIZE};
    return true;
}

static void add_scan(struct trip *trip, const struct store_range *range, const struct bound *after,
                     const struct bound *before, int limit)
{
    static const enum query queries[2][2] = {
        {QUERY_SCAN_FORWARD, QUERY_SCAN_BACKWARD},
        {QUERY_SCAN_ACTIVITY_FORWARD, QUERY_SCAN_ACTIVITY_BACKWARD},
    };
    const bool filtered = range->filter != STORE_ALL;
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)organization_tag(range->organization_id));
    wire_give_text(&given, range->organization_id);
    wire_give(&given, after->data, after->size);
    wire_give_text(&given, after->id);
    wire_give(&given, before->data, before->size);
    wire_give_text(&given, before->id);
    wire_give_bigint(&given, limit);
    if (filtered)
        wire_give_boolean(&given, range->filter == STORE_ACTIVE);
    trip_add(trip, queries[filtered][range->backward], &given);
}

static enum store_status take_list(struct postgres_reader *reader, const PGresult *result,
                                   struct text organization_id, struct integration_list *list)
{
    enum store_status status = STORE_OK;
    for (int row = 0; row < pq.PQntuples(result) && status == STORE_OK; row++) {
        struct integration found;
        status = tuple_of_organization(result, row, organization_id, &found, reader->base.detail);
        if (status == STORE_OK && !integration_list_append(list, &found))
            status = STORE_NO_MEMORY;
    }
    return status;
}

/* A list in another order than the collation's would skip some. */
static enum store_status check_order(struct postgres_reader *reader)
{
    if (atomic_load(&reader->database->verdict) == SETTINGS_AGREE)
        return STORE_OK;
    snprintf(reader->base.detail->text, sizeof reader->base.detail->text,
             "the database is ordered by another collation");
    return STORE_STOPPED;
}

enum store_status postgres_scan(struct store_reader *base, const struct store_range *range,
                                int limit, struct integration_list *list)
{
    struct postgres_reader *reader = (struct postgres_reader *)base;
    const struct collation *collation = reader->database->collation;
    BOUND_AUTO after = {.id = NO_TEXT};
    BOUND_AUTO before = {.id = NO_TEXT};
    if (!bound_make(&after, collation, range->after, false) ||
        !bound_make(&before, collation, range->before, true))
        return STORE_NO_MEMORY;
    enum store_status status = check_order(reader);
    if (status != STORE_OK)
        return status;
    const int place = reader_begin_last(reader);
    add_scan(&reader->last, range, &after, &before, limit);
    status = reader_run_last(reader);
    return status == STORE_OK
               ? take_list(reader, reader->last.results[place], range->organization_id, list)
               : status;
}
