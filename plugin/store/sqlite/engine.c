// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/engine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "plugin/base/failure.h"
#include "plugin/base/pin.h"
#include "plugin/store/sqlite/inventory.h"
#include "plugin/store/sqlite/opening.h"
#include "plugin/store/sqlite/read.h"
#include "plugin/store/sqlite/survey.h"

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

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    struct sqlite_store *store = aligned_alloc(_Alignof(struct sqlite_store), sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    *store = (struct sqlite_store){
        .base = {.engine = &sqlite_engine, .opening = STORE_IS_LOCKED},
    };
    state_board_init(&store->base.state);
    struct store *base = &store->base;
    const int32_t code = opening_begin(store, options, failure);
    if (code == GQL_OK)
        *ret_store = base;
    else
        store_close(&base);
    return code;
}

static int32_t go_on(struct store *base, gql_failure *failure)
{
    return opening_go_on(store_of(base), failure);
}

static void stop_serving(struct sqlite_store *store)
{
    check_stop(&store->check);
    job_stop(&store->writer.job); /* It uses the readers. */
    if (write_link_is_final(&store->writer.link)) {
        readers_keep_log(&store->readers);
        connection_keep_log(&store->writer.link.connection);
    }
}

static void close_store(struct store *base)
{
    struct sqlite_store *store = store_of(base);
    const bool open = base->opening == STORE_IS_OPEN;
    if (open)
        stop_serving(store);
    readers_finish(&store->readers);
    late_reads_finish(&store->late);
    if (open)
        writer_finish(&store->writer);
    else
        connection_close(&store->connection);
    open_file_leave(&store->file);
    file_guard_finish(&store->guard);
    agreement_finish(&store->agreement);
    collation_close(&store->collation);
    sqlite_options_finish(&store->options);
    state_board_finish(&base->state);
    free(store);
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
    if (reader != NULL) {
        state_prove(&base->state, PROOF_READS, monotonic_now());
        readers_give_back(reader);
    }
    writer_look(&store->writer);
}

static void probe(struct store *base)
{
    writer_probe(&store_of(base)->writer);
}

static uint64_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void measure(struct store *base,
                    void (*visit)(void *user, const struct store_measure *measure), void *user)
{
    char log[PATH_MAX];
    const struct sqlite_store *store = store_of(base);
    snprintf(log, sizeof log, "%s-wal", store->options.path);
    visit(user, &(struct store_measure){.organization_id = store->given.organization,
                                        .state = "active",
                                        .file_bytes = size_of(store->options.path),
                                        .log_bytes = size_of(log),
                                        .snapshots = readers_count_kept(&store->readers)});
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
    .go_on = go_on,
    .close = close_store,
    .drain = drain,
    .look = look,
    .probe = probe,
    .measure = measure,
    .take_inventory = sqlite_take_inventory,
    .read = read_store,
    .read_now = read_now,
    .get = sqlite_get,
    .count = sqlite_count,
    .scan = sqlite_scan,
    .events = sqlite_events,
    .trail_head = sqlite_trail_head,
    .trail_checkpoint = sqlite_trail_checkpoint,
    .survey = sqlite_survey,
    .others_committed = sqlite_others_committed,
    .submit = submit,
};
