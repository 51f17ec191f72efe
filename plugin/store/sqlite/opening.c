// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/opening.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/base/deadline.h"
#include "plugin/base/failure.h"
#include "plugin/base/tally.h"
#include "plugin/store/sqlite/database_content.h"
#include "plugin/store/sqlite/database_file.h"
#include "plugin/store/sqlite/other_sqlite.h"
#include "plugin/store/sqlite/ownership.h"
#include "plugin/store/sqlite/schema_objects.h"

/* ---- Steps: GQL_PENDING, with the store's `opening`, if one must be taken again ---- */

/* What SQLite does in silence: the log that nobody had copied into the database is used again. */
static void note_recovery(struct sqlite_store *store)
{
    char line[PATH_MAX + 128];
    const struct wal_index *index = wal_index_of(&store->connection);
    store->unclean = index != NULL && wal_index_was_recovered(index);
    if (!store->unclean)
        return;
    snprintf(line, sizeof line, "database.path: %u pages were recovered from '%s-wal'",
             wal_index_frames(index), sqlite3_db_filename(store->connection.handle, "main"));
    store->given.log(store->given.user, GQL_LOG_INFO, line);
}

/* Of two connections that open a new file at the same time, one is told that it is busy. */
static int32_t open_writer(struct sqlite_store *store, gql_failure *failure)
{
    struct connection *connection = &store->connection;
    const int opened = connection_open(connection, &store->options, CONNECTION_WRITER);
    if (opened == CONNECTION_WITHOUT_LOG)
        return fail(
            failure, GQL_E_UNAVAILABLE,
            "database.path: '%s' can't have a write-ahead log (PRAGMA journal_mode = WAL was "
            "refused); put it on a local file system",
            store->options.path);
    if (opened == SQLITE_OK) {
        note_recovery(store);
        return GQL_OK;
    }
    const int32_t code = connection_fail_or_wait(connection, opened, "opening",
                                                 &store->base.opening, failure);
    connection_close(connection);
    return code;
}

static int32_t prepare_content(struct sqlite_store *store, gql_failure *failure)
{
    return database_content_prepare(&store->connection, &store->options, store->collation,
                                    &store->given, store->secret, &store->base.opening, failure);
}

static void report_difference(struct sqlite_store *store,
                              const struct schema_difference *difference)
{
    char line[PATH_MAX + 512], reason[256];
    snprintf(reason, sizeof reason, "The database's schema was changed: %s", difference->text);
    state_report(&store->base.state, STATE_CONTENT, STORE_DEGRADED, reason);
    snprintf(line, sizeof line,
             "database.path: the schema of '%s' was changed: %s (differences: %d). That can change "
             "what is written, or let the audit trail be changed. integrationsctl check names all. "
             "Restore a backup, or export the database and import that into a new one",
             store->options.path, difference->text, difference->count);
    store->given.log(store->given.user, GQL_LOG_ERROR, line);
}

static int32_t compare_schema(struct sqlite_store *store, gql_failure *failure)
{
    struct schema_difference difference;
    const int code = schema_objects_compare(&store->connection, &difference);
    if (code != SQLITE_OK)
        return connection_fail_or_wait(&store->connection, code, "reading the schema",
                                       &store->base.opening, failure);
    if (difference.count > 0)
        report_difference(store, &difference);
    return GQL_OK;
}

static int32_t guard_file(struct sqlite_store *store, gql_failure *failure)
{
    return file_guard_init(&store->guard, store->options.path, &store->connection, &store->given,
                           &store->base.state, failure);
}

static int32_t make_readers(struct sqlite_store *store, gql_failure *failure)
{
    const struct store_reader base = {.engine = store->base.engine, .secret = store->secret};
    struct pool *pool = &store->given.executors->storage;
    if (!readers_init(&store->readers, &store->options, store->collation, &store->guard,
                      &store->agreement, &store->integrity, &base, pool, &store->late.job))
        return fail_no_memory(failure);
    late_reads_init(&store->late, &store->readers, pool);
    return GQL_OK;
}

static int32_t open_reader(struct sqlite_store *store, gql_failure *failure)
{
    return readers_open_first(&store->readers, &store->base.opening, failure);
}

static int32_t (*const steps[])(struct sqlite_store *store, gql_failure *failure) = {
    open_writer, prepare_content, compare_schema, guard_file, make_readers, open_reader,
};

enum { STEPS = sizeof steps / sizeof *steps };

/* ---- All of them ---- */

static void serve(struct sqlite_store *store)
{
    const struct store_options *given = &store->given;
    writer_init(&store->writer, &store->connection, given, store->collation, &store->readers,
                &store->base.state);
    store->base.opening = STORE_IS_OPEN;
    if (store->unclean && store->options.check_mib > 0)
        check_start(&store->check, &store->options, &store->guard, &store->integrity,
                    &given->executors->background);
}

/* Of an opening that has ended; the failures by the code that the ABI has for them. */
static int32_t count(const struct sqlite_store *store, int32_t code)
{
    if (code != GQL_OK || store->base.opening == STORE_IS_OPEN)
        tally_duration(TALLY_OPENINGS - code, monotonic_now() - store->began);
    return code;
}

int32_t opening_go_on(struct sqlite_store *store, gql_failure *failure)
{
    int32_t code = GQL_OK;
    while (store->step < STEPS && code == GQL_OK) {
        code = steps[store->step](store, failure);
        store->step += code == GQL_OK;
    }
    if (code == GQL_OK)
        serve(store);
    return count(store, code == GQL_PENDING ? GQL_OK : code);
}

int32_t opening_begin(struct sqlite_store *store, const struct store_options *options,
                      gql_failure *failure)
{
    store->began = monotonic_now();
    store->given = *options;
    store->given.database = NULL;
    store->given.locale = NULL;
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
    return code == GQL_OK ? opening_go_on(store, failure) : count(store, code);
}
