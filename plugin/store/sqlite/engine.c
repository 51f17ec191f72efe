// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/engine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/base/pin.h"
#include "plugin/store/sqlite/check.h"
#include "plugin/store/sqlite/database_content.h"
#include "plugin/store/sqlite/database_file.h"
#include "plugin/store/sqlite/late_reads.h"
#include "plugin/store/sqlite/open_file.h"
#include "plugin/store/sqlite/other_sqlite.h"
#include "plugin/store/sqlite/ownership.h"
#include "plugin/store/sqlite/read.h"
#include "plugin/store/sqlite/writer.h"

struct sqlite_store {
    struct store base;
    uint8_t secret[STORE_SECRET_SIZE];
    struct sqlite_options options;
    struct open_file file;
    struct collation *collation;
    struct file_guard guard;
    struct agreement agreement;
    struct integrity integrity;
    struct readers readers;
    struct late_reads late;
    struct check check;
    bool unclean; /* Nobody closed the database the last time. */
    struct writer writer;
};

static struct sqlite_store *store_of(struct store *base)
{
    return (struct sqlite_store *)base;
}

static int32_t init(gql_failure *failure)
{
    if (sqlite3_threadsafe() == 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "This SQLite is built without threads; install one that is built with "
                    "SQLITE_THREADSAFE=1 or 2");
    /*
     * SQLite counts its memory under one lock of the process, several times a read: reads on two
     * threads would mostly wait for each other. SQLite refuses this, harmlessly, if the process
     * has used it before.
     */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    pin_library((const void *)(uintptr_t)sqlite3_libversion);
    return GQL_OK;
}

/* What SQLite does in silence: the log that nobody had copied into the database is used again. */
static void note_recovery(struct sqlite_store *store, struct connection *connection,
                          const struct store_options *options)
{
    char line[PATH_MAX + 128];
    const struct wal_index *index = wal_index_of(connection);
    store->unclean = index != NULL && wal_index_was_recovered(index);
    if (!store->unclean)
        return;
    snprintf(line, sizeof line, "database.path: %u pages were recovered from '%s-wal'",
             wal_index_frames(index), sqlite3_db_filename(connection->handle, "main"));
    options->log(options->user, GQL_LOG_INFO, line);
}

/* Of two connections that open a new file at the same time, one is told that it is busy. */
static int open_writer(struct sqlite_store *store, struct connection *connection, uint64_t until)
{
    int code = connection_open(connection, &store->options, CONNECTION_WRITER);
    while (connection_wait(code, until)) {
        connection_close(connection);
        code = connection_open(connection, &store->options, CONNECTION_WRITER);
    }
    return code;
}

static int32_t prepare_database(struct sqlite_store *store, struct connection *connection,
                                const struct store_options *options, gql_failure *failure)
{
    const uint64_t until = connection_patience(&store->options);
    const int opened = open_writer(store, connection, until);
    if (opened == CONNECTION_WITHOUT_LOG)
        return fail(
            failure, GQL_E_UNAVAILABLE,
            "database.path: '%s' can't have a write-ahead log (PRAGMA journal_mode = WAL was "
            "refused); put it on a local file system",
            store->options.path);
    if (opened != SQLITE_OK)
        return connection_fail_with(connection, opened, "opening", failure);
    note_recovery(store, connection, options);
    return database_content_prepare(connection, &store->options, store->collation, options,
                                    store->secret, failure);
}

static int32_t open_readers(struct sqlite_store *store, struct pool *pool, gql_failure *failure)
{
    const struct store_reader base = {.engine = &sqlite_engine, .secret = store->secret};
    if (!readers_init(&store->readers, &store->options, store->collation, &store->guard,
                      &store->agreement, &store->integrity, &base, pool, &store->late.job))
        return fail_no_memory(failure);
    late_reads_init(&store->late, &store->readers, pool);
    const int32_t code = readers_open_first(&store->readers, failure);
    if (code != GQL_OK) {
        readers_finish(&store->readers);
        late_reads_finish(&store->late);
    }
    return code;
}

static int32_t open_parts(struct sqlite_store *store, const struct store_options *options,
                          gql_failure *failure)
{
    struct connection connection = {0};
    other_sqlite_warn(options);
    if (!sqlite_options_init(&store->options, options->database))
        return fail_no_memory(failure);
    int32_t code = ownership_check(&store->options, options, failure);
    if (code == GQL_OK)
        code = collation_open(options->locale, &store->collation, failure);
    if (code == GQL_OK)
        code = database_file_prepare(&store->options, options, failure);
    if (code == GQL_OK)
        open_file_enter(&store->file, store->options.path);
    agreement_init(&store->agreement, store->collation, options, &store->base.state);
    integrity_init(&store->integrity, store->options.path, options, &store->base.state);
    if (code == GQL_OK)
        code = prepare_database(store, &connection, options, failure);
    if (code == GQL_OK)
        code = file_guard_init(&store->guard, store->options.path, &connection, options,
                               &store->base.state, failure);
    if (code == GQL_OK)
        code = open_readers(store, &options->executors->storage, failure);
    if (code == GQL_OK)
        writer_init(&store->writer, &connection, options, store->collation, &store->readers,
                    &store->base.state);
    else
        connection_close(&connection);
    return code;
}

static void free_store(struct sqlite_store *store)
{
    open_file_leave(&store->file);
    file_guard_finish(&store->guard);
    agreement_finish(&store->agreement);
    collation_close(&store->collation);
    sqlite_options_finish(&store->options);
    state_board_finish(&store->base.state);
    free(store);
}

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    struct sqlite_store *store = aligned_alloc(_Alignof(struct sqlite_store), sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    *store = (struct sqlite_store){.base.engine = &sqlite_engine};
    state_board_init(&store->base.state);
    const int32_t code = open_parts(store, options, failure);
    if (code == GQL_OK && store->unclean && store->options.check_mib > 0)
        check_start(&store->check, &store->options, &store->guard, &store->integrity,
                    &options->executors->background);
    if (code == GQL_OK)
        *ret_store = &store->base;
    else
        free_store(store);
    return code;
}

static void close_store(struct store *base)
{
    struct sqlite_store *store = store_of(base);
    check_stop(&store->check);
    job_stop(&store->writer.job); /* It uses the readers. */
    if (write_link_is_final(&store->writer.link)) {
        readers_keep_log(&store->readers);
        connection_keep_log(&store->writer.link.connection);
    }
    readers_finish(&store->readers);
    late_reads_finish(&store->late);
    writer_finish(&store->writer);
    free_store(store);
}

static void drain(struct store *base)
{
    struct sqlite_store *store = store_of(base);
    check_stop(&store->check);
    late_reads_drain(&store->late);
    readers_drain(&store->readers);
    writer_drain(&store->writer);
}

static void look(struct store *base)
{
    struct sqlite_store *store = store_of(base);
    file_guard_check(&store->guard, NULL, NULL);
    struct reader *reader = readers_take_ready(&store->readers);
    if (reader != NULL)
        readers_give_back(reader);
    writer_look(&store->writer);
}

static int32_t read_store(struct store *base, struct store_read *read)
{
    struct sqlite_store *store = store_of(base);
    return late_reads_read(&store->late, read);
}

static bool read_now(struct store *base, struct store_read *read)
{
    return late_reads_read_now(&store_of(base)->late, read);
}

static bool submit(struct store *base, struct store_mutation *mutation)
{
    return writer_submit(&store_of(base)->writer, mutation);
}

const struct store_engine sqlite_engine = {
    .setting = "path",
    .init = init,
    .open = open_store,
    .close = close_store,
    .drain = drain,
    .look = look,
    .read = read_store,
    .read_now = read_now,
    .get = sqlite_get,
    .count = sqlite_count,
    .scan = sqlite_scan,
    .events = sqlite_events,
    .trail_head = sqlite_trail_head,
    .submit = submit,
};
