// SPDX-License-Identifier: MIT
/* Query.integrations: a page of an organization's integrations, as a Relay connection. */
#include "plugin/base/limits.h"
#include "plugin/resolvers/connection_output.h"
#include "plugin/resolvers/cursor.h"
#include "plugin/resolvers/denial.h"
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/page.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/resolvers.h"

struct listing {
    struct operation operation;
    enum cursor_order order;
    struct cursor after;
    struct cursor before;
    struct error rejection; /* Of a cursor. Without a detail: none. */
    uint8_t secret[16];     /* The database's, for cursors. */
    struct page_request request;
    struct store_counts counts;
    struct page page;
};

static struct listing *listing_of(struct store_read *read)
{
    return (struct listing *)operation_of_read(read);
}

/* ---- Arguments ---- */

static bool take_count(struct operation *operation, const char *name, int *ret_count)
{
    int32_t count = PAGE_ABSENT;
    if (!member_given(operation->arguments, name) ||
        (member_int(operation->arguments, name, &count) && count >= 0 && count <= PAGE_SIZE_MAX)) {
        *ret_count = count;
        return true;
    }
    operation_reject_argument(operation, name,
                              "A page has 0 to " LIMIT_TEXT(PAGE_SIZE_MAX) " members");
    return false;
}

static bool reject_choice(struct operation *operation, const char *field, const char *allowed)
{
    operation_reject(operation, &(struct error){.code = ERROR_VALIDATION_ERROR,
                                                .field = field,
                                                .detail = "This value is not allowed here",
                                                .allowed_values = allowed});
    return false;
}

static bool take_order(struct operation *operation, struct listing *listing)
{
    const json_t *order = json_object_get(operation->arguments, "orderBy");
    const struct text direction = member_text(order, "direction");
    const bool given = member_given(operation->arguments, "orderBy");
    if (given && !text_equal(member_text(order, "field"), TEXT("TITLE")))
        return reject_choice(operation, "orderBy.field", "[\"TITLE\"]");
    if (given && !text_equal(direction, TEXT("ASC")) && !text_equal(direction, TEXT("DESC")))
        return reject_choice(operation, "orderBy.direction", "[\"ASC\",\"DESC\"]");
    listing->request.descending = given && text_equal(direction, TEXT("DESC"));
    listing->order = listing->request.descending ? CURSOR_TITLE_DESC : CURSOR_TITLE_ASC;
    return true;
}

static bool take_filter(struct operation *operation, struct page_request *request)
{
    const json_t *filter = json_object_get(operation->arguments, "filter");
    const json_t *is_active = json_object_get(filter, "isActive");
    request->filter = STORE_ALL;
    if (!member_given(filter, "isActive"))
        return true;
    if (!json_is_boolean(is_active)) {
        operation_reject_argument(operation, "filter.isActive", "This must be true, false or null");
        return false;
    }
    request->filter = json_is_true(is_active) ? STORE_ACTIVE : STORE_INACTIVE;
    return true;
}

static bool take_page(struct operation *operation, struct listing *listing)
{
    struct page_request *request = &listing->request;
    if (!take_count(operation, "first", &request->first) ||
        !take_count(operation, "last", &request->last))
        return false;
    if (request->first == PAGE_ABSENT && request->last == PAGE_ABSENT)
        request->first = PAGE_SIZE_DEFAULT;
    return true;
}

static bool take_arguments(struct listing *listing)
{
    struct operation *operation = &listing->operation;
    return take_order(operation, listing) && take_filter(operation, &listing->request) &&
           take_page(operation, listing);
}

/* ---- Reading and answering ---- */

/* Cursors are the database's: only its secret tells whether it made them. */
static bool read_cursor(struct listing *listing, const char *name, struct cursor *cursor,
                        const struct store_position **ret_position)
{
    const struct text text = member_text(listing->operation.arguments, name);
    const char *detail = "This is not a cursor of this list";
    *ret_position = NULL;
    if (!member_given(listing->operation.arguments, name))
        return true;
    switch (text.data == NULL ? CURSOR_FOREIGN
                              : cursor_read(listing->secret, listing->order, text, cursor)) {
    case CURSOR_GOOD:
        *ret_position = &cursor->position;
        return true;
    case CURSOR_OTHER_ORDER:
        detail = "This cursor was made for another orderBy";
        break;
    case CURSOR_FOREIGN:
        break;
    }
    listing->rejection =
        (struct error){.code = ERROR_VALIDATION_ERROR, .field = name, .detail = detail};
    return false;
}

static bool read_cursors(struct listing *listing, const uint8_t *secret)
{
    struct page_request *request = &listing->request;
    memcpy(listing->secret, secret, sizeof listing->secret);
    return read_cursor(listing, "after", &listing->after, &request->after) &&
           read_cursor(listing, "before", &listing->before, &request->before);
}

static enum store_status read_page(struct store_read *read, struct store_reader *reader)
{
    struct listing *listing = listing_of(read);
    const struct output *wanted = &listing->operation.output;
    enum store_status status = STORE_OK;
    if (!read_cursors(listing, store_secret(reader)))
        return STORE_OK; /* `answer` rejects it. */
    if (output_has(wanted, OUTPUT_CONNECTION_TOTAL))
        status = store_count(reader, listing->request.organization_id, &listing->counts);
    if (status == STORE_OK && (output_has(wanted, OUTPUT_CONNECTION_EDGES) ||
                               output_has(wanted, OUTPUT_CONNECTION_NODES) ||
                               output_has(wanted, OUTPUT_CONNECTION_PAGE_INFO)))
        status = page_read(reader, &listing->request, &listing->page);
    return status;
}

static int64_t total_of(const struct store_counts *counts, enum store_filter filter)
{
    return (filter == STORE_INACTIVE ? 0 : counts->active) +
           (filter == STORE_ACTIVE ? 0 : counts->inactive);
}

static int32_t answer(struct store_read *read)
{
    struct listing *listing = listing_of(read);
    struct operation *operation = &listing->operation;
    struct json_writer writer;
    if (read->status != STORE_OK)
        return operation_reject_store(operation, read->status, &read->detail);
    if (listing->rejection.detail != NULL)
        return operation_reject(operation, &listing->rejection);
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    write_connection(&writer,
                     &(struct connection_output){
                         .page = &listing->page,
                         .order = listing->order,
                         .secret = listing->secret,
                         .total = total_of(&listing->counts, listing->request.filter),
                     },
                     operation->output.first);
    return operation_resolve(operation, &writer);
}

static void finish(struct operation *operation)
{
    integration_list_finish(&((struct listing *)operation)->page.items);
}

static int32_t start(struct operation *operation)
{
    struct listing *listing = (struct listing *)operation;
    listing->request.wants_next = output_has(&operation->output, OUTPUT_PAGE_HAS_NEXT);
    listing->request.wants_previous = output_has(&operation->output, OUTPUT_PAGE_HAS_PREVIOUS);
    if (!input_take_organization(operation, operation->arguments, "organizationId",
                                 &operation->organization_id))
        return GQL_OK;
    listing->request.organization_id = operation->organization_id;
    if (!may_read(operation->instance, operation->request, operation->organization_id))
        return denial_answer(operation, operation->organization_id, NO_TEXT, "READ");
    if (!take_arguments(listing))
        return GQL_OK;
    return operation_read(operation, (struct store_route){operation->organization_id, NULL, 0},
                          read_page, answer);
}

static const struct operation_type listing_type = {
    .size = sizeof(struct listing),
    .start = start,
    .finish = finish,
    .output = &output_connection,
    .field = TALLY_QUERY_INTEGRATIONS,
};

int32_t resolve_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&listing_type, instance, call, reply);
}
