// SPDX-License-Identifier: MIT
/* The loader of Integration: many by their IDs in one call, for `node`, `nodes` and `_entities`. */
#include <stdio.h>
#include <stdlib.h>

#include "plugin/resolvers/input.h"
#include "plugin/resolvers/integration_output.h"
#include "plugin/resolvers/readable.h"
#include "plugin/resolvers/resolvers.h"

struct loading {
    struct operation operation;
    struct identifier *ids;      /* In the order of the list. Malformed: nothing has the ID. */
    size_t *places;              /* Of each ID in `found`, from 1; 0: none. */
    enum store_status *failures; /* Why not. STORE_OK: there is no such integration. */
    size_t count;
    struct integration_list found;
    struct trace trace; /* If it fails_in_part. */
    bool has_run;
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

/* One that can't be read must not fail the others. */
static void keep_failure(struct loading *loading, size_t i, enum store_status status,
                         const struct store_detail *detail)
{
    struct operation *operation = &loading->operation;
    loading->failures[i] = status;
    if (operation->fails_in_part)
        return;
    loading->trace = trace_of(operation->request);
    operation_note_failure(operation, &loading->trace, status, detail);
}

static void miss_rows(struct store_read *read, uint32_t tag, enum store_status status,
                      const struct store_detail *detail)
{
    struct loading *loading = loading_of(read);
    for (size_t i = 0; i < loading->count; i++) {
        if (identifier_tag(&loading->ids[i]) == tag)
            keep_failure(loading, i, status, detail);
    }
    loading->has_run = true;
}

static enum store_status read_rows(struct store_read *read, struct store_reader *reader)
{
    struct loading *loading = loading_of(read);
    const bool is_decoy = store_is_decoy(reader);
    enum store_status worst = STORE_OK;
    bool all = true;
    for (size_t i = 0; i < loading->count; i++) {
        const enum store_status status = read_one(loading, reader, i);
        if (status == STORE_NO_MEMORY)
            return status;
        if (status != STORE_OK && !is_decoy)
            keep_failure(loading, i, status, store_reader_detail(reader));
        worst = status == STORE_OK ? worst : status;
        all = all && loading->places[i] != 0;
    }
    loading->has_run = loading->has_run || !is_decoy;
    return worst == STORE_OK && !all ? STORE_NOT_FOUND : worst;
}

/* Whether the members can be told, though some may have failed. */
static bool is_answerable(const struct loading *loading, enum store_status status)
{
    return status == STORE_OK || status == STORE_NOT_FOUND ||
           (loading->has_run && status != STORE_EXPIRED && status != STORE_NO_MEMORY);
}

/* A failure of one database does not matter where another has the ID. */
static bool has_failed(const struct loading *loading, size_t i)
{
    return loading->places[i] == 0 && loading->failures[i] != STORE_OK;
}

static bool explain_nulls(struct loading *loading)
{
    char path[32];
    bool explained = true;
    for (size_t i = 0; i < loading->count && explained; i++) {
        snprintf(path, sizeof path, "[%zu]", i);
        explained = !has_failed(loading, i) ||
                    operation_explain_null(&loading->operation, &loading->trace, path,
                                           loading->failures[i]);
    }
    return explained;
}

static void write_members(const struct loading *loading, struct json_writer *writer)
{
    const struct output_field *first = loading->operation.output.first;
    json_write(writer, "[");
    for (size_t i = 0; i < loading->count; i++) {
        if (i > 0)
            json_write(writer, ",");
        if (loading->places[i] == 0)
            json_write(writer, "null");
        else
            write_integration(writer, &loading->found.items[loading->places[i] - 1], first);
    }
    json_write(writer, "]");
}

/* One for each ID: the object, or null if there is none that the actor may read, or it failed. */
static int32_t answer(struct store_read *read)
{
    struct loading *loading = loading_of(read);
    struct operation *operation = &loading->operation;
    struct json_writer writer;
    if (!is_answerable(loading, read->status))
        return operation_reject_store(operation, read->status, &read->detail);
    if (!explain_nulls(loading))
        return operation_reject_unavailable(
            operation, "The errors exceed the gateway's limit, or memory ran out");
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    write_members(loading, &writer);
    return operation_resolve(operation, &writer);
}

static bool take_ids(struct loading *loading, const json_t *ids)
{
    const size_t count = json_array_size(ids);
    loading->ids = malloc((count + 1) * sizeof *loading->ids);
    loading->places = calloc(count + 1, sizeof *loading->places);
    loading->failures = calloc(count + 1, sizeof *loading->failures);
    if (loading->ids == NULL || loading->places == NULL || loading->failures == NULL)
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
    operation->read.miss = miss_rows;
    return operation_read(operation, route, read_rows, answer);
}

static void finish(struct operation *operation)
{
    struct loading *loading = (struct loading *)operation;
    integration_list_finish(&loading->found);
    free(loading->ids);
    free(loading->places);
    free(loading->failures);
}

static const struct operation_type loading_type = {
    .size = sizeof(struct loading),
    .start = start,
    .finish = finish,
    .output = &output_integration,
    .field = TALLY_LOADER,
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
