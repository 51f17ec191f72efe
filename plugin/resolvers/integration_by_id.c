// SPDX-License-Identifier: MIT
/* Query.integration: one integration by its ID. */
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/readable.h"
#include "plugin/resolvers/resolvers.h"

struct lookup {
    struct operation operation;
    struct text id_text; /* As the client wrote it. */
    struct identifier id;
    bool found;
    struct json_writer writer;
};

static struct lookup *lookup_of(struct store_read *read)
{
    return (struct lookup *)operation_of_read(read);
}

/* Writes the row straight into the reply. */
static enum store_status read_row(struct store_read *read, struct store_reader *reader)
{
    struct lookup *lookup = lookup_of(read);
    struct operation *operation = &lookup->operation;
    struct integration found;
    const enum store_status status = readable_get(operation, reader, &lookup->id, lookup->found,
                                                  &found);
    if (status != STORE_OK)
        return status;
    lookup->found = true;
    json_writer_begin_reply(&lookup->writer, operation->instance->host, operation->reply);
    write_integration(&lookup->writer, &found, operation->output.first);
    return STORE_OK;
}

static int32_t answer(struct store_read *read)
{
    struct lookup *lookup = lookup_of(read);
    switch (read->status) {
    case STORE_OK:
        return operation_resolve(&lookup->operation, &lookup->writer);
    case STORE_NOT_FOUND:
        return operation_reject_not_found(&lookup->operation, lookup->id_text);
    default:
        return operation_reject_store(&lookup->operation, read->status, &read->detail);
    }
}

static int32_t start(struct operation *operation)
{
    struct lookup *lookup = (struct lookup *)operation;
    lookup->id_text = member_text(operation->arguments, "id");
    if (lookup->id_text.data == NULL)
        return operation_reject_argument(operation, "id", "An ID is required, as a string");
    identifier_parse(lookup->id_text, &lookup->id); /* Malformed: nothing has the ID. */
    return operation_read(operation, route_to(&lookup->id), read_row, answer);
}

static const struct operation_type lookup_type = {
    .size = sizeof(struct lookup),
    .start = start,
    .output = &output_integration,
    .field = TALLY_QUERY_INTEGRATION,
};

int32_t resolve_integration(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&lookup_type, instance, call, reply);
}
