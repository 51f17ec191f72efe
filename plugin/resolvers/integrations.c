// SPDX-License-Identifier: MIT
/* Query.integrations: a page of an organization's integrations, as a Relay connection. */
#include "plugin/resolvers/connection_output.h"
#include "plugin/resolvers/cursor.h"
#include "plugin/resolvers/operation.h"
#include "plugin/resolvers/page.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/resolvers/selection.h"

enum { DEFAULT_PAGE = 20, LARGEST_PAGE = 100 };

/* The arguments, as they are understood. */
struct listing {
    struct text organization_id;
    enum cursor_order order;
    struct cursor after;
    struct cursor before;
    struct page_request page;
};

static bool take_count(struct operation *operation, const char *name, int *ret_count)
{
    const json_t *member = json_object_get(operation->arguments, name);
    if (!member_given(operation->arguments, name)) {
        *ret_count = PAGE_ABSENT;
        return true;
    }
    const json_int_t count = json_integer_value(member);
    if (json_is_integer(member) && count >= 0 && count <= LARGEST_PAGE) {
        *ret_count = (int)count;
        return true;
    }
    operation_reject_argument(operation, name, "A page has 0 to 100 members");
    return false;
}

static bool take_cursor(struct operation *operation, const char *name, enum cursor_order order,
                        struct cursor *cursor, const struct store_position **ret_position)
{
    const struct text text = member_text(operation->arguments, name);
    if (!member_given(operation->arguments, name))
        return true;
    switch (text.data == NULL
                ? CURSOR_FOREIGN
                : cursor_read(store_secret(operation->instance->store), order, text, cursor)) {
    case CURSOR_GOOD:
        *ret_position = &cursor->position;
        return true;
    case CURSOR_OTHER_ORDER:
        operation_reject_argument(operation, name, "This cursor was made for another orderBy");
        return false;
    case CURSOR_FOREIGN:
        break;
    }
    operation_reject_argument(operation, name, "This is not a cursor of this list");
    return false;
}

static void reject_choice(struct operation *operation, const char *field, const char *allowed)
{
    operation_reject(operation,
                     &(struct problem){.kind = PROBLEM_VALIDATION_ERROR,
                                       .field = field,
                                       .detail = "This is none of the values that are allowed here",
                                       .allowed_values = allowed});
}

static bool take_order(struct operation *operation, struct listing *listing)
{
    const json_t *order = json_object_get(operation->arguments, "orderBy");
    listing->order = CURSOR_TITLE_ASC;
    if (!member_given(operation->arguments, "orderBy"))
        return true;
    const struct text direction = member_text(order, "direction");
    if (!text_equal(member_text(order, "field"), TEXT("TITLE"))) {
        reject_choice(operation, "orderBy.field", "[\"TITLE\"]");
        return false;
    }
    if (!text_equal(direction, TEXT("ASC")) && !text_equal(direction, TEXT("DESC"))) {
        reject_choice(operation, "orderBy.direction", "[\"ASC\",\"DESC\"]");
        return false;
    }
    listing->page.descending = text_equal(direction, TEXT("DESC"));
    listing->order = listing->page.descending ? CURSOR_TITLE_DESC : CURSOR_TITLE_ASC;
    return true;
}

static bool take_filter(struct operation *operation, struct page_request *page)
{
    const json_t *filter = json_object_get(operation->arguments, "filter");
    const json_t *is_active = json_object_get(filter, "isActive");
    page->filter = STORE_ALL;
    if (!member_given(filter, "isActive"))
        return true;
    if (!json_is_boolean(is_active)) {
        operation_reject_argument(operation, "filter.isActive", "This must be true, false or null");
        return false;
    }
    page->filter = json_is_true(is_active) ? STORE_ACTIVE : STORE_INACTIVE;
    return true;
}

static bool take_arguments(struct operation *operation, struct listing *listing)
{
    struct page_request *page = &listing->page;
    *page = (struct page_request){0};
    if (!take_order(operation, listing) || !take_filter(operation, page) ||
        !take_count(operation, "first", &page->first) ||
        !take_count(operation, "last", &page->last) ||
        !take_cursor(operation, "after", listing->order, &listing->after, &page->after) ||
        !take_cursor(operation, "before", listing->order, &listing->before, &page->before))
        return false;
    if (page->first == PAGE_ABSENT && page->last == PAGE_ABSENT)
        page->first = DEFAULT_PAGE;
    return true;
}

static bool take_organization(struct operation *operation, struct listing *listing)
{
    if (!operation_take_organization(operation, operation->arguments, "organizationId",
                                     &listing->organization_id))
        return false;
    if (permitted_actions(operation->instance, operation->request, listing->organization_id) &
        GQL_ACTION_READ)
        return true;
    operation_reject_permission(operation, NO_TEXT, "READ");
    return false;
}

/* All from one snapshot, which ends before anything is written. */
static enum store_status read_all(struct operation *operation, struct listing *listing,
                                  const struct connection_selection *wanted,
                                  struct store_organization *organization, struct page *page,
                                  struct store_trouble *trouble)
{
    enum store_status status = STORE_OK;
    struct page_request *request = &listing->page;
    struct store_reader *reader = store_read_begin(operation->instance->store, &status, trouble);
    if (reader == NULL)
        return status;
    status = store_read_organization(reader, listing->organization_id, organization, trouble);
    request->wants_next = wanted->page_info &&
                          selects(wanted->page_info_below, "hasNextPage", NULL);
    request->wants_previous = wanted->page_info &&
                              selects(wanted->page_info_below, "hasPreviousPage", NULL);
    if (status == STORE_OK && (wanted->edges || wanted->nodes || wanted->page_info))
        status = page_read(reader, organization, request, page, trouble);
    store_read_end(reader);
    return status;
}

static int64_t total_of(const struct store_organization *organization, enum store_filter filter)
{
    return (filter == STORE_INACTIVE ? 0 : organization->active) +
           (filter == STORE_ACTIVE ? 0 : organization->inactive);
}

static void answer(struct operation *operation, struct listing *listing)
{
    struct page page = {0};
    struct store_organization organization;
    struct store_trouble trouble;
    struct json_writer writer;
    const struct connection_selection wanted = connection_selection_of(operation->selection);
    const enum store_status status = read_all(operation, listing, &wanted, &organization, &page,
                                              &trouble);
    if (status == STORE_OK) {
        json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
        write_connection(&writer, &wanted,
                         &(struct connection_output){
                             .page = &page,
                             .order = listing->order,
                             .secret = store_secret(operation->instance->store),
                             .total = total_of(&organization, listing->page.filter),
                         });
        operation_resolve(operation, &writer);
    } else {
        operation_reject_store(operation, status, &trouble);
    }
    integration_list_finish(&page.items);
}

int32_t resolve_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    struct operation operation;
    struct listing listing;
    const int32_t code = operation_begin(&operation, instance, call, reply);
    if (code != GQL_PENDING)
        return code;
    if (take_organization(&operation, &listing) && take_arguments(&operation, &listing))
        answer(&operation, &listing);
    operation_end(&operation);
    return GQL_OK;
}
