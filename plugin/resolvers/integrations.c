// SPDX-License-Identifier: MIT
/* Query.integrations: a page of an organization's integrations, as a Relay connection. */
#include "cursor.h"
#include "operation.h"
#include "output.h"
#include "page.h"
#include "permission.h"
#include "resolvers.h"
#include "selection.h"

enum { DEFAULT_PAGE = 20, LARGEST_PAGE = 100 };

/* The arguments, as they are understood. */
struct listing {
    struct text organization_id;
    enum cursor_order order;
    struct cursor after;
    struct cursor before;
    struct page_request page;
};

/* What was selected of the connection. */
struct connection_selection {
    bool edges;
    bool nodes;
    bool page_info;
    bool total;
    const gql_selection *edges_below;
    const gql_selection *nodes_below;
    const gql_selection *page_info_below;
    const gql_selection *total_below;
};

static struct connection_selection read_selection(const gql_selection *selection)
{
    struct connection_selection wanted = {0};
    wanted.edges = selects(selection, "edges", &wanted.edges_below);
    wanted.nodes = selects(selection, "nodes", &wanted.nodes_below);
    wanted.page_info = selects(selection, "pageInfo", &wanted.page_info_below);
    wanted.total = selects(selection, "total", &wanted.total_below);
    return wanted;
}

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

static bool take_cursor(struct operation *operation, const char *name, enum cursor_order order, struct cursor *cursor,
                        const struct store_position **ret_position)
{
    const struct text text = member_text(operation->arguments, name);
    if (!member_given(operation->arguments, name))
        return true;
    switch (text.data == NULL ? CURSOR_FOREIGN
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
    operation_reject(operation, &(struct problem){.kind = PROBLEM_VALIDATION_ERROR, .field = field,
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
        !take_count(operation, "first", &page->first) || !take_count(operation, "last", &page->last) ||
        !take_cursor(operation, "after", listing->order, &listing->after, &page->after) ||
        !take_cursor(operation, "before", listing->order, &listing->before, &page->before))
        return false;
    if (page->first == PAGE_ABSENT && page->last == PAGE_ABSENT)
        page->first = DEFAULT_PAGE;
    return true;
}

static bool take_organization(struct operation *operation, struct listing *listing)
{
    if (!operation_take_organization(operation, operation->arguments, "organizationId", &listing->organization_id))
        return false;
    if (permitted_actions(operation->instance, operation->request, listing->organization_id) & GQL_ACTION_READ)
        return true;
    operation_reject_permission(operation, NO_TEXT, "READ");
    return false;
}

struct output {
    struct json_writer *writer;
    const struct listing *listing;
    const struct page *page;
    const uint8_t *secret;
};

static void write_cursor(const struct output *output, const struct integration *integration)
{
    char text[CURSOR_TEXT_SIZE];
    const struct store_position position = {integration->title, integration->id};
    const size_t size = cursor_write(output->secret, output->listing->order, &position, text);
    json_write_string(output->writer, (struct text){text, size});
}

static void write_edge(const struct output *output, const gql_selection *selection, const struct integration *integration)
{
    struct json_writer *writer = output->writer;
    const gql_selection *node;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"IntegrationEdge\""));
    if (selects(selection, "cursor", NULL)) {
        json_write_member(writer, &first, "cursor");
        write_cursor(output, integration);
    }
    if (selects(selection, "node", &node)) {
        json_write_member(writer, &first, "node");
        write_integration(writer, integration, selected_fields(node));
    }
    json_write(writer, "}");
}

static void write_edges(const struct output *output, const gql_selection *selection)
{
    const struct integration_list *items = &output->page->items;
    json_write(output->writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(output->writer, ",");
        write_edge(output, selection, &items->items[i]);
    }
    json_write(output->writer, "]");
}

static void write_nodes(const struct output *output, const gql_selection *selection)
{
    const struct integration_list *items = &output->page->items;
    const uint32_t fields = selected_fields(selection);
    json_write(output->writer, "[");
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            json_write(output->writer, ",");
        write_integration(output->writer, &items->items[i], fields);
    }
    json_write(output->writer, "]");
}

static void write_end_cursor(const struct output *output, size_t index)
{
    if (output->page->items.count > 0)
        write_cursor(output, &output->page->items.items[index]);
    else
        json_write(output->writer, "null");
}

static void write_page_info(const struct output *output, const gql_selection *selection)
{
    struct json_writer *writer = output->writer;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"PageInfo\""));
    if (selects(selection, "hasNextPage", NULL)) {
        json_write_member(writer, &first, "hasNextPage");
        json_write_bool(writer, output->page->has_next);
    }
    if (selects(selection, "hasPreviousPage", NULL)) {
        json_write_member(writer, &first, "hasPreviousPage");
        json_write_bool(writer, output->page->has_previous);
    }
    if (selects(selection, "startCursor", NULL)) {
        json_write_member(writer, &first, "startCursor");
        write_end_cursor(output, 0);
    }
    if (selects(selection, "endCursor", NULL)) {
        json_write_member(writer, &first, "endCursor");
        write_end_cursor(output, output->page->items.count - 1);
    }
    json_write(writer, "}");
}

static void write_total(struct json_writer *writer, const gql_selection *selection,
                        const struct store_organization *organization, enum store_filter filter)
{
    bool first = true;
    int64_t count = 0;
    if (filter != STORE_INACTIVE)
        count += organization->active;
    if (filter != STORE_ACTIVE)
        count += organization->inactive;
    const bool fits = count <= INT32_MAX; /* Int of GraphQL (October 2021), section 3.5.1. */
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"CountInfo\""));
    if (selects(selection, "count", NULL)) {
        json_write_member(writer, &first, "count");
        json_write_integer(writer, fits ? count : INT32_MAX);
    }
    if (selects(selection, "precision", NULL)) {
        json_write_member(writer, &first, "precision");
        json_write_raw(writer, fits ? TEXT("\"EXACT\"") : TEXT("\"AT_LEAST\""));
    }
    json_write(writer, "}");
}

static void write_connection(struct operation *operation, const struct output *output,
                             const struct connection_selection *wanted, const struct store_organization *organization)
{
    struct json_writer *writer = output->writer;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(operation->selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"IntegrationConnection\""));
    if (wanted->edges) {
        json_write_member(writer, &first, "edges");
        write_edges(output, wanted->edges_below);
    }
    if (wanted->nodes) {
        json_write_member(writer, &first, "nodes");
        write_nodes(output, wanted->nodes_below);
    }
    if (wanted->page_info) {
        json_write_member(writer, &first, "pageInfo");
        write_page_info(output, wanted->page_info_below);
    }
    if (wanted->total) {
        json_write_member(writer, &first, "total");
        write_total(writer, wanted->total_below, organization, output->listing->page.filter);
    }
    json_write(writer, "}");
}

/* All from one snapshot, which ends before anything is written. */
static enum store_status read_all(struct operation *operation, struct listing *listing,
                                  const struct connection_selection *wanted, struct store_organization *organization,
                                  struct page *page, struct store_trouble *trouble)
{
    enum store_status status = STORE_OK;
    struct page_request *request = &listing->page;
    struct store_reader *reader = store_read_begin(operation->instance->store, &status, trouble);
    if (reader == NULL)
        return status;
    status = store_read_organization(reader, listing->organization_id, organization, trouble);
    request->wants_next = wanted->page_info && selects(wanted->page_info_below, "hasNextPage", NULL);
    request->wants_previous = wanted->page_info && selects(wanted->page_info_below, "hasPreviousPage", NULL);
    if (status == STORE_OK && (wanted->edges || wanted->nodes || wanted->page_info))
        status = page_read(reader, organization, request, page, trouble);
    store_read_end(reader);
    return status;
}

static void answer(struct operation *operation, struct listing *listing)
{
    struct page page = {0};
    struct store_organization organization;
    struct store_trouble trouble;
    struct json_writer writer;
    const struct connection_selection wanted = read_selection(operation->selection);
    const struct output output = {&writer, listing, &page, store_secret(operation->instance->store)};
    const enum store_status status = read_all(operation, listing, &wanted, &organization, &page, &trouble);
    if (status == STORE_OK) {
        json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
        write_connection(operation, &output, &wanted, &organization);
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
