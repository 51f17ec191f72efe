// SPDX-License-Identifier: MIT
#include "plugin/resolvers/event_page.h"

#include <stdio.h>

#include "plugin/resolvers/event_position.h"
#include "plugin/resolvers/input.h"
#include "plugin/store/trail_body_check.h"
#include "vault/timestamp.h"

/* As large as some of the largest bodies together. */
enum { EXAMINED_MAX = 500, BYTES_MAX = 1 << 20 };

/* ---- The filter ---- */

static bool has_type(const json_t *types, struct text type)
{
    size_t i;
    const json_t *one;
    json_array_foreach(types, i, one) {
        if (text_equal((struct text){json_string_value(one), json_string_length(one)}, type))
            return true;
    }
    return types == NULL;
}

static bool is_of_time(const struct event_filter *filter, struct text time)
{
    int64_t ms;
    if (filter->from == INT64_MIN && filter->to == INT64_MAX)
        return true;
    return time.data != NULL && vault_timestamp_parse(time.data, time.size, &ms) &&
           ms >= filter->from && ms < filter->to;
}

static bool passes(const struct event_filter *filter, const json_t *body)
{
    return (filter->actor_id.data == NULL ||
            text_equal(member_text(body, "actorId"), filter->actor_id)) &&
           has_type(filter->types, member_text(body, "eventType")) &&
           is_of_time(filter, member_text(body, "time"));
}

/* ---- Writing ---- */

/* Up to where the members of the body follow. */
static void write_place(struct event_page *page, const struct trail_event *event)
{
    char position[EVENT_POSITION_SIZE];
    struct json_writer *writer = page->writer;
    event_position_write(page->range.organization_id, event->sequence, position);
    if (page->count++ > 0)
        json_write(writer, ",");
    json_write(writer, "{\"position\":");
    json_write_string(writer, text_of(position));
    json_write(writer, ",\"sequence\":");
    json_write_integer(writer, event->sequence);
    json_write(writer, ",");
}

static void write_erased(struct event_page *page, const struct trail_event *event)
{
    static const struct identifier nobody;
    char id[IDENTIFIER_TEXT_SIZE];
    struct json_writer *writer = page->writer;
    write_place(page, event);
    json_write(writer, "\"organizationId\":");
    json_write_string(writer, page->range.organization_id);
    if (!identifier_equal(&event->entity, &nobody)) {
        identifier_write(&event->entity, id);
        json_write(writer, ",\"aggregateId\":");
        json_write_string(writer, (struct text){id, sizeof id});
    }
    json_write(writer, ",\"isErased\":true}");
}

/* The body is an object that is not empty: the rest of its text follows its first brace. */
static void write_whole(struct event_page *page, const struct trail_event *event)
{
    const char *brace = memchr(event->body.data, '{', event->body.size);
    const size_t before = (size_t)(brace + 1 - event->body.data);
    write_place(page, event);
    json_write_raw(page->writer, (struct text){brace + 1, event->body.size - before});
}

static enum store_status write_if_wanted(struct event_page *page, const struct trail_event *event)
{
    json_t *body;
    const enum trail_body_verdict verdict = trail_body_read(event->body,
                                                            page->range.organization_id, &body);
    if (verdict != TRAIL_BODY_FITS)
        return verdict == TRAIL_BODY_NO_MEMORY ? STORE_NO_MEMORY : STORE_DAMAGED;
    if (passes(&page->filter, body))
        write_whole(page, event);
    json_decref(body);
    return STORE_OK;
}

/* ---- Reading ---- */

static bool is_full(const struct event_page *page)
{
    return page->count == page->limit || page->examined == EXAMINED_MAX ||
           page->writer->size - page->began >= BYTES_MAX;
}

static bool visit(void *user, const struct trail_event *event)
{
    struct event_page *page = user;
    page->has_more = is_full(page);
    if (page->has_more)
        return false;
    page->examined++;
    page->position = event->sequence;
    if (event->body.data != NULL)
        page->status = write_if_wanted(page, event);
    else if (page->filter.keeps_erased)
        write_erased(page, event);
    return page->status == STORE_OK;
}

static enum store_status say_which(const struct event_page *page, struct store_reader *reader)
{
    struct store_detail *detail = store_reader_detail(reader);
    snprintf(detail->text, sizeof detail->text,
             "event %lld of the organization '%.128s' has a body that is not its own; "
             "'integrationsctl audit verify' tells more",
             (long long)page->position, page->range.organization_id.data);
    return STORE_DAMAGED;
}

enum store_status event_page_read(struct event_page *page, struct store_reader *reader,
                                  struct json_writer *writer)
{
    page->writer = writer;
    page->status = STORE_OK;
    page->began = writer->size;
    json_write(writer, "[");
    enum store_status status = store_events(reader, &page->range, EXAMINED_MAX + 1, visit, page);
    json_write(writer, "]");
    if (status == STORE_OK)
        status = page->status;
    return status == STORE_DAMAGED && page->status == STORE_DAMAGED ? say_which(page, reader)
                                                                    : status;
}
