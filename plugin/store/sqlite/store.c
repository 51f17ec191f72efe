// SPDX-License-Identifier: MIT
#include "plugin/store/store.h"

#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/queries.h"
#include "plugin/store/sqlite/readers.h"
#include "plugin/store/sqlite/settings.h"
#include "plugin/store/sqlite/writer.h"

struct store {
    struct store_options options;
    char *path;
    struct collation *collation;
    uint8_t secret[SECRET_SIZE];
    struct readers readers;
    struct writer writer;
};

static int32_t prepare_database(struct store *store, struct connection *connection,
                                gql_failure *failure)
{
    const int opened = connection_open(connection, &store->options, true);
    if (opened != SQLITE_OK)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.path: '%s' can't be opened: %s (SQLite %d). Its folder must "
                    "exist, and the file and the folder must be writable",
                    store->path, sqlite3_errstr(opened), opened);
    int32_t code = migrate(connection, &store->options, failure);
    if (code == GQL_OK)
        code = settings_secret(connection, store->secret, failure);
    if (code == GQL_OK)
        code = settings_collate(connection, store->collation, &store->options, failure);
    return code;
}

static int32_t open_parts(struct store *store, gql_failure *failure)
{
    struct connection connection = {0};
    int32_t code = collation_open(store->options.locale, &store->collation, failure);
    if (code == GQL_OK)
        code = prepare_database(store, &connection, failure);
    if (code == GQL_OK && !readers_init(&store->readers, &store->options, store->collation))
        code = fail_no_memory(failure);
    if (code == GQL_OK)
        writer_init(&store->writer, &connection, &store->options, store->collation,
                    &store->readers);
    else
        connection_close(&connection);
    return code;
}

int32_t store_open(const struct store_options *options, struct store **ret_store,
                   gql_failure *failure)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    store->options = *options;
    store->path = strdup(options->path);
    store->options.path = store->path;
    const int32_t code = store->path == NULL ? fail_no_memory(failure) : open_parts(store, failure);
    if (code == GQL_OK) {
        *ret_store = store;
        return code;
    }
    collation_close(&store->collation);
    free(store->path);
    free(store);
    return code;
}

void store_drain(struct store *store)
{
    readers_drain(&store->readers);
    writer_drain(&store->writer);
}

void store_close(struct store **store)
{
    if (*store == NULL)
        return;
    store_drain(*store);
    readers_finish(&(*store)->readers);
    writer_finish(&(*store)->writer);
    collation_close(&(*store)->collation);
    free((*store)->path);
    free(*store);
    *store = NULL;
}

const uint8_t *store_secret(const struct store *store)
{
    return store->secret;
}

enum store_status store_visit(struct store *store, const struct identifier *id,
                              store_visit_fn visit, void *user, struct store_trouble *trouble)
{
    enum store_status status = STORE_OK;
    struct store_reader *reader = readers_take(&store->readers, &status, trouble);
    if (reader == NULL)
        return status;
    status = query_visit(&reader->connection, id, visit, user, trouble);
    readers_give_back(reader);
    return status;
}

enum store_status store_get(struct store *store, const struct identifier *id,
                            struct integration_list *list, struct store_trouble *trouble)
{
    enum store_status status = STORE_OK;
    struct store_reader *reader = readers_take(&store->readers, &status, trouble);
    if (reader == NULL)
        return status;
    status = query_integration(&reader->connection, id, list, trouble);
    readers_give_back(reader);
    return status;
}

struct store_reader *store_read_begin(struct store *store, enum store_status *ret_status,
                                      struct store_trouble *trouble)
{
    return readers_take(&store->readers, ret_status, trouble);
}

void store_read_end(struct store_reader *reader)
{
    readers_give_back(reader);
}

void store_submit(struct store *store, struct store_mutation *mutation)
{
    writer_submit(&store->writer, mutation);
}
