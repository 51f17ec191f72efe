// SPDX-License-Identifier: MIT
/*
 * A page of events, written as a JSON list. How many events and bytes it examines is bounded, so
 * that a filter which few events pass does not occupy a reader.
 */
#ifndef PLUGIN_RESOLVERS_EVENT_PAGE_H
#define PLUGIN_RESOLVERS_EVENT_PAGE_H

#include <jansson.h>

#include "plugin/base/json_writer.h"
#include "plugin/store/store.h"

enum { EVENT_PAGE_MAX = 500, EVENT_PAGE_DEFAULT = 50 };

struct event_filter {
    struct text actor_id; /* No text: any. */
    const json_t *types;  /* A list of texts; NULL: any. */
    int64_t from, to;     /* Unix milliseconds, at or after and before; INT64_MIN and MAX: any. */
    bool keeps_erased;    /* Whether events without a body are on the page. */
};

static inline struct event_filter event_filter_of_all(void)
{
    return (struct event_filter){.from = INT64_MIN, .to = INT64_MAX, .keeps_erased = true};
}

struct event_page {
    struct store_event_range range;
    struct event_filter filter;
    int limit;

    /* What was read. */
    int count;
    int64_t position; /* Of the last event that was examined; 0: there was none. */
    bool has_more;

    /* event_page_read's. */
    struct json_writer *writer;
    enum store_status status;
    int examined;
    size_t began;
};

/*
 * Writes the list. If it fails, what was written is of no use; STORE_DAMAGED: an event has a body
 * that is none.
 */
enum store_status event_page_read(struct event_page *page, struct store_reader *reader,
                                  struct json_writer *writer);

#endif
