// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/read.h"

#include <errno.h>
#include <stddef.h>

#include "plugin/store/sqlite/scan.h"

static int32_t finish(struct store_read *read, struct readers *readers)
{
    if (read->status == STORE_DAMAGED)
        integrity_report(readers->integrity, read->detail.text);
    return read->done(read);
}

static int32_t serve(struct store_read *read, struct reader *reader)
{
    struct readers *readers = reader->readers;
    store_read_run(read, &reader->base);
    readers_give_back(reader);
    return finish(read, readers);
}

static void run_late(struct task *task)
{
    struct store_read *read =
        (struct store_read *)((char *)task - offsetof(struct store_read, task));
    struct readers *readers = read->engine;
    struct reader *reader = readers_take(readers, read->deadline, read->waits_since, &read->status,
                                         &read->detail);
    if (reader == NULL)
        finish(read, readers);
    else
        serve(read, reader);
}

static int32_t fail_without_thread(struct store_read *read)
{
    struct store_detail detail;
    store_detail_no_thread(&detail, errno);
    return store_read_fail(read, STORE_SHORTAGE, detail.text);
}

int32_t sqlite_read(struct readers *readers, struct executor *executor, struct store_read *read)
{
    struct reader *reader = readers_take_ready(readers);
    if (reader != NULL)
        return serve(read, reader);
    read->engine = readers;
    read->waits_since = monotonic_now();
    read->task.run = run_late;
    if (!executor_submit(executor, &read->task))
        return fail_without_thread(read);
    return GQL_PENDING;
}

static struct reader *reader_of(struct store_reader *base)
{
    return (struct reader *)base;
}

enum store_status sqlite_get(struct store_reader *base, const struct identifier *id,
                             struct integration *ret_integration)
{
    return query_integration(&reader_of(base)->connection, id, ret_integration, base->detail);
}

/* A page asks for the same organization several times. */
static enum store_status find_organization(struct reader *reader, struct text id)
{
    if (reader->organization_id.data != NULL && text_equal(reader->organization_id, id))
        return STORE_OK;
    const enum store_status status = query_organization(&reader->connection, id,
                                                        &reader->organization, reader->base.detail);
    reader->organization_id = status == STORE_OK ? id : NO_TEXT;
    return status;
}

enum store_status sqlite_count(struct store_reader *base, struct text organization_id,
                               struct store_counts *ret_counts)
{
    struct reader *reader = reader_of(base);
    const enum store_status status = find_organization(reader, organization_id);
    if (status == STORE_OK)
        *ret_counts = reader->organization.counts;
    return status;
}

enum store_status sqlite_scan(struct store_reader *base, const struct store_range *range, int limit,
                              struct integration_list *list)
{
    struct reader *reader = reader_of(base);
    const enum store_status status = find_organization(reader, range->organization_id);
    if (status != STORE_OK)
        return status;
    if (!reader->ordered)
        return STORE_STOPPED;
    return scan_rows(&reader->connection, reader->readers->collation, &reader->organization, range,
                     limit, list, base->detail);
}
