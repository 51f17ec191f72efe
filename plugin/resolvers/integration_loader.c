// SPDX-License-Identifier: MIT
/* The loader of Integration: many by their IDs in one call, for `node`, `nodes` and `_entities`. */
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/readable.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/resolvers/selection.h"

struct loading {
    struct operation operation;
    const json_t *ids;
    struct json_writer writer;
};

static struct loading *loading_of(struct store_read *read)
{
    return (struct loading *)operation_of_read(read);
}

static enum store_status write_one(struct loading *loading, struct store_reader *reader,
                                   const json_t *id_text, uint32_t fields)
{
    const struct operation *operation = &loading->operation;
    const struct text text = {json_string_value(id_text), json_string_length(id_text)};
    struct identifier id;
    struct integration found;
    identifier_parse(text, &id); /* Malformed: nothing has the ID. */
    const enum store_status status = readable_get(operation, reader, &id, &found);
    if (status == STORE_OK)
        write_integration(&loading->writer, &found, fields);
    else
        json_write(&loading->writer, "null");
    return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* One member for each ID: the object, or null if there is none that the actor may read. */
static enum store_status read_rows(struct store_read *read, struct store_reader *reader)
{
    struct loading *loading = loading_of(read);
    struct operation *operation = &loading->operation;
    const uint32_t fields = selected_fields(operation->selection);
    enum store_status status = STORE_OK;
    json_writer_begin_reply(&loading->writer, operation->instance->host, operation->reply);
    json_write(&loading->writer, "[");
    for (size_t i = 0; i < json_array_size(loading->ids) && status == STORE_OK; i++) {
        if (i > 0)
            json_write(&loading->writer, ",");
        status = write_one(loading, reader, json_array_get(loading->ids, i), fields);
    }
    json_write(&loading->writer, "]");
    return status;
}

static int32_t answer(struct store_read *read)
{
    struct loading *loading = loading_of(read);
    if (read->status == STORE_OK)
        return operation_resolve(&loading->operation, &loading->writer);
    return operation_reject_store(&loading->operation, read->status, &read->detail);
}

static int32_t start(struct operation *operation)
{
    struct loading *loading = (struct loading *)operation;
    loading->ids = json_object_get(operation->arguments, "ids");
    if (!json_is_array(loading->ids))
        return operation_reject_argument(operation, "ids", "A list of IDs is required");
    return operation_read(operation, read_rows, answer);
}

static const struct operation_type loading_type = {
    .size = sizeof(struct loading),
    .start = start,
};

int32_t load_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&loading_type, instance, call, reply);
}

int32_t owns_integration(const char *id, uint64_t id_size)
{
    struct identifier identifier;
    return id != NULL && identifier_parse((struct text){id, (size_t)id_size}, &identifier);
}
