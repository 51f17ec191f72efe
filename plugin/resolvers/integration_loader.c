// SPDX-License-Identifier: MIT
/* The loader of Integration: many by their IDs in one call, for `node`, `nodes` and `_entities`. */
#include <stdlib.h>

#include "plugin/resolvers/input.h"
#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/readable.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/resolvers/selection.h"

struct loading {
    struct operation operation;
    struct identifier *ids; /* In the order of the list. Malformed: nothing has the ID. */
    size_t *places;         /* Of each ID in `found`, from 1; 0: none. */
    size_t count;
    struct integration_list found;
};

static struct loading *loading_of(struct store_read *read)
{
    return (struct loading *)operation_of_read(read);
}

static enum store_status read_one(struct loading *loading, struct store_reader *reader, size_t i)
{
    struct integration found;
    if (!store_may_have(reader, &loading->ids[i]))
        return STORE_OK;
    const enum store_status status = readable_get(&loading->operation, reader, &loading->ids[i],
                                                  loading->places[i] != 0, &found);
    if (status != STORE_OK)
        return status == STORE_NOT_FOUND ? STORE_OK : status;
    if (!integration_list_append(&loading->found, &found))
        return STORE_NO_MEMORY;
    loading->places[i] = loading->found.count;
    return STORE_OK;
}

static enum store_status read_rows(struct store_read *read, struct store_reader *reader)
{
    struct loading *loading = loading_of(read);
    enum store_status status = STORE_OK;
    bool all = true;
    for (size_t i = 0; i < loading->count && status == STORE_OK; i++) {
        status = read_one(loading, reader, i);
        all = all && loading->places[i] != 0;
    }
    return status == STORE_OK && !all ? STORE_NOT_FOUND : status;
}

/* One member for each ID: the object, or null if there is none that the actor may read. */
static int32_t answer(struct store_read *read)
{
    struct loading *loading = loading_of(read);
    struct operation *operation = &loading->operation;
    const uint32_t fields = selected_fields(operation->selection);
    struct json_writer writer;
    if (read->status != STORE_OK && read->status != STORE_NOT_FOUND)
        return operation_reject_store(operation, read->status, &read->detail);
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    json_write(&writer, "[");
    for (size_t i = 0; i < loading->count; i++) {
        if (i > 0)
            json_write(&writer, ",");
        if (loading->places[i] == 0)
            json_write(&writer, "null");
        else
            write_integration(&writer, &loading->found.items[loading->places[i] - 1], fields);
    }
    json_write(&writer, "]");
    return operation_resolve(operation, &writer);
}

static bool take_ids(struct loading *loading, const json_t *ids)
{
    const size_t count = json_array_size(ids);
    loading->ids = malloc((count + 1) * sizeof *loading->ids);
    loading->places = calloc(count + 1, sizeof *loading->places);
    if (loading->ids == NULL || loading->places == NULL)
        return false;
    loading->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *id = json_array_get(ids, i);
        identifier_parse((struct text){json_string_value(id), json_string_length(id)},
                         &loading->ids[i]);
    }
    return true;
}

static int32_t start(struct operation *operation)
{
    struct loading *loading = (struct loading *)operation;
    const json_t *ids = json_object_get(operation->arguments, "ids");
    if (!json_is_array(ids))
        return operation_reject_argument(operation, "ids", "A list of IDs is required");
    if (!take_ids(loading, ids))
        return operation_reject_store(operation, STORE_NO_MEMORY, NULL);
    const struct store_route route = {.ids = loading->ids, .id_count = loading->count};
    return operation_read(operation, route, read_rows, answer);
}

static void finish(struct operation *operation)
{
    struct loading *loading = (struct loading *)operation;
    integration_list_finish(&loading->found);
    free(loading->ids);
    free(loading->places);
}

static const struct operation_type loading_type = {
    .size = sizeof(struct loading),
    .start = start,
    .finish = finish,
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
