// SPDX-License-Identifier: MIT
#include "plugin/resolvers/page.h"

struct source {
    struct store_reader *reader;
    const struct page_request *request;
};

/* Reads strictly between two positions of the list, from its start or its end. */
static enum store_status scan(const struct source *source, const struct store_position *after,
                              const struct store_position *before, bool from_end, int limit,
                              struct integration_list *list)
{
    const struct page_request *request = source->request;
    const struct store_range range = {
        .organization_id = request->organization_id,
        .filter = request->filter,
        .after = request->descending ? before : after,
        .before = request->descending ? after : before,
        .backward = from_end != request->descending,
    };
    return store_scan(source->reader, &range, limit, list);
}

static enum store_status probe(const struct source *source, const struct store_position *after,
                               const struct store_position *before, bool *ret_exists)
{
    INTEGRATION_LIST_AUTO list;
    integration_list_init(&list);
    const enum store_status status = scan(source, after, before, false, 1, &list);
    *ret_exists = list.count > 0;
    return status;
}

/* The neighbour of a position in the rising order: no integration lies between them. */
static struct store_position beside(const struct store_position *position, bool above)
{
    struct store_position result = *position;
    const uint8_t wrapped = above ? 0 : 0xFF;
    for (int i = IDENTIFIER_SIZE - 1; i >= 0; i--) {
        result.id.bytes[i] = (uint8_t)(result.id.bytes[i] + (above ? 1 : -1));
        if (result.id.bytes[i] != wrapped)
            break;
    }
    return result;
}

static struct store_position position_of(const struct integration *integration)
{
    return (struct store_position){integration->title, integration->id};
}

/* An empty page lies right after `after`, or, counted from the end, right before `before`. */
static enum store_status flag_empty(const struct source *source, bool from_end,
                                    const struct store_position *place, struct page *page)
{
    if (place == NULL)
        return probe(source, NULL, NULL, from_end ? &page->has_previous : &page->has_next);
    const struct store_position other = beside(place, from_end == source->request->descending);
    const struct store_position *lower = from_end ? &other : place;
    const struct store_position *upper = from_end ? place : &other;
    enum store_status status = probe(source, lower, NULL, &page->has_next);
    if (status == STORE_OK)
        status = probe(source, NULL, upper, &page->has_previous);
    return status;
}

/* Flags that the rows read so far do not decide. */
struct unknown {
    bool next;
    bool previous;
};

static enum store_status flag_rest(const struct source *source, struct unknown unknown,
                                   struct page *page)
{
    enum store_status status = STORE_OK;
    const struct store_position first = position_of(&page->items.items[0]);
    const struct store_position last = position_of(&page->items.items[page->items.count - 1]);
    if (unknown.next)
        status = probe(source, &last, NULL, &page->has_next);
    if (unknown.previous && status == STORE_OK)
        status = probe(source, NULL, &first, &page->has_previous);
    return status;
}

/* `last` of those that `first` left. */
static bool cut_to_last(struct integration_list *list, int last)
{
    if (last == PAGE_ABSENT || list->count <= (size_t)last)
        return false;
    const size_t dropped = list->count - (size_t)last;
    memmove(list->items, list->items + dropped, (size_t)last * sizeof *list->items);
    list->count = (size_t)last;
    return true;
}

/* Reads one row more than the page may have, to know whether there is one. */
static enum store_status read_rows(const struct source *source, bool from_end, struct page *page,
                                   bool *ret_more)
{
    const struct page_request *request = source->request;
    const int limit = from_end ? request->last : request->first;
    const enum store_status status = scan(source, request->after, request->before, from_end,
                                          limit + 1, &page->items);
    if (status != STORE_OK)
        return status;
    *ret_more = page->items.count > (size_t)limit;
    if (*ret_more)
        page->items.count = (size_t)limit;
    if (from_end)
        integration_list_reverse(&page->items);
    return STORE_OK;
}

/* `last: 0` drops all that `first` left: the page lies behind what was dropped. */
static enum store_status flag_dropped(const struct source *source, bool more,
                                      const struct store_position *last_dropped, struct page *page)
{
    page->has_previous = true;
    page->has_next = more;
    if (more || source->request->before == NULL)
        return STORE_OK;
    return probe(source, last_dropped, NULL, &page->has_next);
}

enum store_status page_read(struct store_reader *reader, const struct page_request *request,
                            struct page *page)
{
    const struct source source = {reader, request};
    const bool from_end = request->first == PAGE_ABSENT;
    bool more = false;
    *page = (struct page){0};
    const enum store_status status = read_rows(&source, from_end, page, &more);
    if (status != STORE_OK)
        return status;
    if (page->items.count == 0)
        return flag_empty(&source, from_end, from_end ? request->before : request->after, page);
    const struct store_position last = position_of(&page->items.items[page->items.count - 1]);
    const bool cut = !from_end && cut_to_last(&page->items, request->last);
    if (page->items.count == 0)
        return flag_dropped(&source, more, &last, page);
    page->has_next = !from_end && more;
    page->has_previous = cut || (from_end && more);
    const struct unknown unknown = {
        .next = request->wants_next && !page->has_next && request->before != NULL,
        .previous = request->wants_previous && !page->has_previous && request->after != NULL,
    };
    return flag_rest(&source, unknown, page);
}
