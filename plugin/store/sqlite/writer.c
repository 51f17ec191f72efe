// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/writer.h"

#include "plugin/base/deadline.h"
#include "plugin/base/thread.h"
#include "plugin/store/sqlite/apply.h"

/* So that the first of a long queue need not wait for the last. */
enum { BATCH_LIMIT = 256 };

void writer_init(struct writer *writer, const struct connection *connection,
                 const struct store_options *options, const struct collation *collation,
                 struct readers *readers)
{
    *writer = (struct writer){.options = options,
                              .collation = collation,
                              .readers = readers,
                              .connection = *connection,
                              .mint = options->mint};
    writer->last = &writer->first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->work, NULL);
    pthread_cond_init(&writer->idle, NULL);
}

/* Returns SQLite's code: anything but SQLITE_OK is a trouble of the whole transaction. */
static int write_one(struct writer *writer, const struct apply_context *context,
                     struct store_mutation *mutation)
{
    int code = connection_run(&writer->connection, STATEMENT_SAVEPOINT);
    if (code != SQLITE_OK)
        return code;
    mutation->status = apply_mutation(context, mutation);
    /* SQLite itself rolls everything back after some failures: a full disk, no memory. */
    if (sqlite3_get_autocommit(writer->connection.handle))
        return SQLITE_ABORT_ROLLBACK;
    if (mutation->status != STORE_OK)
        code = connection_run(&writer->connection, STATEMENT_ROLLBACK_TO);
    return code == SQLITE_OK ? connection_run(&writer->connection, STATEMENT_RELEASE) : code;
}

/* Before anything is locked: a check may take as long as a write. */
static void check_all(struct store_mutation *batch)
{
    for (struct store_mutation *mutation = batch; mutation != NULL; mutation = mutation->next) {
        if (mutation->check != NULL && !mutation->check(mutation))
            mutation->status = STORE_REFUSED;
    }
}

static int write_all(struct writer *writer, struct store_mutation *batch)
{
    check_all(batch);
    const struct apply_context context = {
        .connection = &writer->connection,
        .collation = writer->collation,
        .mint = &writer->mint,
        .unix_milliseconds = writer->options->unix_milliseconds(writer->options->user),
    };
    int code = connection_run(&writer->connection, STATEMENT_BEGIN_WRITE);
    for (struct store_mutation *mutation = batch; mutation != NULL && code == SQLITE_OK;
         mutation = mutation->next) {
        if (mutation->status == STORE_REFUSED)
            continue;
        if (deadline_passed(mutation->deadline, mutation->cancelled))
            mutation->status = STORE_EXPIRED;
        else
            code = write_one(writer, &context, mutation);
    }
    return code == SQLITE_OK ? connection_run(&writer->connection, STATEMENT_COMMIT) : code;
}

/*
 * The transaction came to nothing. Refusals go with it, as they may rest on what a neighbour wrote;
 * only what expired or was refused by its own check never looked at anything.
 */
static void refuse_all(struct writer *writer, struct store_mutation *batch, int code)
{
    struct store_trouble trouble;
    const enum store_status status = connection_status(&writer->connection, code, &trouble);
    if (!sqlite3_get_autocommit(writer->connection.handle))
        connection_run(&writer->connection, STATEMENT_ROLLBACK);
    for (struct store_mutation *mutation = batch; mutation != NULL; mutation = mutation->next) {
        if (mutation->status == STORE_EXPIRED || mutation->status == STORE_REFUSED)
            continue;
        mutation->status = status;
        mutation->trouble = trouble;
    }
}

static void finish_all(struct store_mutation *batch)
{
    while (batch != NULL) {
        struct store_mutation *mutation = batch;
        batch = batch->next; /* The caller may free it in `done`. */
        mutation->done(mutation);
    }
}

/* Waits for work. NULL when the writer is to stop. */
static struct store_mutation *take_batch(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->busy = false;
    if (writer->first == NULL)
        pthread_cond_broadcast(&writer->idle);
    while (writer->first == NULL && !writer->stopping)
        pthread_cond_wait(&writer->work, &writer->lock);
    struct store_mutation *batch = writer->first, *end = batch;
    for (int i = 1; end != NULL && i < BATCH_LIMIT && end->next != NULL; i++)
        end = end->next;
    writer->first = end == NULL ? NULL : end->next;
    if (writer->first == NULL)
        writer->last = &writer->first;
    if (end != NULL)
        end->next = NULL;
    writer->busy = batch != NULL;
    pthread_mutex_unlock(&writer->lock);
    return batch;
}

static void *write_loop(void *argument)
{
    struct writer *writer = argument;
    struct store_mutation *batch;
    while ((batch = take_batch(writer)) != NULL) {
        const int code = write_all(writer, batch);
        if (code != SQLITE_OK)
            refuse_all(writer, batch, code);
        finish_all(batch);
        readers_end_kept(writer->readers);
    }
    return NULL;
}

void writer_submit(struct writer *writer, struct store_mutation *mutation)
{
    mutation->next = NULL;
    mutation->status = STORE_OK;
    mutation->trouble.detail[0] = '\0';
    pthread_mutex_lock(&writer->lock);
    if (!writer->started)
        writer->started = thread_start(&writer->thread, write_loop, writer);
    const bool running = writer->started;
    if (running) {
        *writer->last = mutation;
        writer->last = &mutation->next;
        pthread_cond_signal(&writer->work);
    }
    pthread_mutex_unlock(&writer->lock);
    if (running)
        return;
    mutation->status = STORE_NO_MEMORY;
    mutation->trouble = (struct store_trouble){"the thread that writes could not be started"};
    mutation->done(mutation);
}

void writer_drain(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    while (writer->first != NULL || writer->busy)
        pthread_cond_wait(&writer->idle, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
}

void writer_finish(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->lock);
    if (writer->started)
        pthread_join(writer->thread, NULL);
    connection_close(&writer->connection);
    pthread_cond_destroy(&writer->idle);
    pthread_cond_destroy(&writer->work);
    pthread_mutex_destroy(&writer->lock);
}
