// SPDX-License-Identifier: MIT
/* gql_events.read: who did what in an organization. */
#include "plugin/resolvers/denial.h"
#include "plugin/resolvers/event_input.h"
#include "plugin/resolvers/event_page.h"
#include "plugin/resolvers/event_position.h"
#include "plugin/resolvers/events.h"
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/permission.h"

struct reading {
    struct operation operation;
    struct identifier entity;
    struct event_page page;
    struct json_writer writer;
};

static struct reading *reading_of(struct store_read *read)
{
    return (struct reading *)operation_of_read(read);
}

/* ---- Arguments ---- */

/* What is the ID of nothing has no events: all zeros are of denials that are about no entity. */
static bool take_entity(struct operation *operation, struct reading *reading)
{
    if (!member_given(operation->arguments, "entityId"))
        return true;
    if (!identifier_parse(member_text(operation->arguments, "entityId"), &reading->entity))
        memset(reading->entity.bytes, 0xFF, IDENTIFIER_SIZE);
    reading->page.range.entity = &reading->entity;
    return true;
}

static bool take_direction(struct operation *operation, struct event_page *page)
{
    const json_t *backward = json_object_get(operation->arguments, "backward");
    page->range.backward = json_is_true(backward);
    if (!member_given(operation->arguments, "backward") || json_is_boolean(backward))
        return true;
    operation_reject_argument(operation, "backward", "This must be true, false or null");
    return false;
}

static bool take_types(struct operation *operation, const json_t *filter,
                       struct event_filter *ret_filter)
{
    size_t i;
    const json_t *type;
    if (!member_given(filter, "eventTypes"))
        return true;
    const json_t *types = json_object_get(filter, "eventTypes");
    bool good = json_is_array(types);
    json_array_foreach(types, i, type)
        good = good && json_is_string(type);
    ret_filter->types = types;
    if (!good)
        operation_reject_argument(operation, "filter.eventTypes", "This must be a list of texts");
    return good;
}

static bool take_filter(struct operation *operation, struct event_page *page)
{
    const json_t *filter = json_object_get(operation->arguments, "filter");
    page->filter = event_filter_of_all();
    if (!member_given(operation->arguments, "filter"))
        return true;
    page->filter.actor_id = member_text(filter, "actorId");
    if (!json_is_object(filter) ||
        (member_given(filter, "actorId") && page->filter.actor_id.data == NULL)) {
        operation_reject_argument(operation, json_is_object(filter) ? "filter.actorId" : "filter",
                                  json_is_object(filter) ? "This must be a text"
                                                         : "This must be an object");
        return false;
    }
    page->filter.keeps_erased = !member_given(filter, "actorId") &&
                                !member_given(filter, "eventTypes") &&
                                !member_given(filter, "from") && !member_given(filter, "to");
    return take_types(operation, filter, &page->filter) &&
           event_input_take_time(operation, filter, "filter.from", &page->filter.from) &&
           event_input_take_time(operation, filter, "filter.to", &page->filter.to);
}

static bool take_page(struct operation *operation, struct event_page *page)
{
    page->range.organization_id = operation->organization_id;
    return event_input_take_limit(operation, &page->limit) &&
           event_input_take_position(operation, "after", &page->range.after) &&
           event_input_take_position(operation, "before", &page->range.before) &&
           take_direction(operation, page) && take_filter(operation, page);
}

/* ---- Reading and answering ---- */

static enum store_status read_page(struct store_read *read, struct store_reader *reader)
{
    struct reading *reading = reading_of(read);
    const struct operation *operation = &reading->operation;
    json_writer_begin_reply(&reading->writer, operation->instance->host, operation->reply);
    json_write(&reading->writer, "{\"events\":");
    return event_page_read(&reading->page, reader, &reading->writer);
}

static int32_t answer(struct store_read *read)
{
    char position[EVENT_POSITION_SIZE];
    struct reading *reading = reading_of(read);
    const struct event_page *page = &reading->page;
    struct json_writer *writer = &reading->writer;
    if (read->status != STORE_OK)
        return operation_reject_store(&reading->operation, read->status, &read->detail);
    json_write(writer, ",\"hasMore\":");
    json_write_bool(writer, page->has_more);
    json_write(writer, ",\"position\":");
    event_position_write(page->range.organization_id, page->position, position);
    json_write_string(writer, page->position == 0 ? NO_TEXT : text_of(position));
    json_write(writer, "}");
    return operation_resolve(&reading->operation, writer);
}

static int32_t start(struct operation *operation)
{
    struct reading *reading = (struct reading *)operation;
    if (!input_take_organization(operation, operation->arguments, "organizationId",
                                 &operation->organization_id))
        return GQL_OK;
    if (!may_read(operation->instance, operation->request, operation->organization_id))
        return denial_answer(operation, operation->organization_id, NO_TEXT, "READ");
    if (!take_page(operation, &reading->page) || !take_entity(operation, reading))
        return GQL_OK;
    return operation_read(operation, (struct store_route){operation->organization_id, NULL, 0},
                          read_page, answer);
}

static const struct operation_type reading_type = {.size = sizeof(struct reading),
                                                   .start = start,
                                                   .field = TALLY_EVENTS_READ};

int32_t events_read(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&reading_type, instance, call, reply);
}
