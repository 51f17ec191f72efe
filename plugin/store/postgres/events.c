// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/reader.h"

#include "plugin/base/organization.h"
#include "plugin/store/postgres/tuple.h"

enum { EVENTS_TOGETHER = 500 };

static enum query query_of(const struct store_event_range *range)
{
    if (range->entity == NULL)
        return range->backward ? QUERY_GET_EVENTS_BACKWARD : QUERY_GET_EVENTS;
    return range->backward ? QUERY_GET_EVENTS_OF_ENTITY_BACKWARD : QUERY_GET_EVENTS_OF_ENTITY;
}

static void add_events(struct trip *trip, const struct store_event_range *range, int64_t limit)
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, (int32_t)organization_tag(range->organization_id));
    wire_give_text(&given, range->organization_id);
    wire_give_bigint(&given, range->after);
    wire_give_bigint(&given, range->before == 0 ? INT64_MAX : range->before);
    wire_give_bigint(&given, limit);
    if (range->entity != NULL)
        wire_give_identifier(&given, range->entity);
    trip_add(trip, query_of(range), &given);
}

enum store_status postgres_events(struct store_reader *base, const struct store_event_range *range,
                                  int64_t limit, trail_visit_fn visit, void *user)
{
    struct postgres_reader *reader = (struct postgres_reader *)base;
    struct store_event_range rest = *range;
    int64_t *last = range->backward ? &rest.before : &rest.after;
    while (limit > 0) {
        const int64_t most = limit < EVENTS_TOGETHER ? limit : EVENTS_TOGETHER;
        const int place = reader_begin_last(reader);
        add_events(&reader->last, &rest, most);
        const enum store_status status = reader_run_last(reader);
        if (status != STORE_OK)
            return status;
        const PGresult *result = reader->last.results[place];
        if (!tuple_visit_events(result, visit, user, last) || pq.PQntuples(result) < most)
            return STORE_OK;
        limit -= most;
    }
    return STORE_OK;
}
