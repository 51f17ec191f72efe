// SPDX-License-Identifier: MIT
/* Query.integration, and loading by reference. */
#include "plugin/resolvers/operation.h"
#include "plugin/resolvers/output.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/resolvers/selection.h"

static bool is_readable(const struct operation *operation, const struct integration *integration)
{
    const uint32_t actions = permitted_actions(operation->instance, operation->request,
                                               integration->organization_id);
    return (actions & GQL_ACTION_READ) != 0;
}

/* What becomes of the row while it is shown. */
struct showing {
    struct operation *operation;
    struct json_writer writer;
    bool readable;
};

static void show(void *user, const struct integration *integration)
{
    struct showing *showing = user;
    showing->readable = is_readable(showing->operation, integration);
    if (showing->readable)
        write_integration(&showing->writer, integration,
                          selected_fields(showing->operation->selection));
}

static void answer(struct operation *operation, struct text id)
{
    struct identifier identifier;
    struct store_trouble trouble;
    struct showing showing = {.operation = operation};
    json_writer_begin_reply(&showing.writer, operation->instance->host, operation->reply);
    const enum store_status status = identifier_parse(id, &identifier)
                                         ? store_visit(operation->instance->store, &identifier,
                                                       show, &showing, &trouble)
                                         : STORE_NOT_FOUND;
    if (status == STORE_NOT_FOUND || (status == STORE_OK && !showing.readable))
        operation_reject_not_found(operation, id);
    else if (status != STORE_OK)
        operation_reject_store(operation, status, &trouble);
    else
        operation_resolve(operation, &showing.writer);
}

int32_t resolve_integration(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    struct operation operation;
    const int32_t code = operation_begin(&operation, instance, call, reply);
    if (code != GQL_PENDING)
        return code;
    const struct text id = member_text(operation.arguments, "id");
    if (id.data == NULL)
        operation_reject_argument(&operation, "id", "An ID is needed, as a string");
    else
        answer(&operation, id);
    operation_end(&operation);
    return GQL_OK;
}

/* Each member of the list as an object, or null where there is none that may be read. */
static enum store_status write_members(struct operation *operation, struct store_reader *reader,
                                       const json_t *ids, struct json_writer *writer,
                                       struct store_trouble *trouble)
{
    const uint32_t fields = selected_fields(operation->selection);
    size_t index;
    json_t *member;
    json_write(writer, "[");
    json_array_foreach(ids, index, member) {
        struct identifier id;
        INTEGRATION_LIST_AUTO list;
        integration_list_init(&list);
        enum store_status status = STORE_NOT_FOUND;
        if (identifier_parse((struct text){json_string_value(member), json_string_length(member)},
                             &id))
            status = store_read_get(reader, &id, &list, trouble);
        if (status != STORE_OK && status != STORE_NOT_FOUND)
            return status;
        if (index > 0)
            json_write(writer, ",");
        if (status == STORE_OK && is_readable(operation, &list.items[0]))
            write_integration(writer, &list.items[0], fields);
        else
            json_write(writer, "null");
    }
    json_write(writer, "]");
    return STORE_OK;
}

static void answer_list(struct operation *operation, const json_t *ids)
{
    enum store_status status = STORE_OK;
    struct store_trouble trouble;
    struct json_writer writer;
    struct store_reader *reader = store_read_begin(operation->instance->store, &status, &trouble);
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    if (reader != NULL) {
        status = write_members(operation, reader, ids, &writer, &trouble);
        store_read_end(reader);
    }
    if (status == STORE_OK)
        operation_resolve(operation, &writer);
    else
        operation_reject_store(operation, status, &trouble);
}

int32_t load_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    struct operation operation;
    const int32_t code = operation_begin(&operation, instance, call, reply);
    if (code != GQL_PENDING)
        return code;
    const json_t *ids = json_object_get(operation.arguments, "ids");
    if (json_is_array(ids))
        answer_list(&operation, ids);
    else
        operation_reject_argument(&operation, "ids", "A list of IDs is needed");
    operation_end(&operation);
    return GQL_OK;
}
