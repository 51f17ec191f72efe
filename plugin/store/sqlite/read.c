// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/read.h"

#include "plugin/store/sqlite/readers.h"
#include "plugin/store/sqlite/scan.h"
#include "plugin/store/sqlite/trail_rows.h"
#include "plugin/store/sqlite/trail_sweep.h"

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

enum store_status sqlite_events(struct store_reader *base, const struct store_event_range *range,
                                int64_t limit, trail_visit_fn visit, void *user)
{
    return trail_rows_read(&reader_of(base)->connection, range, limit, visit, user, base->detail);
}

enum store_status sqlite_trail_head(struct store_reader *base, struct text organization_id,
                                    struct trail_head *ret_head)
{
    return trail_rows_head(&reader_of(base)->connection, organization_id, ret_head, base->detail);
}

enum store_status sqlite_trail_checkpoint(struct store_reader *base, struct text organization_id,
                                          struct trail_checkpoint *ret_checkpoint)
{
    return trail_sweep_checkpoint(&reader_of(base)->connection, organization_id, ret_checkpoint,
                                  base->detail);
}
